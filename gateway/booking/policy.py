"""House rules as values: may this appointment be cancelled or moved now, and what does it cost.

Pure. The rule that counts is the one snapshotted with the appointment, not today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.booking.model import Appointment, Fee
from gateway.booking.status import UPCOMING


class Verdict(StrEnum):
    FREE = "free"
    FEE = "fee"
    TOO_LATE = "too_late"
    TOO_MANY_MOVES = "too_many_moves"
    """The appointment was moved as often as the house allows."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the house says: `fee_cents` counts for FEE only; `free_until` is when a free change ended or will end."""

    verdict: Verdict
    fee_cents: int
    free_until: datetime

    @property
    def within_policy(self) -> bool:
        """The change is free, as the house promised."""
        return self.verdict is Verdict.FREE


def may_cancel(appointment: Appointment, *, now: datetime) -> Ruling:
    """May it be cancelled at `now`, and for what fee?

    A move made inside the paid window leaves `floor_cents` behind, so moving far ahead first never makes a late
    cancel free (I11).
    """
    policy = appointment.policy
    ruling = _rule(
        appointment,
        now=now,
        free_hours=policy.cancel_free_hours,
        latest_hours=policy.cancel_latest_hours,
        fee=policy.cancel_fee,
    )
    if ruling.verdict in (Verdict.FREE, Verdict.FEE) and appointment.floor_cents > ruling.fee_cents:
        return Ruling(Verdict.FEE, appointment.floor_cents, ruling.free_until)
    return ruling


def may_move(appointment: Appointment, *, now: datetime) -> Ruling:
    """May it be moved at `now`, and for what fee?"""
    policy = appointment.policy
    if policy.max_moves is not None and appointment.moves >= policy.max_moves:
        return Ruling(Verdict.TOO_MANY_MOVES, 0, appointment.start)
    return _rule(
        appointment,
        now=now,
        free_hours=policy.move_free_hours,
        latest_hours=policy.move_latest_hours,
        fee=policy.move_fee,
    )


def floor_after_move(appointment: Appointment, *, now: datetime, paid_cents: int) -> int:
    """What a later cancel must cost at least once this appointment has been moved for `paid_cents`.

    The cancel fee due today, less what the move already costs; where a cancel is no longer possible today, the whole fee.
    """
    due = may_cancel(appointment, now=now)
    owed = max(due.fee_cents, appointment.floor_cents)
    if due.verdict is Verdict.TOO_LATE:
        owed = max(owed, appointment.policy.cancel_fee.amount(appointment.price_cents))
    return max(0, owed - paid_cents)


def _rule(appointment: Appointment, *, now: datetime, free_hours: int, latest_hours: int, fee: Fee) -> Ruling:
    free_until = appointment.start - timedelta(hours=free_hours)
    latest = appointment.start - timedelta(hours=latest_hours)
    if appointment.status not in UPCOMING or now >= appointment.start or now > latest:
        return Ruling(Verdict.TOO_LATE, 0, free_until)
    if now <= free_until:
        return Ruling(Verdict.FREE, 0, free_until)
    cents = fee.amount(appointment.price_cents)
    return Ruling(Verdict.FEE if cents else Verdict.FREE, cents, free_until)
