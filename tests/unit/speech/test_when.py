"""`understand`: the conventions for what callers leave open, the readings it asks about, and that it never fails."""

import json
import time as stopwatch
from datetime import date, datetime, time
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.speech.grammar.codes import CODES
from gateway.speech.grammar.tokens import LEXICONS
from gateway.speech.when import Kind, When, understand

WEDNESDAY = datetime(2026, 3, 18, 10, 20)
NINE_TO_SIX = {day: [(9 * 60, 18 * 60)] for day in range(5)}
EVENINGS = {day: [(16 * 60, 22 * 60)] for day in range(7)}


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Mittwoch", date(2026, 3, 25)),  # a weekday is the next one, never today
        ("diesen Mittwoch", date(2026, 3, 18)),  # "diesen" is this week's
        ("diesen Montag", date(2026, 3, 23)),  # which is past: the next
        ("Montag dieser Woche", date(2026, 3, 16)),  # said in full, the past day is meant
        ("nächste Woche Mittwoch", date(2026, 3, 25)),
        ("übernächste Woche Montag", date(2026, 3, 30)),
        ("am 18.", date(2026, 3, 18)),  # today is not past
        ("am 17.", date(2026, 4, 17)),
        ("am 17.3.", date(2027, 3, 17)),
        ("17.3.2026", date(2026, 3, 17)),  # the year was said
        ("3/4", date(2026, 4, 3)),  # slash dates are day/month
    ],
)
def test_a_day_without_month_or_year_is_the_next_that_is_not_past(said: str, day: date) -> None:
    """Conventions 1, 3 and 8 of the format."""
    assert understand(said, WEDNESDAY).start == day


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("um drei", time(15)),
        ("um acht", time(8)),
        ("halb acht", time(19, 30)),
        ("um sechs Uhr morgens", time(6)),
        ("um 06:00", time(6)),  # a leading zero is 24-hour writing
        ("fünf vor halb drei", time(14, 25)),
        ("dreiviertel drei", time(14, 45)),
        ("viertel drei", time(14, 15)),
    ],
)
def test_an_hour_from_one_to_twelve_lies_between_eight_and_eight(said: str, at: time) -> None:
    """Conventions 4 and 5 of the format."""
    assert understand(said, WEDNESDAY).start == at


def test_opening_hours_settle_morning_or_afternoon() -> None:
    """With the company's hours an hour is the one the door is open."""
    assert understand("Donnerstag um acht", WEDNESDAY, hours=EVENINGS).start == datetime(2026, 3, 19, 20)
    assert understand("Donnerstag um acht", WEDNESDAY, hours=NINE_TO_SIX).start == datetime(2026, 3, 19, 8)
    assert understand("Donnerstag um neun", WEDNESDAY, hours=NINE_TO_SIX).start == datetime(2026, 3, 19, 9)
    settled = understand("um sieben", WEDNESDAY, hours=EVENINGS)
    assert (settled.start, settled.question) == (time(19), None)


def test_both_sevens_are_real_without_opening_hours() -> None:
    """Around seven both readings are given, with the question."""
    heard = understand("um sieben", WEDNESDAY)
    assert {heard.start, *(reading.start for reading in heard.readings)} == {time(7), time(19)}
    assert heard.question == "Meinen Sie neunzehn Uhr oder sieben Uhr morgens?"


def test_next_weekday_is_asked_about_while_it_is_still_to_come_this_week() -> None:
    """Convention 2: 'nächsten Freitag', said on a Wednesday."""
    heard = understand("nächsten Freitag um drei", WEDNESDAY)
    assert {heard.start, *(reading.start for reading in heard.readings)} == {
        datetime(2026, 3, 20, 15),
        datetime(2026, 3, 27, 15),
    }
    assert heard.question is not None
    assert understand("nächsten Montag", WEDNESDAY).question is None


def test_weekday_and_date_that_contradict_each_other_are_asked_about() -> None:
    """The date is read, and nobody is booked on it without a question."""
    heard = understand("am Montag, den 2. April", WEDNESDAY)
    assert heard.start == date(2026, 4, 2)
    assert heard.question == "Meinen Sie Donnerstag, den zweiten April, oder Montag, den dreiundzwanzigsten März?"


