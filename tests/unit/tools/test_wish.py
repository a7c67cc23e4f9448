"""From words to a wish: whatever the model splits into date, time and free text means what the caller said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.booking.model import Hours
from gateway.calls.context import NO_CALL
from gateway.demo.salon import SALON
from gateway.tools.arguments import read_arguments
from gateway.tools.context import Services, ToolContext
from gateway.tools.wish import Heard, as_wish, hear, instant

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY_NINE = datetime(2025, 10, 24, 9, 0, tzinfo=BERLIN).astimezone(UTC)


def context(lang: str = "de", opening: Hours = SALON.opening) -> ToolContext:
    """The demo salon on a Friday at nine; hearing asks no service of the house."""
    services: Services = None  # type: ignore[assignment]
    return ToolContext(replace(SALON, lang=lang, opening=opening), {}, NO_CALL, FRIDAY_NINE, services)


CTX = context()


def heard(**args: object) -> Heard:
    return hear(CTX, read_arguments(args))


# -- hearing --------------------------------------------------------------------------------------------------------------

TUESDAY_TWO = datetime(2025, 10, 28, 14, 0)


@pytest.mark.parametrize(
    "args",
    [
        {"date": "2025-10-28", "time": "14:00"},
        {"date": "28.10.", "time": "14 Uhr"},
        {"datum": "Dienstag", "uhrzeit": "um zwei Uhr nachmittags"},
        {"date": "Dienstag um 14 Uhr"},
        {"time": "Dienstag um 14 Uhr"},
        {"when": "Dienstag um 14 Uhr"},
        {"date": "Dienstag", "when": "14 Uhr"},
        {"time": "14 Uhr", "when": "am Dienstag"},
        {"date": "2025-10-28T14:00:00", "time": "14:00"},
        {"date": "Tuesday", "time": "2 pm"},
        {"date": "2025-10-28", "time": "14:00", "when": "Dienstag um 14 Uhr"},
        {"date": "unsinn", "when": "Dienstag 14 Uhr"},
        {"when": "Tuesday at 2 pm"},
        {"when": "on Tuesday at 2:00 pm"},
    ],
)
def test_a_moment_is_heard_however_it_is_split(args: dict[str, object]) -> None:
    """One day and one time, in one argument, two or three, in either language."""
    assert heard(**args).moment == TUESDAY_TWO


@pytest.mark.parametrize(
    ("args", "day", "clock"),
    [
        ({"date": "28.10."}, date(2025, 10, 28), None),
        ({"time": "14 Uhr"}, None, time(14)),
        ({"when": "morgen"}, date(2025, 10, 25), None),
        ({"when": "halb drei"}, None, time(14, 30)),
        ({"date": "2025-10-28", "time": "irgendwann"}, date(2025, 10, 28), None),
        ({"date": "irgendwann", "time": "14 Uhr"}, None, time(14)),
    ],
)
def test_half_a_moment_stays_half(args: dict[str, object], day: date | None, clock: time | None) -> None:
    """The other half is asked for, not made up."""
    found = heard(**args)
    assert (found.day, found.clock, found.moment) == (day, clock, None)
    assert not found.silent
    assert not found.unclear


def test_nothing_said_is_silence_and_nonsense_is_unclear() -> None:
    """Two different questions follow."""
    assert heard().silent
    assert heard(date="", time=None).silent
    assert heard(date="xyzzy").unclear
    assert heard(date="31.02.", time="25:99").unclear


def test_the_names_of_the_arguments_may_be_others() -> None:
    """Moving has an old moment beside the new one."""
    args = read_arguments({"old_date": "28.10.", "old_time": "10 Uhr", "date": "29.10.", "when": "um elf"})
    assert hear(CTX, args, day="old_date", clock="old_time", free=None).moment == datetime(2025, 10, 28, 10)
    assert hear(CTX, args).moment == datetime(2025, 10, 29, 11)


# -- wishing --------------------------------------------------------------------------------------------------------------


def test_a_moment_is_wished_for_exactly() -> None:
    """On the salon's clock, in UTC."""
    wish = as_wish(CTX, heard(date="28.10.", time="14 Uhr"))
    assert wish.exact == datetime(2025, 10, 28, 13, 0, tzinfo=UTC)  # winter time since Sunday


