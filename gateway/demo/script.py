"""The four calls of `gateway demo`: what is said, and which tool the agent's model would call with which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.demo.salon import SABINE


@dataclass(frozen=True, slots=True)
class Turn:
    """The caller says something; the agent calls a tool with the caller's own words."""

    caller: str
    tool: str
    args: Mapping[str, object] = field(default_factory=dict)
    expect: str = ""
    """The status a healthy gateway answers with; anything else fails the demo."""


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """One call from ringing to hanging up."""

    title: str
    from_number: str
    turns: tuple[Turn, ...]


COLOURING: Final = "Ansatzfärbung, waschen, schneiden, föhnen"

CALLS: Final = (
    PhoneCall(
        "Anna Becker ruft zum ersten Mal an: eine Ansatzfärbung mit Einwirkzeit",
        "+4915112349001",
        (
            Turn(
                "Ich hätte gern eine Ansatzfärbung mit Schneiden, morgen um 14 Uhr, wenn es geht bei Fabian.",
                "check_availability",
                {"dienstleistung": COLOURING, "datum": "morgen", "uhrzeit": "14 Uhr", "mitarbeiter": "bei Fabian"},
                "offered",
            ),
            Turn(
                "Ja gern, auf Anna Becker.",
                "book_appointment",
                {"angebot": "A", "kundenname": "Anna Becker"},
                "booked",
            ),
        ),
    ),
    PhoneCall(
        "Mehmet Yilmaz bekommt die Bartpflege in Fabians Wartezeit",
        "+4915112349002",
        (
            Turn(
                "Bartpflege bei Fabian, morgen so um fünf nach halb drei?",
                "check_availability",
                {"dienstleistung": "Bartpflege", "wann": "morgen um fünf nach halb drei", "mitarbeiter": "Fabian"},
                "offered",
            ),
            Turn(
                "Passt. Yilmaz, Mehmet Yilmaz.",
                "book_appointment",
                {"angebot": "A", "kundenname": "Mehmet Yilmaz"},
                "booked",
            ),
        ),
    ),
    PhoneCall(
        "Sabine Meier, am Anruf erkannt, verlegt ihren Termin",
        SABINE.phone_e164 or "",
        (
            Turn("Wann hatte ich noch mal meinen Termin?", "find_appointments", {}, "found"),
            Turn(
                "Können wir das auf morgen um elf vorziehen?",
                "reschedule_appointment",
                {"datum": "morgen", "uhrzeit": "elf Uhr"},
                "rescheduled",
            ),
        ),
    ),
    PhoneCall(
        "Sabine Meier sagt ab, weniger als vierundzwanzig Stunden vorher",
        SABINE.phone_e164 or "",
        (
            Turn("Ich muss morgen leider doch absagen.", "cancel_appointment", {"datum": "morgen"}, "fee_confirm"),
            Turn(
                "Ist gut, dann ist das so.",
                "cancel_appointment",
                {"datum": "morgen", "bestaetigt": "ja"},
                "cancelled",
            ),
        ),
    ),
)
