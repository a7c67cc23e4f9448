"""The only road between the database's words and ours: rows to domain values and back.

Rows come as plain tuples in the column order that `statements` selects; keep the two beside each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from gateway.booking.model import (
    Appointment,
    Customer,
    PausePolicy,
    Phase,
    PhaseKind,
    Policy,
    Segment,
    Service,
    Status,
)
from gateway.booking.ports import CallbackRequest, Modification, RecordedAnswer
from gateway.storage import stored_json
from gateway.storage.tables import RELEASED_STATUSES

Values = dict[str, Any]


def policy_values(policy: Policy) -> Values:
    """A policy as JSON; fees are `{"percent": int | null, "cents": int | null}`."""
    return asdict(policy)


def policy(values: Mapping[str, Any]) -> Policy:
    """The policy behind stored JSON; what a younger version wrote and we do not know is left out."""
    return _policy(json.dumps(values, sort_keys=True))


@lru_cache(maxsize=512)
def _policy(text: str) -> Policy:
    return stored_json.policy_of(text)


def segment_values(segment: Segment) -> Values:
    return {"key": segment.key, "name": segment.name, "duration": segment.minutes, "gap_after": segment.gap_after}


def service_values(service: Service, position: int) -> Values:
    """All columns of a service but company_id; who can do it goes to staff_service."""
    return {
        "id": service.id,
        "name": service.name,
        "minutes": service.minutes,
        "price_cents": service.price_cents,
        "composite": service.composite,
        "segments": [segment_values(s) for s in service.segments],
        "pause_bookable_policy": service.pause_policy.value,
        "gap_buffer_minutes": service.gap_buffer_minutes,
        "same_staff": service.same_staff,
        "aliases": list(service.aliases),
        "policy": None if service.policy is None else policy_values(service.policy),
        "position": position,
        "active": service.active,
    }


def service(row: Any, skills: Sequence[tuple[str, int | None]]) -> Service:
    """A service from its row and `(staff_id, own minutes)` of everybody who can do it. Never raises."""
    segments, bad_segments = stored_json.segments(row.segments, "segments")
    aliases, bad_aliases = stored_json.words(row.aliases, "aliases")
    policy, bad_policy = stored_json.policy(row.policy, "policy")
    return Service(
        id=row.id,
        name=row.name,
        minutes=row.minutes,
        price_cents=row.price_cents,
        staff_ids=tuple(staff_id for staff_id, _ in skills),
        composite=row.composite,
        segments=segments,
        pause_policy=PausePolicy(row.pause_bookable_policy),
        gap_buffer_minutes=row.gap_buffer_minutes,
        same_staff=row.same_staff,
        staff_minutes={staff_id: minutes for staff_id, minutes in skills if minutes is not None},
        aliases=aliases,
        policy=policy,
        active=row.active,
        unread=(*bad_segments, *bad_aliases, *bad_policy),
    )


def appointment_values(company_id: str, appointment: Appointment) -> Values:
    """What insert and update of an appointment share; the version is the caller's business."""
    composite = len(appointment.segments) > 1
    return {
        "company_id": company_id,
        "id": appointment.id,
        "fence": appointment.fence,
        "status": appointment.status.value,
        "customer_id": appointment.customer_id,
        "service_id": appointment.service_id,
        "service_name": appointment.service_name,
        "is_composite": composite,
        "composite_group_uid": appointment.id if composite else None,
        "starts_at": appointment.start,
        "ends_at": appointment.end,
        "booking_timezone": appointment.zone,
        "price_cents": appointment.price_cents,
        "code": appointment.code,
        "policy": policy_values(appointment.policy),
        "moves": appointment.moves,
        "floor_cents": appointment.floor_cents,
        "source": appointment.source,
        "call_id": appointment.call_id,
        "notes": appointment.notes,
    }


def phase_values(company_id: str, appointment: Appointment) -> list[Values]:
    """The phases of an appointment in order; those of a released one block nobody."""
    released = appointment.status in RELEASED_STATUSES
    return [
        {
            "company_id": company_id,
            "appointment_id": appointment.id,
            "seq": seq,
            "kind": phase.kind.value,
            "key": phase.key,
            "segment": phase.segment,
            "staff_id": phase.staff_id,
            "starts_at": phase.start,
            "ends_at": phase.end,
            "staff_required": phase.staff_required,
            "blocks": phase.blocks and not released,
        }
        for seq, phase in enumerate(appointment.phases)
    ]


def phases(rows: Iterable[Sequence[Any]]) -> dict[str, list[Phase]]:
    """Phases by appointment, in the order of `statements.PHASE_COLUMNS`."""
    found: dict[str, list[Phase]] = {}
    for appointment_id, kind, key, staff_id, start, end, staff_required, blocks, segment_index in rows:
        phase = Phase(PhaseKind(kind), key, staff_id, start, end, staff_required, blocks, segment_index)
        found.setdefault(appointment_id, []).append(phase)
    return found


def appointment(row: Sequence[Any], of: Mapping[str, Sequence[Phase]]) -> Appointment:
    """One appointment from a row in the order of `statements.APPOINTMENT_COLUMNS`."""
    (
        id_,
        version,
        status,
        customer_id,
        service_id,
        service_name,
        start,
        end,
        zone,
        price_cents,
        code,
        rules,
        moves,
        source,
        call_id,
        created_at,
        notes,
        fence,
        floor_cents,
    ) = row
    return Appointment(
        id=id_,
        version=version,
        status=Status(status),
        customer_id=customer_id,
        service_id=service_id,
        service_name=service_name,
        start=start,
        end=end,
        zone=zone,
        price_cents=price_cents,
        code=code,
        phases=tuple(of.get(id_, ())),
        policy=policy(rules),
        moves=moves,
        source=source,
        call_id=call_id,
        created_at=created_at,
        notes=notes,
        fence=fence,
        floor_cents=floor_cents,
    )


def customer(row: Sequence[Any]) -> Customer:
    id_, name, phone_e164, email, usual_staff_id = row
    return Customer(id_, name, phone_e164, email, usual_staff_id)


def recorded(row: Sequence[Any]) -> RecordedAnswer:
    key, fingerprint, status, body, at, appointment_id, effect = row
    return RecordedAnswer(key, fingerprint, status, bytes(body), at, appointment_id, effect)


def tool_call_values(
    company_id: str, call_id: str, answer: RecordedAnswer, *, tool: str, latency_ms: int | None = None
) -> Values:
    """All columns but `seq`, which the statement counts itself from `of_company` and `of_call`."""
    return {
        "of_company": company_id,
        "of_call": call_id,
        "company_id": company_id,
        "call_id": call_id,
        "key": answer.key,
        "fingerprint": answer.fingerprint,
        "tool": tool,
        "status": answer.status,
        "answer": answer.body,
        "appointment_id": answer.appointment_id,
        "effect": answer.effect,
        "latency_ms": latency_ms,
        "created_at": answer.at,
    }


def modification_values(company_id: str, modification: Modification) -> Values:
    values = {name: getattr(modification, name) for name in Modification.__dataclass_fields__}
    values["actor"] = values.pop("by")
    return {"company_id": company_id, **values}


def callback_values(company_id: str, request: CallbackRequest) -> Values:
    values = {name: getattr(request, name) for name in CallbackRequest.__dataclass_fields__}
    return {"company_id": company_id, **values}
