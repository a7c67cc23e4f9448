"""The English voice: words for dates, times, spans, durations and prices. Reached through `gateway.speech.say`.

The same rule as in German: an hour without a word of the day means opening time (08:00-19:59), so other hours carry
AM or PM (without dots, which would end a sentence).
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Final

from gateway.speech.numbers import cardinal, ordinal, year

WEEKDAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
RELATIVE: Final[Mapping[int, str]] = {0: "today", 1: "tomorrow", 2: "the day after tomorrow"}

AND: Final = "and"
OR: Final = "or"
AS_WELL_AS: Final = "as well as"
THROUGH: Final = "to"
AT_STAFF: Final = "with"
NEUTRAL_SERVICE: Final = "the service you asked for"

#: case -> (before the weekday, before "today/tomorrow"); the keys are the German ones, so that callers need one set.
_DATE_CASES: Final[Mapping[str, tuple[str, str]]] = {
    "am": ("on ", ""),
    "ab": ("from ", "from "),
    "von": ("from ", "from "),
    "bis": ("until ", "until "),
    "auf": ("to ", "to "),
    "für": ("for ", "for "),
    "nom": ("", ""),
    "acc": ("", ""),
}
_TIME_STYLES: Final[Mapping[str, str]] = {"um": "at ", "ab": "from ", "bis": "until ", "gegen": "around ", "bare": ""}

_PLAIN_FROM: Final = time(8)
_PLAIN_TO: Final = time(18, 59)


def relative_day(offset: int, *, case: str) -> str | None:
    """Return "today", "from tomorrow", or None when the day is too far for such a word."""
    word = RELATIVE.get(offset)
    return None if word is None else _DATE_CASES[case][1] + word


def calendar_day(day: date, *, case: str, with_month: bool, with_year: bool) -> str:
    """Return "on Tuesday, the first of December (two thousand twenty-seven)"; without month "on Tuesday, the first"."""
    words = f"{_DATE_CASES[case][0]}{WEEKDAYS[day.weekday()]}, the {ordinal(day.day, lang='en')}"
    if with_month:
        words += f" of {MONTHS[day.month - 1]}"
    return f"{words} {year(day.year, lang='en')}" if with_year else words


def weekday_only(day: date) -> str:
    """Return "on Tuesday"."""
    return f"on {WEEKDAYS[day.weekday()]}"


def day_without_weekday(day: date) -> str:
    """Return "on December first"."""
    return f"on {MONTHS[day.month - 1]} {ordinal(day.day, lang='en')}"


def clock(at: time, *, style: str) -> str:
    """Return "at nine o'clock", "at two thirty", "at nine oh five", "at six AM"."""
    return _TIME_STYLES[style] + plain_clock(at)


def plain_clock(at: time) -> str:
    """Return the time without preposition; between 08:00 and 18:59 without AM and PM."""
    if not _PLAIN_FROM <= at <= _PLAIN_TO:
        return _half_day_clock(at)
    return _digital(_twelve(at.hour), at.minute) if at.minute else f"{_twelve(at.hour)} o'clock"


def day_and_clock(day: str, at: time, *, compact: bool) -> str:
    """Join a day and a time: "tomorrow at two o'clock", "on Tuesday, the first of December, at two thirty"."""
    return f"{day}{' ' if compact else ', '}{clock(at, style='um')}"


def span(start: time, end: time) -> str:
    """Return "from nine until ten thirty AM", "from nine AM until seven PM"; an end of 00:00 is midnight.

    Not "to": "from nine twenty to ten" could be heard as twenty to ten.
    """
    if end == time(0):
        return f"from {_half_day_clock(start)} until midnight"
    same_half = (start.hour < 12) == (end.hour < 12)
    first = _digital(_twelve(start.hour), start.minute) if same_half else _half_day_clock(start)
    return f"from {first} until {_half_day_clock(end)}"


def duration(minutes: int, *, dative: bool) -> str:
    """Return "half an hour", "an hour and a half", "two hours and ten minutes"; `dative` changes nothing."""
    fixed = {
        15: "a quarter of an hour",
        30: "half an hour",
        45: "three quarters of an hour",
        90: "an hour and a half",
    }
    if minutes in fixed:
        return fixed[minutes]
    hours, rest = divmod(minutes, 60)
    if hours > 1 and rest == 30:
        return f"{cardinal(hours, lang='en')} and a half hours"
    parts = []
    if hours:
        parts.append("an hour" if hours == 1 else f"{cardinal(hours, lang='en')} hours")
    if rest or not hours:
        parts.append("one minute" if rest == 1 else f"{cardinal(rest, lang='en')} minutes")
    return " and ".join(parts)


def price(euros: int, cents: int, *, accusative: bool) -> str:
    """Return "eighty-five euros", "twelve euros and fifty cents", "fifty cents"."""
    parts = []
    if euros or not cents:
        parts.append(f"{cardinal(euros, lang='en')} {'euro' if euros == 1 else 'euros'}")
    if cents:
        parts.append(f"{cardinal(cents, lang='en')} {'cent' if cents == 1 else 'cents'}")
    return " and ".join(parts)


def all_at_staff(times: str, name: str, count: int) -> str:
    """Return "tomorrow at ten o'clock with Emma", "..., both with Emma", "..., all with Emma"."""
    if count == 1:
        return f"{times} {AT_STAFF} {name}"
    return f"{times}, {'both' if count == 2 else 'all'} {AT_STAFF} {name}"


def all_day() -> str:
    """Return what a day open around the clock is called."""
    return "around the clock"


def digit(character: str) -> str:
    """Return the word for one digit or for the plus of an international number."""
    return "plus" if character == "+" else cardinal(int(character), lang="en")


def _half_day_clock(at: time) -> str:
    """Return "nine thirty AM": certain in every context, so outside opening time and for both ends of a span."""
    return f"{_digital(_twelve(at.hour), at.minute)} {'AM' if at.hour < 12 else 'PM'}"


def _twelve(hour: int) -> str:
    return cardinal((hour - 1) % 12 + 1, lang="en")


def _digital(hour: str, minute: int) -> str:
    if minute == 0:
        return hour
    return f"{hour} {'oh ' if minute < 10 else ''}{cardinal(minute, lang='en')}"
