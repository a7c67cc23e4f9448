"""What is wrong with a service or a salon, in words for its owner, and what is sold all the same.

`gateway check` lists the findings; `sold` is what the phone line works with, so that a mistake in one service never
reaches a caller and never takes the other services away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from gateway.booking.holidays import REGIONS
from gateway.booking.model import (
    GRAIN_MINUTES,
    DayHours,
    Fee,
    Hours,
    PausePolicy,
    Policy,
    Salon,
    Segment,
    Service,
    StaffMember,
)
from gateway.booking.timeline import DAY_MINUTES

MAX_HORIZON_DAYS: Final = 400


class Severity(StrEnum):
    """What a finding does to a service."""

    WARNING = "warning"
    """Sold as it is."""
    NOT_COMPOSITE = "not_composite"
    """Its segments cannot be trusted: sold as one simple block of its total minutes."""
    NOT_SOLD = "not_sold"
    """Not offered at all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `service_id` None: with the salon itself. `field` is a path such as "segments[1].minutes"."""

    service_id: str | None
    field: str
    message: str
    severity: Severity = Severity.WARNING


_Issue = tuple[str, str, Severity]
_WARNING, _NOT_COMPOSITE, _NOT_SOLD = Severity.WARNING, Severity.NOT_COMPOSITE, Severity.NOT_SOLD

_UNREAD: Final = {"segments": _NOT_COMPOSITE, "policy": _NOT_SOLD}
"""Without its own rules a service would be sold under others'; without an alias only a name is missed."""


def findings(service: Service) -> tuple[Finding, ...]:
    """Everything wrong with `service`, in the order of its fields; () when nothing is."""
    unread = [(field, f"cannot be read: {why}", _UNREAD.get(_root(field), _WARNING)) for field, why in service.unread]
    issues = [*unread, *_basics(service), *_parts(service), *_policy_issues(service.policy)]
    return tuple(Finding(service.id, field, message, severity) for field, message, severity in issues)


def as_sold(service: Service) -> Service:
    """`service` as the phone may offer it: unchanged, as a simple block of its total, or inactive. Never raises."""
    severities = {finding.severity for finding in findings(service)}
    if _NOT_SOLD in severities:
        return replace(service, active=False)
    if _NOT_COMPOSITE in severities:
        service = replace(service, composite=False, segments=())
    own = {staff_id: length for staff_id, length in service.staff_minutes.items() if length > 0}
    return service if own == dict(service.staff_minutes) else replace(service, staff_minutes=own)


def sold(salon: Salon) -> Salon:
    """`salon` with every service as it may be offered."""
    return replace(salon, services=tuple(as_sold(service) for service in salon.services))


def salon_findings(salon: Salon) -> tuple[Finding, ...]:
    """Everything wrong with `salon`: its active services first, then its own settings."""
    active = [service for service in salon.services if service.active]
    own = [
        *((field, f"cannot be read: {why}; the usual holds", _WARNING) for field, why in salon.unread),
        *_doubled("services", (service.id for service in salon.services)),
        *_doubled("staff", (member.id for member in salon.staff)),
        *_settings(salon),
        *_hours_issues("opening", salon.opening),
        *(issue for member in salon.staff for issue in _member_issues(member)),
        *_policy_issues(salon.policy),
    ]
    people = {member.id for member in salon.staff}
    return (
        *(finding for service in active for finding in findings(service)),
        *(
            Finding(service.id, "staff_ids", f"nobody here has the id {staff_id!r}")
            for service in active
            for staff_id in service.staff_ids
            if staff_id not in people
        ),
        *(Finding(None, field, message, severity) for field, message, severity in own),
    )


def _root(field: str) -> str:
    return field.partition("[")[0].partition(".")[0]


def _basics(service: Service) -> Iterator[_Issue]:
    if not service.name.strip():
        yield "name", "has no name to say", _WARNING
    if service.minutes <= 0:
        yield "minutes", f"must be positive, is {service.minutes}", _NOT_SOLD
    if service.price_cents < 0:
        yield "price_cents", f"must not be negative, is {service.price_cents}", _NOT_SOLD
    if not service.staff_ids:
        yield "staff_ids", "nobody does this service", _NOT_SOLD
    for staff_id, length in service.staff_minutes.items():
        if length <= 0:
            yield f"staff_minutes[{staff_id}]", f"must be positive, is {length}; the common duration is used", _WARNING
        elif staff_id not in service.staff_ids:
            yield f"staff_minutes[{staff_id}]", "this person does not do the service", _WARNING
        elif service.composite:
            yield f"staff_minutes[{staff_id}]", "a composite service has no durations per person; ignored", _WARNING