def windows(**args: object) -> list[tuple[str, str]]:
    """The stretches wished for, on the salon's wall clock."""
    wish = as_wish(CTX, heard(**args))
    assert wish.exact is None
    return [
        (f"{window.start.astimezone(BERLIN):%d.%m. %H:%M}", f"{window.end.astimezone(BERLIN):%d.%m. %H:%M}")
        for window in wish.windows
    ]


@pytest.mark.parametrize(
    ("args", "first", "last"),
    [
        ({"date": "28.10."}, "28.10. 00:00", "29.10. 00:00"),
        ({"when": "Dienstag ab 14 Uhr"}, "28.10. 14:00", "29.10. 00:00"),
        ({"date": "Dienstag", "time": "bis 12 Uhr"}, "28.10. 00:00", "28.10. 12:00"),
        ({"when": "Dienstag zwischen 14 und 16 Uhr"}, "28.10. 14:00", "28.10. 16:00"),
        ({"when": "nächste Woche"}, "27.10. 00:00", "03.11. 00:00"),
    ],
)
def test_a_stretch_is_wished_for_as_a_stretch(args: dict[str, object], first: str, last: str) -> None:
    """A day, a part of it, a week."""
    found = windows(**args)
    assert (found[0][0], found[-1][1]) == (first, last)


@pytest.mark.parametrize(
    ("args", "first", "last"),
    [
        ({"when": "irgendwann nächste Woche nachmittags"}, "13:00", "18:30"),
        ({"when": "Montag bis Mittwoch vormittags"}, "08:00", "12:30"),
        ({"when": "next week in the afternoon"}, "13:00", "18:30"),
        ({"date": "nächste Woche", "time": "nachmittags"}, "13:00", "18:30"),
        ({"date": "nächste Woche", "time": "ab 16 Uhr"}, "16:00", "00:00"),
        ({"time": "nach 17 Uhr", "when": "nächste Woche"}, "17:00", "00:00"),
        ({"date": "nächste Woche", "when": "zwischen 14 und 16 Uhr"}, "14:00", "16:00"),
        ({"date": "nächste Woche", "time": "14 Uhr"}, "14:00", "14:01"),
        ({"date": "next week", "time": "in the evening"}, "17:00", "23:00"),
        ({"date": "am Wochenende", "time": "in der Nacht"}, "22:00", "00:00"),
        ({"when": "nächste Woche nach 17 Uhr"}, "17:00", "00:00"),
        ({"when": "nächste Woche um 14 Uhr"}, "14:00", "14:01"),
        ({"when": "irgendwann nächste Woche zwischen 14 und 16 Uhr"}, "14:00", "16:00"),
        ({"when": "ab 16 Uhr in der nächsten Woche"}, "16:00", "00:00"),
        ({"when": "Montag bis Mittwoch bis 11 Uhr"}, "00:00", "11:00"),
        ({"when": "am Wochenende ab elf"}, "11:00", "00:00"),
        ({"when": "am Wochenende um zehn"}, "10:00", "10:01"),
        ({"when": "am Wochenende gegen Mittag"}, "11:00", "14:30"),
        ({"date": "am Wochenende", "time": "um zehn"}, "10:00", "10:01"),
        ({"time": "um zehn", "when": "diese oder nächste Woche"}, "10:00", "10:01"),
        ({"date": "nächste Woche nachmittags", "time": "irgendwann"}, "13:00", "18:30"),
        ({"date": "nächste Woche nachmittags", "time": "nach 16 Uhr"}, "16:00", "00:00"),
        ({"when": "nachmittags", "date": "nächste Woche"}, "13:00", "18:30"),
        ({"date": "next week", "time": "after 5 pm"}, "17:00", "00:00"),
        ({"when": "next week after 5 pm"}, "17:00", "00:00"),
        ({"when": "nächste Woche in the morning"}, "06:00", "12:00"),
        ({"when": "next week nachmittags"}, "13:00", "18:30"),
        ({"when": "im November ab 16 Uhr"}, "16:00", "00:00"),
    ],
)
def test_hours_said_of_several_days_are_meant_of_each(args: dict[str, object], first: str, last: str) -> None:
    """ "Nächste Woche nachmittags" is no morning, however the model splits it."""
    found = windows(**args)
    assert len(found) >= 2
    assert {start[-5:] for start, _ in found} == {first}
    assert {end[-5:] for _, end in found} == {last}