def test_a_choice_of_two_is_asked_back() -> None:
    """'Montag oder Dienstag': both are kept."""
    heard = understand("Montag oder Dienstag um zehn", WEDNESDAY)
    assert [heard.start, *(reading.start for reading in heard.readings)] == [
        datetime(2026, 3, 23, 10),
        datetime(2026, 3, 24, 10),
    ]
    heard = understand("on Monday at ten or eleven", WEDNESDAY, "en")
    assert [heard.start, *(reading.start for reading in heard.readings)] == [
        datetime(2026, 3, 23, 10),
        datetime(2026, 3, 23, 11),
    ]


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("am Wochenende um zehn", (600, 601)),
        ("nächste Woche zwischen 14 und 16 Uhr", (840, 960)),
        ("nächste Woche ab 17 Uhr", (1020, 1440)),
        ("Montag bis Mittwoch bis elf", (0, 660)),
        ("nächste Woche vormittags", (480, 750)),
        ("am Wochenende", None),
    ],
)
def test_several_days_keep_the_hours_said_with_them(said: str, hours: tuple[int, int] | None) -> None:
    """A stretch of days is whole days, and says which minutes of each were meant."""
    heard = understand(said, WEDNESDAY)
    assert (heard.kind, type(heard.start), heard.hours) == ("interval", date, hours)


@pytest.mark.parametrize(
    "said", ["2026-04-02T14:00:00Z", "2026-04-02T14:00:00+02:00", "2026-04-02 14:00", "2026-04-02T14:00"]
)
def test_iso_forms_of_language_models_are_local_wall_time(said: str) -> None:
    """A model's offset is dropped: it was told the local time and invented the rest."""
    assert understand(said, WEDNESDAY).start == datetime(2026, 4, 2, 14)


@pytest.mark.parametrize("said", ["Kaffee So 9 Uhr", "Kaffee am So. um 9"])
def test_a_capital_so_within_a_sentence_is_a_sunday(said: str) -> None:
    """Only its capital tells the short Sunday from 'so', about."""
    assert understand(said, WEDNESDAY).start == datetime(2026, 3, 22, 9)
    assert understand(said.replace("am So.", "so").replace("So", "so"), WEDNESDAY).start == time(9)


def test_iso_midnight_is_a_day() -> None:
    """A model that knows only the day writes T00:00:00: nobody is booked at midnight."""
    assert understand("2026-03-18T00:00:00", WEDNESDAY).start == date(2026, 3, 18)


def test_a_models_english_is_read_in_a_german_call() -> None:
    """A model translates "morgen" now and then; the question is still asked in the caller's language."""
    assert understand("tomorrow at 3pm", WEDNESDAY).start == datetime(2026, 3, 19, 15)
    heard = understand("next Friday", WEDNESDAY)
    assert heard.question == "Meinen Sie Freitag, den siebenundzwanzigsten März, oder Freitag, den zwanzigsten März?"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("am Montag kann ich nicht, aber am Dienstag um zehn", datetime(2026, 3, 24, 10)),
        ("Dienstag statt Mittwoch", date(2026, 3, 24)),
        ("am Dienstag, nein, am Mittwoch um zehn", datetime(2026, 3, 25, 10)),
        ("am Montag geht nicht", None),
        ("ich kann am Montag nicht", None),
        ("ich kann nicht am Montag", None),
        ("nicht mehr heute", None),
        ("Montag nicht, lieber Dienstag um elf", datetime(2026, 3, 24, 11)),
        ("heute nicht, morgen um zehn", datetime(2026, 3, 19, 10)),
        ("am Montag kann ich nicht vor zehn", datetime(2026, 3, 23, 10)),  # from ten on
        ("am Montag nicht so früh", date(2026, 3, 23)),
        ("statt um zehn lieber um elf", time(11)),
    ],
)
def test_a_day_that_is_ruled_out_is_not_booked(said: str, meant: object) -> None:
    """Denied and corrected days do not count."""
    assert understand(said, WEDNESDAY).start == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("den Termin von Freitag auf Samstag verschieben", date(2026, 3, 21)),
        ("von Dienstag um zehn auf Donnerstag um zwei", datetime(2026, 3, 19, 14)),
        ("am Freitag von zehn auf elf Uhr", datetime(2026, 3, 20, 11)),
        ("letzte Woche war ich da, jetzt möchte ich nächste Woche Dienstag", date(2026, 3, 24)),
    ],
)
def test_where_an_appointment_moves_to_counts(said: str, meant: object) -> None:
    """The day a thing is moved from, or a past visit, is not the day wished for."""
    heard = understand(said, WEDNESDAY)
    assert (heard.start, heard.question) == (meant, None)


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("von 22 bis 2 Uhr", time(22), time(2)),
        ("Samstag von 22 bis 2 Uhr", datetime(2026, 3, 21, 22), datetime(2026, 3, 22, 2)),
        ("in der Nacht auf Samstag", datetime(2026, 3, 20, 22), datetime(2026, 3, 21, 4)),
        ("zwischen Freitag 10 Uhr und Samstag 12 Uhr", datetime(2026, 3, 20, 10), datetime(2026, 3, 21, 12)),
    ],
)
def test_a_stretch_over_midnight_ends_the_next_day(said: str, start: object, end: object) -> None:
    """The night before a day begins on the day before; two in the morning follows ten at night."""
    heard = understand(said, WEDNESDAY)
    assert (heard.start, heard.end) == (start, end)


