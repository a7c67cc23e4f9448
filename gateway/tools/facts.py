"""The machine-readable side of an answer: ISO instants with the salon's offset, names from our own catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.booking.model import Appointment, Salon
from gateway.booking.offers import Offer

Facts = dict[str, Any]


def iso(salon: Salon, instant: datetime) -> str:
    """The instant on the salon's wall clock, with its offset."""
    return instant.astimezone(salon.tz).isoformat(timespec="minutes")


def staff_name(salon: Salon, staff_id: str) -> str:
    member = salon.member(staff_id)
    return member.name if member else ""


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
        "service": appointment.service_name[:80],
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
