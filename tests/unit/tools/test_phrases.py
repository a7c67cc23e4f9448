"""Every sentence of the house, in every voice and with the longest words a salon may fill in, can be spoken."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.booking.availability import Assignment, Reason
from gateway.booking.model import Appointment, Phase, PhaseKind, Policy, Salon, Service, StaffMember, Status
from gateway.booking.offers import Offer, Why
from gateway.demo.salon import SALON, SERVICES
from gateway.speech.speakable import speakable
from gateway.tools.phrases import _TEXTS, HOUSE_VOICE, TEXT_KEYS, Voice, voice_of

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2025, 10, 24)
VOICES = {"sie": Voice("de", True, TODAY), "du": Voice("de", False, TODAY), "english": Voice("en", True, TODAY)}
# The longest there is: long weekday, long ordinal, long month, long clock time, and a year that must be said.
LONG_AT = datetime(2027, 9, 23, 17, 55, tzinfo=BERLIN)
LONG_NAMES = ("Maximilian-Alexander", "Anna-Katharina", "Friederike-Charlotte", "Emma")
LONG_SERVICES = (
    "Ansatz, Längenausgleich, waschen, schneiden, föhnen",
    "Strähnchen mit Folien, Tönung, Haarschnitt und Intensivpflege",
    "Hochsteckfrisur mit Probetermin und Make-up für die Braut",
    "Dauerwelle inkl. waschen, schneiden, föhnen und Pflegepackung",
)
TEAM = tuple(StaffMember(f"s{n}", f"{name} Musterfrau") for n, name in enumerate(LONG_NAMES))
HOUSE = replace(
    SALON,
    staff=TEAM,
    services=(*SERVICES, *(Service(f"x{n}", s, 60, 9995, ("s0",)) for n, s in enumerate(LONG_SERVICES))),
)


def offer(at: datetime, staff_id: str, token: str) -> Offer:
    phase = Phase(PhaseKind.INITIAL, "a", staff_id, at, at + timedelta(hours=1), True, True, 0)
    return Offer(
        token,
        "51",
        at,
        at + timedelta(hours=1),
        Assignment(at, at + timedelta(hours=1), (staff_id,), (phase,)),
        9995,
        1,
        Why.NEARBY,
    )


def booking(at: datetime, staff_id: str) -> Appointment:
    phase = Phase(PhaseKind.INITIAL, "a", staff_id, at, at + timedelta(hours=1), True, True, 0)
    return Appointment(
        "id",
        1,
        Status.CONFIRMED,
        "c",
        "51",
        LONG_SERVICES[0],
        at,
        phase.end,
        "Europe/Berlin",
        9995,
        "K7MP2X",
        (phase,),
        Policy(),
    )


@cache
def worst(voice: Voice) -> dict[str, list[str]]:
    """What each field may hold at its longest, made by the very functions that fill it."""
    days = [datetime(2025, 12, day, 17, 55, tzinfo=BERLIN) for day in (23, 22, 20)]
    apart = [offer(at, f"s{n}", "ABC"[n]) for n, at in enumerate(days)]
    together = [offer(days[0] + timedelta(minutes=25 * n), "s0", "ABC"[n]) for n in range(3)]
    everybody = [member.id for member in TEAM[:3]]
    when = [
        voice.when(HOUSE, LONG_AT),
        *(voice.when(HOUSE, at) for at in days),
        voice.when(HOUSE, datetime(2025, 10, 25, 8, 5, tzinfo=BERLIN)),
    ]
    services = [service for service in HOUSE.services if service.id.startswith("x")]
    return {
        "service": [voice.service(service) for service in HOUSE.services],
        "when": when,
        "staff": [voice.staff(HOUSE, ["s0"]), voice.staff(HOUSE, everybody[:2]), voice.staff(HOUSE, everybody)],
        "offers": [voice.offers(HOUSE, apart), voice.offers(HOUSE, together), voice.offers(HOUSE, apart[:1])],
        "why": [voice.why(reason, "Maximilian-Alexander") for reason in Reason],
        "next_day": [voice.day(LONG_AT.date()), voice.day(days[0].date())],
        "price": [voice.price(987_65), voice.price(1)],
        "takes": [voice.takes(150), voice.takes(485)],
        "fee": [voice.price(987_65), voice.price(1)],
        "choices": [],
    } | _choices(voice, services, [booking(at, "s0") for at in days])


def _choices(voice: Voice, services: list[Service], bookings: list[Appointment]) -> dict[str, list[str]]:
    return {
        "choices of services": [voice.services(services[:4]), voice.services(services[:4], "und")],
        "choices of names": [voice.names(list(LONG_NAMES))],
        "choices of moments": [voice.moments(HOUSE, bookings), voice.moments(HOUSE, bookings, "und")],
    }


# Whose list a {choices} is.
CHOICES = {
    "ask_service_of": "choices of services",
    "listed": "choices of services",
    "ask_staff": "choices of names",
    "ask_staff_one": "choices of names",
    "unknown_staff": "choices of names",
    "ask_which": "choices of moments",
    "found_many": "choices of moments",
    "found_many_pending": "choices of moments",
}


def fillings(key: str, voice: Voice) -> Iterator[dict[str, str]]:
    """The sentence's fields at their longest: each value of each field once, beside the first of the others."""
    fields = {name for _, name, _, _ in string.Formatter().parse(_TEXTS[key][0]) if name}
    values = worst(voice)
    found = {name: values[CHOICES[key] if name == "choices" else name] for name in fields}
    for turn in range(max((len(options) for options in found.values()), default=1)):
        yield {name: options[min(turn, len(options) - 1)] for name, options in found.items()}


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("key", TEXT_KEYS)
def test_every_sentence_can_be_spoken_at_its_longest(key: str, voice: str) -> None:
    """Two sentences, twenty-five words each, no digits, no signs, no abbreviations."""
    for words in fillings(key, VOICES[voice]):
        said = VOICES[voice].say(key, **words)
        assert speakable(said) == [], said


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_every_variant_fills_the_same_fields(key: str) -> None:
    """A field that one language forgets is a fact nobody hears."""
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in _TEXTS[key]]
    assert fields[0] == fields[1] == fields[2]


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_the_formal_voice_never_says_du_and_the_casual_one_never_sie(key: str) -> None:
    """One form of address per salon."""
    formal, casual, english = _TEXTS[key]
    assert not re.search(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[nmrs]?)\b", formal)
    assert not re.search(r"\b(Sie|Ihnen|Ihre?[nmrs]?)\b", casual)
    assert not re.search(r"[äöüß]|\b(der|die|das|und|oder|nicht|Termin)\b", english)


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_a_question_ends_with_its_mark_and_every_sentence_ends(key: str) -> None:
    """The voice rises where it shall."""
    assert all(text.rstrip()[-1] in ".?!" for text in _TEXTS[key])


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("voice", VOICES)
def test_every_reason_has_its_sentence(reason: Reason, voice: str) -> None:
    """Whatever stands against a time can be said, with or without a person."""
    for staff in (None, "Emma"):
        assert speakable(VOICES[voice].why(reason, staff)) == []