@pytest.mark.parametrize(
    ("args", "starts"),
    [
        ({"when": "Montag oder Dienstag"}, ["27.10. 00:00", "28.10. 00:00"]),
        ({"date": "Dienstag oder Montag"}, ["27.10. 00:00", "28.10. 00:00"]),
        ({"date": "Montag oder Dienstag", "time": "10 Uhr"}, ["27.10. 10:00", "28.10. 10:00"]),
        ({"when": "Montag um 10 oder 11"}, ["27.10. 10:00", "27.10. 11:00"]),
        ({"when": "Monday or Tuesday"}, ["27.10. 00:00", "28.10. 00:00"]),
    ],
)
def test_several_named_with_or_are_all_wished_for(args: dict[str, object], starts: list[str]) -> None:
    """Whoever says "Montag oder Dienstag" need not be asked which: none of them is taken as said, either will do."""
    found = heard(**args)
    assert found.either
    assert (found.moment, found.day, found.clock) == (None, None, None)
    assert [start for start, _ in windows(**args)] == starts


EARLY_AND_LATE = Hours(dict.fromkeys(range(6), ((7 * 60, 20 * 60),)))
EARLY_ON_TUESDAY = Hours({0: ((9 * 60, 20 * 60),), 1: ((7 * 60, 12 * 60),)})


@pytest.mark.parametrize("text", ["nächsten Samstag", "nächsten Samstag oder so", "um sieben", "Montag um sieben"])
def test_two_readings_of_one_thing_are_still_asked_about(text: str) -> None:
    """The caller meant one of them, and the house has time for either."""
    found = hear(context(opening=EARLY_AND_LATE), read_arguments({"when": text}))
    assert found.doubtful
    assert not found.either


@pytest.mark.parametrize(
    ("opening", "text", "meant"),
    [
        # open in the evening only, in the morning only, and one Saturday of the two
        (EARLY_ON_TUESDAY, "Montag um sieben", datetime(2025, 10, 27, 19)),
        (EARLY_ON_TUESDAY, "Dienstag um sieben", datetime(2025, 10, 28, 7)),
        (replace(SALON.opening, exceptions={date(2025, 11, 1): ()}), "nächsten Samstag", date(2025, 10, 25)),
        (replace(SALON.opening, exceptions={date(2025, 10, 25): ()}), "nächsten Samstag um elf", datetime(2025, 11, 1, 11)),
        (EARLY_AND_LATE, "heute um sieben", datetime(2025, 10, 24, 19)),  # it is nine
        # none of them: nobody is asked between two times the house never has
        (SALON.opening, "um sieben", time(19)),
        (SALON.opening, "Montag um sieben", datetime(2025, 10, 27, 19)),
        (SALON.opening, "nächsten Sonntag", date(2025, 11, 2)),
    ],
)  # fmt: skip
def test_a_reading_outside_the_opening_hours_is_none(opening: Hours, text: str, meant: object) -> None:
    """Where at most one of several is possible there is nothing to ask."""
    found = hear(context(opening=opening), read_arguments({"when": text}))
    assert found.when is not None
    assert (found.doubtful, found.when.start, found.when.readings) == (False, meant, ())


