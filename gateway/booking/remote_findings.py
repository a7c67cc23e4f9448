"""What is wrong with a salon's second calendar, for `gateway check`: who cannot be booked there, and what to do."""

from __future__ import annotations

from gateway.booking.model import Salon, Service, lay_out
from gateway.booking.remote_plan import NotMapped, event_type
from gateway.booking.validation import Finding, Severity, as_sold
from gateway.errors import InvalidPlan


def remote_findings(salon: Salon) -> tuple[Finding, ...]:
    """Everything that keeps a service from being booked over there, one line per service and person; () without one."""
    if salon.remote is None:
        return ()
    keys = [
        Finding(None, f"calcom key of {staff_id}", problem, Severity.WARNING)
        for staff_id, problem in sorted(salon.remote.problems.items())
    ]
    services = [service for service in map(as_sold, salon.services) if service.active]
    return (*keys, *(finding for service in services for finding in _unmapped(salon, service)))


def _unmapped(salon: Salon, service: Service) -> list[Finding]:
    found = []
    for staff_id in service.staff_ids:
        why = _why_not(salon, service, staff_id)
        if why is not None:
            line = f"{why}: it is refused on the phone until `gateway calcom sync` (or `gateway calcom key`)"
            found.append(Finding(service.id, f"calcom map of {staff_id}", line, Severity.NOT_SOLD))
    return found


def _why_not(salon: Salon, service: Service, staff_id: str) -> str | None:
    try:
        for plan in lay_out(service, staff_id):
            if plan.staff_required:
                event_type(salon, service.id, staff_id, plan.key, plan.minutes)
    except (NotMapped, InvalidPlan) as missing:
        return str(missing)
    return None
