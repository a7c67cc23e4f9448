"""The small world of the simulator: two companies that share every id, so that a missing company filter shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.booking.model import Customer, Fee, Hours, PausePolicy, Policy, Salon, Segment, Service, StaffMember

NOW: Final = datetime(2026, 9, 7, 6, 30, tzinfo=UTC)
"""A Monday morning, 08:30 on the salon's wall."""
ZONE: Final = ZoneInfo("Europe/Berlin")

EMMA: Final = StaffMember("emma", "Emma Williams")
FABIAN: Final = StaffMember("fabian", "Fabian Spitzer")
STAFF: Final = (EMMA, FABIAN)
_BOTH: Final = (EMMA.id, FABIAN.id)

SIMPLE: Final = Service("52", "Bartpflege", 30, 1800, _BOTH)
COMPOSITE: Final = Service(
    "177",
    "Ansatzfärbung",
    90,
    8500,
    _BOTH,
    composite=True,
    segments=(Segment("A", "Auftragen", 30, gap_after=30), Segment("B", "Auswaschen", 30)),
    pause_policy=PausePolicy.FREE,
)
SERVICES: Final = (SIMPLE, COMPOSITE)

ALPHA: Final = "alpha"
BETA: Final = "beta"
COMPANIES: Final = (ALPHA, BETA)
NUMBERS: Final = {ALPHA: "+493083793369", BETA: "+493083793370"}

SABINE: Final = Customer("sabine", "Sabine Meier", "+4915112345601", "sabine@example.org")
HANS: Final = Customer("hans", "Hans Becker", "+4915112345603")
CUSTOMERS: Final = (SABINE, HANS)

_ALL_WEEK: Final = Hours(dict.fromkeys(range(7), ((8 * 60, 20 * 60),)))


def salon_of(company_id: str) -> Salon:
    """One company; only its name and number tell it from the other."""
    return Salon(
        company_id=company_id,
        branch_id="main",
        name=f"Salon {company_id}",
        zone="Europe/Berlin",
        region="",
        opening=_ALL_WEEK,
        services=SERVICES,
        staff=STAFF,
        lead_minutes=60,
        horizon_days=3,
        # A move costs less than a cancel, so that moving away first would pay if nobody remembered it (I11).
        policy=Policy(move_fee=Fee(percent=20)),
    )


def local(days: int, minutes: int) -> datetime:
    """An instant `days` after the first day, `minutes` after its local midnight."""
    midnight = NOW.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=days, minutes=minutes)).astimezone(UTC)
