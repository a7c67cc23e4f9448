"""What is said is understood: `say` and `when` are each other's inverse, for every 5-minute instant of two years.

The ordinary run takes every day and a sample of its times that walks through all 288 (a stride prime to 288), and all
288 times of chosen days. `EVERY_INSTANT=1` takes all 210,000 instants per language and reference (about ten minutes).
"""

import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import get_args

import pytest

from gateway.speech import say
from gateway.speech.numbers import Lang
from gateway.speech.when import understand

EVERY_INSTANT = bool(os.environ.get("EVERY_INSTANT"))

DAYS_AHEAD = 731
TIMES = [time(minute // 60, minute % 60) for minute in range(0, 1440, 5)]
STRIDE = 67  # prime to 288, so that the walk over the days comes by every time of the day
TIMES_A_DAY = 3

#: A plain Friday morning, the last minutes of a year, the day before a leap day: each starts another two years.
REFERENCES = [datetime(2026, 11, 20, 10), datetime(2027, 12, 31, 23, 50), datetime(2028, 2, 28, 0, 0)]
CHOSEN_DAYS = [0, 1, 2, 3, 7, 11, 42, 127, 329, 330, 366, 700]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)

both_languages = pytest.mark.parametrize("lang", LANGUAGES)
all_references = pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.date().isoformat())


def _days(reference: datetime) -> list[date]:
    return [reference.date() + timedelta(days=n) for n in range(DAYS_AHEAD)]


def _instants(reference: datetime) -> Iterator[datetime]:
    """Every day ahead with its sampled (or all) times, and the chosen days with all; nothing before the reference."""
    for number, day in enumerate(_days(reference)):
        every = EVERY_INSTANT or number in CHOSEN_DAYS
        sample = (TIMES[(number * TIMES_A_DAY + n) * STRIDE % len(TIMES)] for n in range(TIMES_A_DAY))
        for at in TIMES if every else sample:
            if (instant := datetime.combine(day, at)) > reference:
                yield instant


@both_languages
@all_references
def test_every_day_is_read_back(reference: datetime, lang: Lang) -> None:
    """A day of the next two years comes back as that day, without a question, with or without its preposition."""
    wrong = []
    for day in _days(reference):
        for case in ("am", "nom", "acc"):
            said = say.say_date(day, lang=lang, today=reference.date(), case=case)
            heard = understand(said, reference, lang)
            if (heard.kind, heard.start, heard.question) != ("date", day, None):
                wrong.append((said, heard))
    assert wrong == []


@both_languages
@all_references
def test_every_instant_is_read_back(reference: datetime, lang: Lang) -> None:
    """A day and time of the next two years comes back as the same 5-minute instant."""
    wrong = []
    for instant in _instants(reference):
        said = say.say_datetime(instant, lang=lang, today=reference.date())
        heard = understand(said, reference, lang)
        if (heard.kind, heard.start, heard.question) != ("datetime", instant, None):
            wrong.append((said, heard))
    assert wrong == []


@both_languages
@pytest.mark.parametrize("max_words", [22, 9, 7, 3], ids=lambda words: f"{words} words")
def test_shortened_offers_are_read_back(max_words: int, lang: Lang) -> None:
    """A month, a date or a weekday is left out of an offer only where the rest still means the same instant."""
    wrong = []
    for number, day in enumerate(_days(REFERENCES[0])[1:]):
        instant = datetime.combine(day, TIMES[number * STRIDE % len(TIMES)])
        said = say.say_offers([(instant, None)], lang=lang, today=REFERENCES[0].date(), max_words=max_words)
        heard = understand(said, REFERENCES[0], lang)
        if (heard.kind, heard.start, heard.question) != ("datetime", instant, None):
            wrong.append((said, heard))
    assert wrong == []


@both_languages
@pytest.mark.parametrize("style", ["um", "bare"])
def test_every_time_of_day_is_read_back(style: say.TimeStyle, lang: Lang) -> None:
    """A time without a day comes back as the same time of day."""
    wrong = []
    for at in TIMES:
        said = say.say_time(at, lang=lang, style=style)
        heard = understand(said, REFERENCES[0], lang)
        if (heard.kind, heard.start, heard.question) != ("time", at, None):
            wrong.append((said, heard))
    assert wrong == []


@both_languages
def test_spans_are_read_back(lang: Lang) -> None:
    """A stretch from one time to another comes back with both ends, from every start, 5 minutes to 8 hours long."""
    wrong = []
    for number, start in enumerate(TIMES):
        for length in (1, 4, 12, 31, 96) if number % 5 == 0 else (12, 30):
            if number + length < len(TIMES):
                end = TIMES[number + length]
                said = say.say_span(start, end, lang=lang)
                heard = understand(said, REFERENCES[0], lang)
                if (heard.kind, heard.start, heard.end) != ("interval", start, end):
                    wrong.append((said, heard))
    assert wrong == []


@both_languages
def test_open_sides_are_read_back(lang: Lang) -> None:
    """ "ab" and "bis" with a time come back as an interval that is open on the other side."""
    wrong = []
    for at in TIMES:
        after = understand(say.say_time(at, lang=lang, style="ab"), REFERENCES[0], lang)
        until = understand(say.say_time(at, lang=lang, style="bis"), REFERENCES[0], lang)
        if (after.kind, after.start, after.end) != ("interval", at, None):
            wrong.append((at, after))
        if (until.kind, until.start, until.end) != ("interval", None, at):
            wrong.append((at, until))
    assert wrong == []
