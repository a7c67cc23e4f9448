"""Saying dates, times, prices and offers in words, in German or English: pure, no clock, naive local values.

What is said for a date or a time, `gateway.speech.when.understand` reads back to the same instant with `today` as its
reference; `tests/unit/speech/test_say_roundtrip.py` holds both to it. The words themselves stand in `say_de` and
`say_en`; this file decides what has to be said (is the year needed? which offers share a day?).

Nothing here says Sie or du: every function returns a part of a sentence that fits both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, Protocol

from gateway.speech import say_de, say_en
from gateway.speech.labels import first_name_words, service_words
from gateway.speech.numbers import Lang
from gateway.speech.speakable import clip_sentences, speakable, words

__all__ = [
    "DateCase",
    "Lang",
    "TimeStyle",
    "capitalised",
    "clip_sentences",
    "say_code",
    "say_date",
    "say_datetime",
    "say_digits",
    "say_duration",
    "say_hours",
    "say_list",
    "say_offers",
    "say_opening",
    "say_price",
    "say_service",
    "say_span",
    "say_staff",
    "say_time",
    "speakable",
]

#: What stands before the day: "am Dienstag, dem ersten", "bis Dienstag, den ersten", "Dienstag, der erste".
DateCase = Literal["am", "ab", "von", "bis", "auf", "für", "nom", "acc"]
#: What stands before the time; bare: nothing ("halb drei").
TimeStyle = Literal["um", "ab", "bis", "gegen", "bare"]
Offer = tuple[datetime, str | None]

#: From about eleven months on, a day without its year is doubtful although it has only one reading.
YEAR_NEEDED_AFTER_DAYS: Final = 330


class Voice(Protocol):
    """What a language module offers; `say_de` and `say_en` are two of them."""

    @property
    def WEEKDAYS(self) -> Sequence[str]: ...
    @property
    def AND(self) -> str: ...
    @property
    def OR(self) -> str: ...
    @property
    def AS_WELL_AS(self) -> str: ...
    @property
    def THROUGH(self) -> str: ...
    @property
    def AT_STAFF(self) -> str: ...
    @property
    def NEUTRAL_SERVICE(self) -> str: ...
    def relative_day(self, offset: int, *, case: str) -> str | None: ...
    def calendar_day(self, day: date, *, case: str, with_month: bool, with_year: bool) -> str: ...
    def weekday_only(self, day: date) -> str: ...
    def day_without_weekday(self, day: date) -> str: ...
    def clock(self, at: time, *, style: str) -> str: ...
    def day_and_clock(self, day: str, at: time, *, compact: bool) -> str: ...
    def span(self, start: time, end: time) -> str: ...
    def duration(self, minutes: int, *, dative: bool) -> str: ...
    def price(self, euros: int, cents: int, *, accusative: bool) -> str: ...
    def all_at_staff(self, times: str, name: str, count: int) -> str: ...
    def all_day(self) -> str: ...
    def digit(self, character: str) -> str: ...


VOICES: Final[Mapping[Lang, Voice]] = {"de": say_de, "en": say_en}


def say_date(
    day: date, *, lang: Lang = "de", today: date | None = None, case: DateCase = "am", goes_on: bool = False
) -> str:
    """Return "heute", "morgen", "übermorgen" or "am Dienstag, dem ersten Dezember".

    The year is said when the day is past or about eleven months away; without `today` no relative word and no year.
    `goes_on`: the sentence continues after the day, so that an apposition is closed by its comma.
    """
    said, relative = _day(day, lang=lang, today=today, case=case)
    return f"{said}," if goes_on and not relative else said


def say_time(at: time, *, lang: Lang = "de", style: TimeStyle = "um") -> str:
    """Return "um neun Uhr", "um neun Uhr zehn", "um halb drei" (14:30), "um zwanzig Uhr fünfzehn"; no seconds."""
    return VOICES[lang].clock(at.replace(second=0, microsecond=0), style=style)


def say_datetime(at: datetime, *, lang: Lang = "de", today: date | None = None) -> str:
    """Return "am Dienstag, dem ersten Dezember, um halb drei" or "morgen um vierzehn Uhr"; `at` is naive local time."""
    day, relative = _day(at.date(), lang=lang, today=today, case="am")
    return VOICES[lang].day_and_clock(day, at.time(), compact=relative)


def say_span(start: time, end: time, *, lang: Lang = "de", day: date | None = None, today: date | None = None) -> str:
    """Return "von neun bis zehn Uhr dreißig", with `day` in front: "morgen von neun bis zehn Uhr dreißig".

    An `end` of 00:00 is the end of the day.
    """
    span = VOICES[lang].span(start, end)
    if day is None:
        return span
    said, relative = _day(day, lang=lang, today=today, case="am")
    return f"{said}{' ' if relative else ', '}{span}"


def say_duration(minutes: int, *, lang: Lang = "de", dative: bool = False) -> str:
    """Return "eine halbe Stunde", "anderthalb Stunden", "zwei Stunden und zehn Minuten"; dative: "einer Stunde".

    Raises ValueError for a negative duration.
    """
    if minutes < 0:
        raise ValueError(f"cannot say a duration of {minutes} minutes")
    return VOICES[lang].duration(minutes, dative=dative)


def say_price(cents: int, *, lang: Lang = "de", accusative: bool = False) -> str:
    """Return "fünfundachtzig Euro", "zwölf Euro fünfzig", "fünfzig Cent"; `accusative` ("kostet"): "einen Euro".

    Raises ValueError for a negative price.
    """
    if cents < 0:
        raise ValueError(f"cannot say a price of {cents} cents")
    return VOICES[lang].price(*divmod(cents, 100), accusative=accusative)


def say_service(name: str, *, lang: Lang = "de") -> str:
    """Return a catalogue name as it is said (see `labels.service_words`); a hostile or empty one as neutral words."""
    return service_words(name, lang=lang) or VOICES[lang].NEUTRAL_SERVICE


def say_staff(first_name: str | None) -> str:
    """Return a first name fit for speech, or "" when there is none (then say no name at all)."""
    return (first_name_words(first_name) if first_name else None) or ""


def say_list(items: Sequence[str], conj: Literal["und", "oder"] = "und", *, lang: Lang = "de") -> str:
    """Return "a", "a und b", "a, b und c" ("a, b or c" in English for `conj="oder"`)."""
    voice = VOICES[lang]
    return _joined(items, voice.AND if conj == "und" else voice.OR)


def say_offers(offers: Sequence[Offer], *, lang: Lang = "de", today: date | None = None, max_words: int = 22) -> str:
    """Return offers as one part of a sentence, in their order, a day said once for offers that follow each other on it.

    "am Dienstag, dem ersten Dezember, um zehn Uhr bei Emma, um halb zwölf bei Fabian oder um vierzehn Uhr bei Oliver".
    A staff member common to all is named once: "bei Emma morgen um zehn Uhr oder um elf Uhr", in English at the end ("...,
    both with Emma"). What is longer than `max_words` is shortened step by step: a month or a date that is clear without
    being said, then the staff, at last the weekday. Three offers between 08:00 and 19:00 within eleven months always come
    down to 22 words.
    Raises ValueError without offers.
    """
    if not offers:
        raise ValueError("no offers to say")
    said = [(at, say_staff(name)) for at, name in offers]
    texts = (_offers(said, lang=lang, today=today, brevity=brevity) for brevity in _BREVITIES)
    text = ""
    for text in texts:
        if len(words(text)) <= max_words:
            break
    return text


def say_hours(spans: Sequence[tuple[time, time]], *, lang: Lang = "de") -> str:
    """Return a day's hours: "von neun bis zwölf Uhr und von vierzehn bis achtzehn Uhr".

    A span from 00:00 to 00:00 is the whole day. Raises ValueError without spans.
    """
    if not spans:
        raise ValueError("a closed day has no hours to say")
    voice = VOICES[lang]
    return _joined([voice.all_day() if s == e == time(0) else voice.span(s, e) for s, e in spans], voice.AND)


def say_opening(week: Mapping[int, Sequence[tuple[time, time]]], *, lang: Lang = "de") -> str:
    """Return a week's hours: "Montag bis Freitag von neun bis neunzehn Uhr und Samstag von neun bis sechzehn Uhr".

    `week`: weekday (Monday is 0) -> the day's open spans; missing or empty means closed and is not said.
    Raises ValueError when no day is open.
    """
    by_hours: dict[tuple[tuple[time, time], ...], list[int]] = {}
    for weekday in sorted(week):
        if week[weekday]:
            by_hours.setdefault(tuple(week[weekday]), []).append(weekday)
    if not by_hours:
        raise ValueError("no day is open")
    voice = VOICES[lang]
    parts = [
        f"{_joined(_weekdays(days, voice), voice.AND)} {say_hours(spans, lang=lang)}"
        for spans, days in by_hours.items()
    ]
    nested = any(f" {voice.AND} " in part for part in parts)  # then a second "und" would blur which hours are whose
    return _joined(parts, voice.AS_WELL_AS if nested else voice.AND)


def say_digits(number: str, *, lang: Lang = "de") -> str:
    """Return a phone number digit by digit in groups: "030123" -> "null drei null, eins zwei drei".

    A German number in E.164 form is said as it is dialled at home (+49151... -> "null eins fünf, eins ...").
    Signs between digits are ignored. Raises ValueError without a digit.
    """
    compact = "".join(c for c in number if c in "+0123456789")
    for prefix in ("+49", "0049"):
        if compact.startswith(prefix):
            compact = "0" + compact.removeprefix(prefix).removeprefix("0")
    sign = "plus " if compact.startswith("+") else ""
    digits = compact.replace("+", "")
    if not digits:
        raise ValueError("no digits to say")
    voice = VOICES[lang]
    return sign + ", ".join(" ".join(voice.digit(c) for c in group) for group in _groups(digits))


def capitalised(text: str) -> str:
    """Return the text with a capital first letter: the start of a sentence."""
    return text[:1].upper() + text[1:]


def say_code(code: str, *, lang: Lang = "de") -> str:
    """Return a booking code letter by letter: "K7MP2X" -> "K sieben M, P zwei X". Raises ValueError without a sign."""
    signs = [c for c in code.upper() if c.isascii() and c.isalnum()]
    if not signs:
        raise ValueError("no code to say")
    voice = VOICES[lang]
    said = [voice.digit(c) if c.isdigit() else c for c in signs]
    return ", ".join(" ".join(said[start : start + 3]) for start in range(0, len(said), 3))


# ---------------------------------------------------------------------------------------------------- days and years


def _day(day: date, *, lang: Lang, today: date | None, case: DateCase) -> tuple[str, bool]:
    """Return the day in words and whether that is a relative word."""
    voice = VOICES[lang]
    if today is not None and (word := voice.relative_day((day - today).days, case=case)):
        return word, True
    return voice.calendar_day(day, case=case, with_month=True, with_year=_year_needed(day, today)), False


def _year_needed(day: date, today: date | None) -> bool:
    """A day without year is heard as the next one that is not past, so it needs its year when it is past or far."""
    return today is not None and not 0 <= (day - today).days < YEAR_NEEDED_AFTER_DAYS


# ------------------------------------------------------------------------------------------------------------ offers


@dataclass(frozen=True, slots=True)
class _Brevity:
    """What may be left out to keep a sentence short."""

    later_month: bool = False  # of a day in the month just said: "am Mittwoch, dem zweiten"
    later_date: bool = False  # of a day in the week just said, or within six days of today: "am Mittwoch"
    first_date: bool = False  # of the first day, within six days of today
    first_month: bool = False  # of the first day, within four weeks of today
    staff: bool = False
    weekday: bool = False  # of a day that needs its date: "am siebten Dezember"


_STEPS: Final = (
    _Brevity(),
    _Brevity(later_month=True),
    _Brevity(later_month=True, later_date=True),
    _Brevity(later_month=True, later_date=True, first_date=True),
    _Brevity(later_month=True, later_date=True, first_date=True, first_month=True),
)
#: Taken one after the other until the words fit: callers miss the staff less than the weekday.
_BREVITIES: Final = (
    *_STEPS,
    *(replace(step, staff=True) for step in _STEPS),
    replace(_STEPS[-1], staff=True, weekday=True),
)
_WEEK: Final = timedelta(days=7)
_FOUR_WEEKS: Final = timedelta(days=28)


def _offers(offers: Sequence[tuple[datetime, str]], *, lang: Lang, today: date | None, brevity: _Brevity) -> str:
    voice = VOICES[lang]
    names = {"" if brevity.staff else name for _, name in offers}
    common = names.pop() if len(names) == 1 else None  # "": nobody is named
    days: list[list[str]] = []
    previous: date | None = None
    for at, name in offers:
        if at.date() == previous:
            part = voice.clock(at.time(), style="um")
        else:
            day, compact = _offer_day(at.date(), previous, lang=lang, today=today, brevity=brevity)
            part = voice.day_and_clock(day, at.time(), compact=compact)
            days.append([])
        days[-1].append(part if common is not None or not name else f"{part} {voice.AT_STAFF} {name}")
        previous = at.date()
    said = _joined([_joined(times, voice.OR) for times in days], voice.OR)
    return voice.all_at_staff(said, common, len(offers)) if common else said


def _offer_day(
    day: date, previous: date | None, *, lang: Lang, today: date | None, brevity: _Brevity
) -> tuple[str, bool]:
    """Return the day as short as `brevity` allows and clearness permits, and whether it is compact (see `_day`)."""
    voice = VOICES[lang]
    said, relative = _day(day, lang=lang, today=today, case="am")
    if relative and not (brevity.first_date and " " in said):  # "the day after tomorrow" is longer than "on Sunday"
        return said, True
    ahead = None if today is None else day - today
    soon = _within(ahead, _WEEK)
    if previous is None:
        date_known, month_known = soon and brevity.first_date, brevity.first_month and _within(ahead, _FOUR_WEEKS)
    else:
        # a weekday follows on from one that was said: "am zwanzigsten Dezember oder am Dienstag" is any Tuesday
        follows = not brevity.weekday and _later_in_week(day, previous)
        date_known = brevity.later_date and (soon or follows)
        month_known = brevity.later_month and (previous.year, previous.month) == (day.year, day.month)
    if date_known:
        return voice.weekday_only(day), True
    if brevity.weekday and not _year_needed(day, today):
        return voice.day_without_weekday(day), True
    if month_known:
        return voice.calendar_day(day, case="am", with_month=False, with_year=False), False
    return said, False


def _within(ahead: timedelta | None, limit: timedelta) -> bool:
    return ahead is not None and timedelta(0) < ahead < limit


def _later_in_week(day: date, previous: date) -> bool:
    return previous < day and day.isocalendar()[:2] == previous.isocalendar()[:2]


# ----------------------------------------------------------------------------------------------------------- joining


def _joined(items: Sequence[str], conjunction: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def _weekdays(days: Sequence[int], voice: Voice) -> list[str]:
    """Return weekday names, three or more in a row as "Montag bis Mittwoch"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names: list[str] = []
    for run in runs:
        named = [voice.WEEKDAYS[day] for day in run]
        names += [f"{named[0]} {voice.THROUGH} {named[-1]}"] if len(run) > 2 else named
    return names


def _groups(digits: str) -> list[str]:
    """Split into threes from the left; no group of one at the end ("1234" -> "12", "34")."""
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        last_four = groups[-2] + groups[-1]
        groups[-2:] = [last_four[:2], last_four[2:]]
    return groups
