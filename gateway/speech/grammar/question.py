"""The question that settles two readings, short enough to be spoken."""

from datetime import date, datetime, time

from gateway.speech.numbers import Lang
from gateway.speech.say import say_date, say_time


def ask_which(first: date | time | datetime | None, second: date | time | datetime | None, *, lang: str) -> str | None:
    """Return the question between two readings (Sie-form); None when they cannot be told apart in words."""
    spoken: Lang = "en" if lang == "en" else "de"
    differ_in_day = not isinstance(first, time) and not isinstance(second, time) and _day(first) != _day(second)
    one = _said(first, by_day=differ_in_day, lang=spoken, goes_on=True)
    other = _said(second, by_day=differ_in_day, lang=spoken)
    if one is None or other is None or one == other:
        return None
    return f"Do you mean {one} or {other}?" if spoken == "en" else f"Meinen Sie {one} oder {other}?"


def _day(value: date | datetime | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _said(value: date | time | datetime | None, *, by_day: bool, lang: Lang, goes_on: bool = False) -> str | None:
    if value is None:
        return None
    if isinstance(value, time):
        return say_time(value, lang=lang, style="bare")
    if by_day:
        return say_date(_day(value) or value, lang=lang, case="acc", goes_on=goes_on)
    return say_time(value.time(), lang=lang, style="bare") if isinstance(value, datetime) else None