@pytest.mark.parametrize("voice", VOICES)
def test_a_person_without_a_name_that_can_be_said_leaves_no_hole(voice: str) -> None:
    """Somebody left the salon, or is called "???": the sentence still holds together."""
    nameless = replace(HOUSE, staff=(StaffMember("odd", "???"),))
    speaker = VOICES[voice]
    when = speaker.when(nameless, LONG_AT)
    for staff_ids in (["odd"], ["gone"], []):
        staff = speaker.staff(nameless, staff_ids)
        for key in ("booked", "rescheduled", "unchanged", "already_booked", "found_one", "offered_wish"):
            said = speaker.say(key, service=speaker.service("Bartpflege"), when=when, staff=staff)
            assert speakable(said) == [], said


def test_a_sentence_begins_with_a_capital() -> None:
    """Also when a filled-in word comes first."""
    said = Voice("en", True).say("listed_one", service="beard trim", price="eighteen euros", takes="twenty minutes")
    assert said == "Beard trim costs eighteen euros. We set aside twenty minutes for it."


def test_a_missing_word_is_a_bug_and_not_silence() -> None:
    """A key or field nobody knows raises where it is written, not on the phone."""
    with pytest.raises(KeyError):
        HOUSE_VOICE.say("booked", service="x")
    with pytest.raises(KeyError):
        HOUSE_VOICE.say("no_such_sentence")


@pytest.mark.parametrize(
    ("salon", "lang", "formal"),
    [(SALON, "de", True), (replace(SALON, formal=False), "de", False), (replace(SALON, lang="en"), "en", True)],
)
def test_the_voice_is_the_salons(salon: Salon, lang: str, formal: bool) -> None:
    """Language and form of address are settings of the company."""
    voice = voice_of(salon, TODAY)
    assert (voice.lang, voice.formal) == (lang, formal)


def test_names_with_an_und_of_their_own_stay_apart() -> None:
    """ "Waschen, Schneiden und Föhnen und Bartpflege" would be four services; plain names keep the plain word."""
    by_id = {service.id: service for service in SALON.services}
    assert HOUSE_VOICE.services([by_id["51"], by_id["52"]], "und") == "Waschen, Schneiden und Föhnen sowie Bartpflege"
    assert HOUSE_VOICE.services([by_id["52"], by_id["53"]], "und") == "Bartpflege und Kinderschnitt"
    assert HOUSE_VOICE.services([by_id["52"], by_id["53"]]) == "Bartpflege oder Kinderschnitt"
    three = [by_id["53"], by_id["51"], by_id["52"]]
    assert HOUSE_VOICE.services(three) == "Kinderschnitt; Waschen, Schneiden und Föhnen oder Bartpflege"