def _parts(service: Service) -> Iterator[_Issue]:
    if service.pause_policy not in set(PausePolicy):
        yield "pause_policy", f"unknown policy {str(service.pause_policy)!r}", _NOT_COMPOSITE
    if service.gap_buffer_minutes < 0:
        yield "gap_buffer_minutes", f"must not be negative, is {service.gap_buffer_minutes}", _NOT_COMPOSITE
    if not service.composite:
        if service.segments:
            yield "segments", "ignored: the service is not marked composite", _WARNING
        return
    if any(_root(field) == "segments" for field, _ in service.unread):
        return  # told already
    if len(service.segments) < 2:
        yield "segments", f"a composite needs at least two, has {len(service.segments)}", _NOT_COMPOSITE
    for key, count in Counter(segment.key for segment in service.segments).items():
        if count > 1:
            yield "segments", f"the key {key!r} is used {count} times", _NOT_COMPOSITE
    for index, segment in enumerate(service.segments):
        yield from _segment_issues(service, index, segment)
    total = sum(segment.minutes + segment.gap_after for segment in service.segments)
    if total != service.minutes and service.segments:
        yield "minutes", f"is {service.minutes}, but segments and gaps add up to {total}", _NOT_COMPOSITE


def _segment_issues(service: Service, index: int, segment: Segment) -> Iterator[_Issue]:
    path = f"segments[{index}]"
    last = index == len(service.segments) - 1
    buffers = 2 * service.gap_buffer_minutes
    if not segment.key.strip():
        yield f"{path}.key", "is empty", _NOT_COMPOSITE
    if segment.minutes <= 0:
        yield f"{path}.minutes", f"must be positive, is {segment.minutes}", _NOT_COMPOSITE
    if segment.gap_after < 0:
        yield f"{path}.gap_after", f"must not be negative, is {segment.gap_after}", _NOT_COMPOSITE
    elif last and segment.gap_after:
        yield f"{path}.gap_after", "there is no gap after the last segment", _NOT_COMPOSITE
    elif service.pause_policy is PausePolicy.FLEXIBLE and 0 < segment.gap_after <= buffers:
        yield f"{path}.gap_after", f"{segment.gap_after} minutes leave nothing between two buffers: blocked", _WARNING


def _policy_issues(policy: Policy | None) -> Iterator[_Issue]:
    if policy is None:
        return
    for field in ("cancel_free_hours", "cancel_latest_hours", "move_free_hours", "move_latest_hours", "max_moves"):
        value = getattr(policy, field)
        if value is not None and value < 0:
            yield f"policy.{field}", f"must not be negative, is {value}", _WARNING
    fees: Mapping[str, Fee] = {"cancel_fee": policy.cancel_fee, "move_fee": policy.move_fee}
    for field, fee in fees.items():
        if fee.percent is not None and fee.cents is not None:
            yield f"policy.{field}", "is set both in percent and in cents; percent is used", _WARNING
        if fee.percent is not None and not 0 <= fee.percent <= 100:
            yield f"policy.{field}", f"must be 0 to 100 percent, is {fee.percent}", _WARNING
        if fee.cents is not None and fee.cents < 0:
            yield f"policy.{field}", f"must not be negative, is {fee.cents}", _WARNING


def _doubled(field: str, ids: Iterable[str]) -> Iterator[_Issue]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield field, f"the id {name!r} is used {count} times", _WARNING


def _settings(salon: Salon) -> Iterator[_Issue]:
    try:
        ZoneInfo(salon.zone)
    except (KeyError, ValueError, OSError):  # unknown, malformed, a directory
        yield "zone", f"unknown time zone {salon.zone!r}", _WARNING
    if salon.region and salon.region not in REGIONS:
        yield "region", f"unknown Bundesland {salon.region!r}: only nationwide holidays count", _WARNING
    if salon.lead_minutes < 0:
        yield "lead_minutes", f"must not be negative, is {salon.lead_minutes}", _WARNING
    if not 0 <= salon.horizon_days <= MAX_HORIZON_DAYS:
        yield "horizon_days", f"must be 0 to {MAX_HORIZON_DAYS}, is {salon.horizon_days}", _WARNING


def _member_issues(member: StaffMember) -> Iterator[_Issue]:
    if not member.name.strip():
        yield f"staff[{member.id}].name", "has no name to say", _WARNING
    if member.hours is not None:
        yield from _hours_issues(f"staff[{member.id}].hours", member.hours)
    for index, absence in enumerate(member.absences):
        if absence.start >= absence.end:
            yield f"staff[{member.id}].absences[{index}]", "ends before it begins; ignored", _WARNING


def _hours_issues(path: str, hours: Hours) -> Iterator[_Issue]:
    if not any(hours.weekly.values()) and not any(hours.exceptions.values()):
        yield path, "never open", _WARNING
    days: list[tuple[int | date, DayHours]] = [*hours.weekly.items(), *hours.exceptions.items()]
    for day, spans in days:
        if isinstance(day, int) and not 0 <= day <= 6:
            yield f"{path}[{day}]", "is no weekday (0 = Monday to 6)", _WARNING
        for low, high in spans:
            if not 0 <= low < high <= DAY_MINUTES:
                yield f"{path}[{day}]", f"{low}-{high} is no stretch of one day's minutes", _WARNING
            elif low % GRAIN_MINUTES or high % GRAIN_MINUTES:
                yield f"{path}[{day}]", f"{low}-{high} is off the 5-minute grid: begins later, ends earlier", _WARNING
        for before, after in pairwise(sorted(spans)):
            if after[0] < before[1]:
                yield f"{path}[{day}]", f"{before} and {after} overlap", _WARNING