def test_two_digits_are_a_year_near_the_one_of_speaking() -> None:
    """'12.5.27' lies ahead, '5.5.85' is a date of birth."""
    assert understand("12.5.27", WEDNESDAY).start == date(2027, 5, 12)
    assert understand("5.5.85", WEDNESDAY).start == date(1985, 5, 5)


def test_a_bare_date_is_never_confidently_past() -> None:
    """Every day and month without a year is read as today or later."""
    for month in range(1, 13):
        for day in range(1, 32):
            heard = understand(f"am {day}.{month}.", WEDNESDAY)
            if heard.kind != "none":
                assert isinstance(heard.start, date) and heard.start >= WEDNESDAY.date(), (day, month)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_word_has_a_documented_code(lang: str) -> None:
    """`codes.CODES` is the legend of the rules: no word of a language stands outside it."""
    lexicon = LEXICONS[lang]
    items = [*lexicon.words.values(), *(item for rows in lexicon.phrases.values() for _, item in rows)]
    assert {item.code for item in items} <= CODES.keys()


def test_as_case_writes_what_the_evaluation_reads() -> None:
    """Minutes precision, open sides None, nothing understood is None."""
    assert understand("morgen ab 14 Uhr", WEDNESDAY).as_case() == {
        "kind": "interval",
        "start": "2026-03-19T14:00",
        "end": None,
        "part": None,
    }
    assert understand("guten Tag", WEDNESDAY).as_case() is None
    assert When("time", time(9)).as_case() == {"kind": "time", "start": "09:00", "end": None, "part": None}


_WORDS = (
    "montag um 3 uhr am 5. mai bis halb vor nach und zwischen in 2 wochen - ab von heute 10.12. 3.4 , . nicht der 99 "
    "diesen letzten woche 15 uhr 30 morgens abend tag drei ein zwanzig nein oder früh kw 3/4 a p m half past to the of "
    "31.02. 2026-02-30 9999-12-31 0000-00-00 24:00 99:99 1234567 999999 jahren tausend christmas tuesday next ago ostern"
).split()
_SPEECH = st.lists(st.sampled_from(_WORDS), max_size=300).map(" ".join)
_LONG = st.builds(lambda piece, times: (piece * times)[:2000], st.text(min_size=1, max_size=12), st.integers(1, 2000))


def _samples() -> list[tuple[str, str]]:
    path = Path(__file__).resolve().parents[3].parent / "shared" / "samples" / "time.dev.jsonl"
    if not path.exists():
        return []
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [(row["text"], row["lang"]) for row in rows]


@pytest.mark.skipif(not _samples(), reason="the open evaluation samples are not beside the project")
def test_a_damaged_phrase_is_answered_too() -> None:
    """Cut, doubled, spaced, shouted and shuffled samples raise nothing."""
    for text, lang in _samples():
        words = text.split()
        damaged = [text[:at] + text[at + 1 :] for at in range(len(text))]
        damaged += [text[:at] + " " + text[at:] for at in range(len(text))]
        damaged += [text.upper(), text[::-1], text * 30, " ".join(reversed(words)), ", ".join(words), "".join(words)]
        for phrase in damaged:
            assert understand(phrase, WEDNESDAY, lang).kind in get_args(Kind)


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.text(max_size=2000), _SPEECH, _LONG),
    lang=st.sampled_from(["de", "en", "", "fr"]),
    reference=st.datetimes(),
)
def test_any_text_is_answered_at_once(text: str, lang: str, reference: datetime) -> None:
    """No exception and no answer after 50 ms, whatever is said, whenever."""
    began = stopwatch.thread_time()
    heard = understand(text, reference, lang)
    took = stopwatch.thread_time() - began
    if took > 0.05:  # a collection of garbage may fall into one run; a slow text is slow twice
        began = stopwatch.thread_time()
        understand(text, reference, lang)
        took = stopwatch.thread_time() - began
    assert took <= 0.05
    assert (heard.kind == "none") == (heard.start is None and heard.end is None)
    assert type(heard.start) is type(heard.end) or heard.start is None or heard.end is None
