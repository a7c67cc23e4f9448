"""The record of one change of an appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Modification:
    """One cancel or move, written by itself with every change (DESIGN section 5, appointment_modification)."""

    id: str
    appointment_id: str
    kind: str
    """"cancel" or "reschedule"."""
    at: datetime
    by: str
    """Who: "caller", "staff", "portal", "system"."""
    within_policy: bool
    fee_cents: int
    call_id: str | None
    reason: str
    old_start: datetime
    new_start: datetime | None
    evidence: str
    """How the caller was recognised ("phone", "name+appointment", "code"...); no personal data."""
