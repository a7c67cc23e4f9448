"""So much later or earlier than it stands: counted from the appointment, whichever argument holds the words."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tools.arguments import read_arguments
from gateway.tools.shift import Shift, take_shift, vaguely

OWN = datetime(2025, 10, 30, 12, 0)


@pytest.mark.parametrize(
    ("said", "shift"),
    [
        ("eine Stunde später", Shift(minutes=60)),
        ("Um eine Viertelstunde später", Shift(minutes=15)),
        ("15 Minuten früher", Shift(minutes=-15)),
        ("15min spaeter", Shift(minutes=15)),
        ("fünfundvierzig Minuten später", Shift(minutes=45)),
        ("fuenf minuten frueher", Shift(minutes=-5)),
        ("zwei Stunden eher", Shift(minutes=-120)),
        ("eine halbe Stunde nach hinten", Shift(minutes=30)),
        ("anderthalb Stunden nach vorne", Shift(minutes=-90)),
        ("bitte um zehn Minuten nach hinten verschieben", Shift(minutes=10)),
        ("einen Tag später", Shift(days=1)),
        ("zwei Wochen früher", Shift(days=-14)),
        ("an hour later", Shift(minutes=60)),
        ("half an hour earlier", Shift(minutes=-30)),
        ("a quarter of an hour later", Shift(minutes=15)),
        ("twenty minutes earlier", Shift(minutes=-20)),
        ("zur gleichen Zeit", Shift()),
        ("at the same time", Shift()),
    ],
)
@pytest.mark.parametrize("argument", ["when", "date", "time", "uhrzeit"])
def test_an_amount_and_a_direction_are_a_shift(said: str, shift: Shift, argument: str) -> None:
    """In words or digits, German or English; nothing of it is left to be read as a date."""
    found, rest = take_shift(read_arguments({argument: said}))
    assert found == shift
    assert rest.values == {}


@pytest.mark.parametrize(
    ("args", "shift", "left"),
    [
        ({"when": "eine Woche später um 15 Uhr"}, Shift(days=7), {"when": "um 15 Uhr"}),
        ({"when": "am Freitag zur gleichen Zeit"}, Shift(), {"when": "am Freitag"}),
        ({"when": "31.10. eine Stunde später"}, Shift(minutes=60), {"when": "31.10."}),
        ({"date": "Freitag", "time": "gleiche Uhrzeit"}, Shift(), {"date": "Freitag"}),
        ({"date": "eine Woche später", "time": "zur selben Zeit"}, Shift(days=7), {}),
        ({"date": "einen Tag früher", "time": "15 Uhr"}, Shift(days=-1), {"time": "15 Uhr"}),
    ],
)
def test_what_else_was_said_stays(args: dict[str, object], shift: Shift, left: dict[str, str]) -> None:
    """A day or a clock time beside the shift is the caller's own."""
    found, rest = take_shift(read_arguments(args))
    assert found == shift
    assert rest.values == left


@pytest.mark.parametrize(
    "said",
    [
        "in einer Stunde",
        "zwanzig Minuten vor drei",
        "morgen um zehn",
        "später",
        "um eine Stunde verschieben",
        "nächste Woche",
    ],
)
def test_a_moment_or_an_amount_without_direction_is_no_shift(said: str) -> None:
    """The arguments go on as they came."""
    args = read_arguments({"when": said})
    assert take_shift(args) == (None, args)


def test_a_shift_keeps_the_wall_clock() -> None:
    """A week later is the same time on the clock, whatever the clocks did meanwhile."""
    assert Shift(days=7).from_start(datetime(2025, 10, 20, 10)) == datetime(2025, 10, 27, 10)


@pytest.mark.parametrize(
    "said", ["später", "etwas später", "lieber ein bisschen später", "a bit later", "später am Tag"]
)
def test_somewhat_later_is_just_after_the_appointment(said: str) -> None:
    """Two hours of it."""
    when = vaguely(read_arguments({"when": said}), OWN)
    assert when is not None
    assert (when.start, when.end) == (datetime(2025, 10, 30, 12, 5), datetime(2025, 10, 30, 14, 5))


def test_somewhat_earlier_ends_where_the_appointment_begins() -> None:
    """And a day named beside it is no "somewhat"."""
    when = vaguely(read_arguments({"time": "etwas früher bitte"}), OWN)
    assert when is not None
    assert (when.start, when.end) == (datetime(2025, 10, 30, 10, 0), OWN)
    assert vaguely(read_arguments({"when": "Montag früher"}), OWN) is None
    assert vaguely(read_arguments({"date": "Montag", "time": "früher"}), OWN) is None


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from("eine 99 zwei Stunde Tage später früher um a half hour later".split())).map(" ".join)
)
def test_any_words_are_answered(said: str) -> None:
    """Never raises, and no shift reaches further than three digits of weeks."""
    found, _ = take_shift(read_arguments({"when": said, "date": said}))
    assert found is None or abs(found.days) < 7 * 1000
