"""Between the rows of sagas and their values, and between the salon's map and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from gateway.booking.journal import Act, Kind, OnDeadline, Plan, Saga, SagaStep, State, StepState, Target
from gateway.booking.model import Phase, PhaseKind, RemoteMap, RemoteType
from gateway.booking.modification import Modification
from gateway.storage.saga_statements import ACCOUNT, EVENT_MAP, SETUP

Values = dict[str, Any]

SAGA_CHANGEABLE: Final = (
    "state",
    "lease_until",
    "next_run_at",
    "attempts",
    "compensation_attempts",
    "compensating_since",
    "pivoted_at",
    "reason",
    "told_at",
    "ended_at",
)
_SAGA: Final = tuple(Saga.__dataclass_fields__)
_RENAMED: Final = {"start": "starts_at", "end": "ends_at"}
_STEP: Final = tuple(SagaStep.__dataclass_fields__)
MAPPED: Final = (
    "service_id",
    "staff_id",
    "segment_key",
    "event_type_id",
    "minutes",
    "slug",
    "fingerprint",
    "sync_status",
)


def saga_values(saga: Saga) -> Values:
    return {name: _plain(getattr(saga, name)) for name in _SAGA}


def saga(row: Any) -> Saga:
    values = {name: getattr(row, name) for name in _SAGA}
    values |= {"kind": Kind(row.kind), "state": State(row.state), "on_deadline": OnDeadline(row.on_deadline)}
    return Saga(**values)


def step_values(step: SagaStep) -> Values:
    return {_RENAMED.get(name, name): _plain(getattr(step, name)) for name in _STEP}


def step(row: Any) -> SagaStep:
    values = {name: getattr(row, _RENAMED.get(name, name)) for name in _STEP}
    values |= {"act": Act(row.act), "state": StepState(row.state)}
    return SagaStep(**values)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Kind | State | OnDeadline | Act | StepState) else value


def plan_values(plan: Plan) -> Values:
    """A plan as JSON; instants in ISO with their offset."""
    made: Values = {}
    if plan.target is not None:
        target = plan.target
        made["target"] = {
            "start": target.start.isoformat(),
            "end": target.end.isoformat(),
            "moves": target.moves,
            "floor_cents": target.floor_cents,
            "phases": [_phase_values(phase) for phase in target.phases],
        }
    if plan.modification is not None:
        values = {name: getattr(plan.modification, name) for name in Modification.__dataclass_fields__}
        for name in ("at", "old_start", "new_start"):
            values[name] = None if values[name] is None else values[name].isoformat()
        made["modification"] = values
    return made


def plan(values: Mapping[str, Any]) -> Plan:
    target = values.get("target")
    modification = values.get("modification")
    return Plan(
        None
        if target is None
        else Target(
            _instant(target["start"]),
            _instant(target["end"]),
            tuple(_phase(phase) for phase in target["phases"]),
            target["moves"],
            target["floor_cents"],
        ),
        None if modification is None else _modification(modification),
    )


def _phase_values(phase: Phase) -> list[Any]:
    return [
        phase.kind.value,
        phase.key,
        phase.staff_id,
        phase.start.isoformat(),
        phase.end.isoformat(),
        phase.staff_required,
        phase.blocks,
        phase.segment,
    ]


def _phase(values: Sequence[Any]) -> Phase:
    kind, key, staff_id, start, end, staff_required, blocks, segment = values
    return Phase(PhaseKind(kind), key, staff_id, _instant(start), _instant(end), staff_required, blocks, segment)


def _modification(values: Mapping[str, Any]) -> Modification:
    instants = {
        name: None if values[name] is None else _instant(values[name]) for name in ("at", "old_start", "new_start")
    }
    return Modification(**{**values, **instants})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def remote_map(connection: Connection, company_id: str) -> RemoteMap | None:
    """The salon's side of its second calendar; None where it has none. A person without an account is not mapped."""
    setup = connection.execute(select(SETUP).where(SETUP.c.company_id == company_id, SETUP.c.active)).first()
    if setup is None:
        return None
    c, who = EVENT_MAP.c, ACCOUNT.c
    unwell = (who.company_id == company_id) & who.problem.is_not(None)
    rows = connection.execute(
        select(c.service_id, c.staff_id, c.segment_key, c.event_type_id, c.minutes, c.sync_status)
        .select_from(EVENT_MAP.join(ACCOUNT, (who.company_id == c.company_id) & (who.staff_id == c.staff_id)))
        .where(c.company_id == company_id, c.sync_status != "retired")
    )
    return RemoteMap(
        {
            (row.service_id, row.staff_id, row.segment_key): RemoteType(
                row.event_type_id, row.minutes, row.sync_status == "ok"
            )
            for row in rows
        },
        refuse_on_outage=setup.book_on_outage == "refuse",
        queue_cancels=setup.change_on_outage == "queue",
        problems={row[0]: row[1] for row in connection.execute(select(who.staff_id, who.problem).where(unwell))},
    )