def test_a_time_without_a_day_means_one_of_the_coming_days() -> None:
    """Fourteen o'clock, whichever day this week."""
    found = windows(time="14 Uhr")
    assert found[0][0] == "24.10. 14:00"
    assert len(found) == 8
    assert all(start.endswith("14:00") for start, _ in found)


def test_silence_and_nonsense_wish_for_as_soon_as_possible() -> None:
    """No window, no moment."""
    for wish in (as_wish(CTX, heard()), as_wish(CTX, heard(date="xyzzy"))):
        assert (wish.exact, tuple(wish.windows)) == (None, ())


def test_a_local_moment_is_its_instant_on_both_sides_of_the_clock_change() -> None:
    """Saturday ten o'clock is eight in UTC, Monday ten o'clock is nine."""
    assert instant(SALON, datetime(2025, 10, 25, 10)) == datetime(2025, 10, 25, 8, tzinfo=UTC)
    assert instant(SALON, datetime(2025, 10, 27, 10)) == datetime(2025, 10, 27, 9, tzinfo=UTC)


# -- any text ---------------------------------------------------------------------------------------------------------------

pieces = st.sampled_from(
    "heute morgen übermorgen Montag nächsten letzten Freitag in zwei Wochen ab bis vor nach um gegen halb drei viertel 14:30"
    " 9 Uhr 31.12. 1.1. 2025-10-28 9999-12-31 0001-01-01 vormittags abends irgendwann am Ende Anfang des Monats Weihnachten"
    " zwischen und oder nicht tomorrow next Friday at noon 2 pm until -1 99999999999 \u0000 🦄 . , ; : -".split(" ")
)
phrases = st.lists(pieces, max_size=8).map(" ".join) | st.text(max_size=60)


@settings(max_examples=300, deadline=None)
@given(
    args=st.fixed_dictionaries({}, optional=dict.fromkeys(("date", "time", "when", "old_date", "old_time"), phrases)),
    lang=st.sampled_from(["de", "en"]),
)
def test_any_words_are_a_wish(args: dict[str, Any], lang: str) -> None:
    """Never raises: a moment, stretches in order, or as soon as possible."""
    ctx = context(lang)
    read = read_arguments(args)
    for found in (hear(ctx, read), hear(ctx, read, day="old_date", clock="old_time", free=None)):
        wish = as_wish(ctx, found)
        assert found.silent or found.when is not None
        if wish.exact is not None:
            assert wish.exact.tzinfo is not None
            assert found.moment is not None
        for window in wish.windows:
            assert window.start <= window.end


# -- what people mean by it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["so bald wie möglich", "der nächste freie Termin", "egal wann", "as soon as possible"]
)
def test_as_soon_as_possible_is_a_wish_and_no_riddle(text: str) -> None:
    """Nothing to ask back: the search begins now."""
    for args in ({"when": text}, {"date": text}, {"date": text, "time": text}):
        assert heard(**args).silent
    assert heard(date=text, time="14 Uhr").clock == time(14)
    assert heard(date="morgen", time=text).day == date(2025, 10, 25)


@pytest.mark.parametrize("text", ["morgen nachmittag", "Montag Nachmittag", "nachmittags"])
def test_the_afternoon_begins_after_lunch(text: str) -> None:
    """Nobody who asks for the afternoon is offered noon first."""
    windows = as_wish(CTX, heard(when=text)).windows
    assert {window.start.astimezone(BERLIN).time() for window in windows} == {time(13)}


def test_noon_said_is_noon() -> None:
    """A stretch that was named keeps its bounds."""
    (window,) = as_wish(CTX, heard(when="morgen zwischen zwölf und drei")).windows
    assert window.start.astimezone(BERLIN).time() == time(12)
