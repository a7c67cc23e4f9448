"""Who is calling: one decision from everything we know, as a value (DESIGN section 8).

Pure. The strategies are tried in the order of `STRATEGIES`; the first that recognises somebody wins, and a strategy
that must ask (`Reason.SAY_NAME`) ends the search. A caller ID is a claim, a name by ear a hint: neither ever gives more
than L1, and a hidden number reaches one appointment only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from gateway.auth.names import SAME, same_exactly, similarity
from gateway.booking.model import Appointment, Customer
from gateway.speech.fold import plain


class Level(IntEnum):
    """How sure we are of the caller."""

    UNKNOWN = 0
    MATCHED = 1
    """Number (and name) match, or a hidden caller knows name and appointment."""
    PROVEN = 2
    """A one-time code sent to the address on file came back."""


class Reason(StrEnum):
    """What the recognition rests on; goes to the audit, never into an answer."""

    LINKED = "linked"
    NUMBER = "number"
    NUMBER_AND_NAME = "number_and_name"
    NAME_AND_APPOINTMENT = "name_and_appointment"
    JUST_MADE = "just_made"
    CODE = "code"
    SAY_NAME = "say_name"
    """Several customers share the number: the name decides, and it was not said, or fits none or several."""
    SAY_MORE = "say_more"
    """A hidden caller did not name who, and which appointment."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Link:
    """What this phone call was already tied to."""

    customer: Customer
    level: Level
    appointment_id: str | None = None
    """Set when the recognition reached this one appointment only."""


@dataclass(frozen=True, slots=True)
class Held:
    """An upcoming appointment together with its customer."""

    appointment: Appointment
    customer: Customer


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known about the caller when the question is asked."""

    phone_e164: str | None
    """None: the number is hidden, and matches nobody."""
    said_name: str | None = None
    call_name: str | None = None
    """A name from the call's metadata or analysis."""
    link: Link | None = None
    by_phone: Sequence[Customer] = ()
    at_named_time: Sequence[Held] = ()
    """Upcoming appointments that start at the very date and time the caller named; empty unless both were named."""
    named_a_time: bool = False
    just_made: Sequence[Appointment] = ()
    """Cancel only: appointments on the named date made by this call, or by this number in the last 30 minutes."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """The answer: how sure, who, why. `appointment_id` narrows the right to that one appointment."""

    level: Level
    reason: Reason
    customer: Customer | None = None
    appointment_id: str | None = None

    @property
    def known(self) -> bool:
        return self.customer is not None or self.appointment_id is not None

    @property
    def is_failure(self) -> bool:
        """A try that named somebody and missed: what a guesser does, and what is counted."""
        return self.reason in (Reason.NOBODY, Reason.SAY_NAME) and not self.known


_SOMEBODY: Final = Customer("", "Maria Mustermann")
"""Compared where there is nobody to compare with."""
NOBODY: Final = Recognition(Level.UNKNOWN, Reason.NOBODY)


def recognise(evidence: Evidence) -> Recognition:
    """The first strategy's answer, or L0 with the reason why nobody was recognised."""
    for strategy in STRATEGIES:
        found = strategy(evidence)
        if found is not None:
            return found
    if evidence.phone_e164 is None and not (_spoken_names(evidence) and evidence.named_a_time):
        return Recognition(Level.UNKNOWN, Reason.SAY_MORE)
    return NOBODY


def _linked(evidence: Evidence) -> Recognition | None:
    """The call was tied to somebody before. Another name means another person: look again."""
    link = evidence.link
    if link is None or (evidence.said_name and not _sounds_like(link.customer, evidence.said_name)):
        return None
    reason = Reason.CODE if link.level is Level.PROVEN else Reason.LINKED
    return Recognition(link.level, reason, link.customer, link.appointment_id)


def _by_number(evidence: Evidence) -> Recognition | None:
    """Exact E.164 equality with a stored number; among several customers, or when a name is said, the name decides."""
    if evidence.phone_e164 is None:
        return None
    if not evidence.by_phone:
        if evidence.said_name:
            _sounds_like(_SOMEBODY, evidence.said_name)  # a stranger's number takes as long as a customer's
        return None
    if not evidence.said_name:
        if len(evidence.by_phone) == 1:
            return Recognition(Level.MATCHED, Reason.NUMBER, evidence.by_phone[0])
        return Recognition(Level.UNKNOWN, Reason.SAY_NAME)
    alike = [customer for customer in evidence.by_phone if _sounds_like(customer, evidence.said_name)]
    if len(alike) == 1:
        return Recognition(Level.MATCHED, Reason.NUMBER_AND_NAME, alike[0])
    # A name that fits none of them must sound like a number nobody knows.
    return Recognition(Level.UNKNOWN, Reason.SAY_NAME) if alike else None


def _by_said_name_and_time(evidence: Evidence) -> Recognition | None:
    """A hidden number: the exact name, and exactly one upcoming appointment at the date and time named."""
    return _name_and_appointment(evidence, evidence.said_name)


def _by_call_name_and_time(evidence: Evidence) -> Recognition | None:
    """The same rule with a name that the call's metadata carries, when the caller said none."""
    return None if evidence.said_name else _name_and_appointment(evidence, evidence.call_name)


def _name_and_appointment(evidence: Evidence, name: str | None) -> Recognition | None:
    if evidence.phone_e164 is not None or not name or not evidence.named_a_time:
        return None
    exact = [held for held in evidence.at_named_time if same_exactly(held.customer.name, name)]
    if len(exact) != 1:
        return None
    held = exact[0]
    return Recognition(Level.MATCHED, Reason.NAME_AND_APPOINTMENT, held.customer, held.appointment.id)


def _just_made(evidence: Evidence) -> Recognition | None:
    """Cancel only: the one appointment there that this call, or this number half an hour ago, made itself."""
    if len(evidence.just_made) != 1:
        return None
    return Recognition(Level.MATCHED, Reason.JUST_MADE, None, evidence.just_made[0].id)


STRATEGIES: Final[Sequence[Callable[[Evidence], Recognition | None]]] = (
    _linked,
    _by_number,
    _by_said_name_and_time,
    _by_call_name_and_time,
    _just_made,
)


def _sounds_like(customer: Customer, name: str) -> bool:
    """Behind a matching number a part of the name will do ("Schröder"): the number is the evidence, the name the check."""
    if same_exactly(customer.name, name) or similarity(customer.name, name) >= SAME:
        return True
    said, stored = plain(name).split(), set(plain(customer.name).split())
    return bool(said) and all(word in stored for word in said)


def _spoken_names(evidence: Evidence) -> bool:
    return bool(evidence.said_name or evidence.call_name)
