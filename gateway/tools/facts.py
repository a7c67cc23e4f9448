"""The machine-readable side of an answer: ISO instants with the salon's offset, names from our own catalogue."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from gateway.booking.model import Appointment, Salon
from gateway.booking.offers import Offer
from gateway.speech.labels import MAX_LABEL, first_name_words, service_words

Facts = dict[str, Any]

_MARKUP: Final = re.compile(r"<[^<>]*>|[<>{}\[\]`|\\^~$#*_\"]|https?:\S*")


@lru_cache(maxsize=4096)
def label(name: str, *, person: bool = False) -> str:
    """A stored name as a fact: one plain line of at most 80 characters; "" when it says no name but tells what to do.

    What stands in a catalogue may have come from a calendar's title, and the language model reads every fact.
    """
    if (first_name_words(name) if person else service_words(name, lang="de")) is None:
        return ""
    line = name.strip().splitlines()[0]
    # Composed first: markup in full-width letters is markup to whoever reads it.
    composed = unicodedata.normalize("NFKC", line)
    plain = "".join(ch if ch.isprintable() else " " for ch in _MARKUP.sub(" ", composed))
    return " ".join(plain.split())[:MAX_LABEL].strip()


def iso(salon: Salon, instant: datetime) -> str:
    """The instant on the salon's wall clock, with its offset."""
    return instant.astimezone(salon.tz).isoformat(timespec="minutes")


def staff_name(salon: Salon, staff_id: str) -> str:
    member = salon.member(staff_id)
    return label(member.name, person=True) if member else ""


def offer_facts(salon: Salon, offers: Sequence[Offer]) -> list[Facts]:
    """`offers[]` of the contract: token, start, end, staff, and why it stands there."""
    return [
        {
            "token": offer.token,
            "start": iso(salon, offer.start),
            "end": iso(salon, offer.end),
            "staff": " + ".join(staff_name(salon, i) for i in offer.assignment.staff_ids),
            "reason": offer.reason.value,
        }
        for offer in offers
    ]


def appointment_facts(salon: Salon, appointment: Appointment) -> Facts:
    """What the agent may know of the caller's own appointment."""
    return {
        "appointment_id": appointment.id,
        "code": appointment.code,
        "service": label(appointment.service_name),
        "start": iso(salon, appointment.start),
        "end": iso(salon, appointment.end),
        "staff": " + ".join(staff_name(salon, i) for i in appointment.staff_ids),
    }


def segment_facts(salon: Salon, appointment: Appointment) -> list[Facts]:
    """`segments[]` of the contract: the working parts in order; what lies between them is waiting time."""
    return [
        {
            "key": phase.key,
            "start": iso(salon, phase.start),
            "end": iso(salon, phase.end),
            "staff": staff_name(salon, phase.staff_id),
        }
        for phase in appointment.segments
    ]
