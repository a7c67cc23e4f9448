"""The part of `Tx` that keeps sagas and what is known of the other calendar (port: `booking.remote_ports.RemoteTx`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, delete, exists, func, insert, not_, or_, select, update
from sqlalchemy.sql import Executable

from gateway.booking.journal import LIVE, Journal, LeaseLost, Plan, Saga, SagaStep
from gateway.booking.ports import MESSAGE_TOPICS
from gateway.booking.remote_ports import (
    STARTED,
    BusyKind,
    BusyRow,
    Delivery,
    Letter,
    MappedType,
    RemoteAccount,
    RemoteSegment,
    RemoteSetup,
    StoredSaga,
)
from gateway.booking.status import ACTIVE, BLOCKING
from gateway.errors import GatewayError, VersionConflict
from gateway.storage import saga_convert as convert
from gateway.storage.saga_statements import ACCOUNT, BUSY_MIRROR, COMPANY, EVENT_MAP, INBOX, OUTBOX, SAGA, SETUP, STEP
from gateway.storage.statements import APPOINTMENT, CUSTOMER, PHASE, TOOL_CALL

PROVIDER: Final = "calcom"
KEEP_DELIVERIES: Final = timedelta(days=7)
KEEP_LETTERS: Final = timedelta(days=30)
_a, _p, _s = APPOINTMENT.c, PHASE.c, SAGA.c
_live = _s.state.in_([state.value for state in LIVE])


class RemoteSqlTx:
    """Mixed into `SqlTx`; what is declared here without a body is its."""

    _company_id: str

    def _run(self, statement: Executable, values: Any = None) -> Any:
        raise NotImplementedError

    def _refuse(self, error: GatewayError) -> GatewayError:
        raise NotImplementedError

    def _bump(self, staff_ids: Iterable[str]) -> None:
        raise NotImplementedError

    def lock_staff(self, staff_ids: Sequence[str]) -> None:
        raise NotImplementedError

    # -- sagas ---------------------------------------------------------------------------------------------------

    def add_saga(self, journal: Journal, plan: Plan) -> None:
        if self.live_saga(journal.saga.appointment_id) is not None:
            raise self._refuse(VersionConflict("the appointment is being changed by another saga"))
        values = {"company_id": self._company_id, **convert.saga_values(journal.saga)}
        self._run(insert(SAGA), values | {"answers": {}, "plan": convert.plan_values(plan)})
        self._run(
            insert(STEP),
            [
                {"company_id": self._company_id, "saga_id": journal.saga.id, **convert.step_values(step)}
                for step in journal.steps
            ],
        )

    def saga(self, saga_id: str) -> StoredSaga | None:
        row = self._run(select(SAGA).where(self._of(SAGA), _s.id == saga_id)).first()
        if row is None:
            return None
        rows = self._run(select(STEP).where(self._of(STEP), STEP.c.saga_id == saga_id).order_by(STEP.c.n)).all()
        journal = Journal(convert.saga(row), tuple(convert.step(step) for step in rows))
        return StoredSaga(journal, convert.plan(row.plan), row.answers)

    def live_saga(self, appointment_id: str) -> Saga | None:
        row = self._run(select(SAGA).where(self._of(SAGA), _s.appointment_id == appointment_id, _live)).first()
        return None if row is None else convert.saga(row)

    def saga_of_answer(self, call_id: str, key: str) -> str | None:
        found: str | None = self._run(
            select(_s.id).where(self._of(SAGA), _s.call_id == call_id, _s.answer_key == key)
        ).scalar()
        return found

    def bind_answers(self, saga_id: str, call_id: str, key: str, answers: Mapping[str, str]) -> None:
        values = {"call_id": call_id, "answer_key": key, "answers": dict(answers)}
        self._run(update(SAGA).where(self._of(SAGA), _s.id == saga_id).values(values))

    def claim_saga(self, saga_id: str, *, fence: int, now: datetime, until: datetime) -> bool:
        seen = and_(self._of(SAGA), _s.id == saga_id, _s.fence == fence, _s.lease_until < now, _live)
        changed = self._run(update(SAGA).where(seen).values(fence=fence + 1, lease_until=until))
        return bool(changed.rowcount == 1)

    def seize_saga(self, saga_id: str, *, until: datetime) -> StoredSaga | None:
        mine = and_(self._of(SAGA), _s.id == saga_id, _live)
        changed = self._run(update(SAGA).where(mine).values(fence=_s.fence + 1, lease_until=until))
        return self.saga(saga_id) if changed.rowcount == 1 else None

    def save_saga(self, before: Journal, after: Journal) -> None:
        mine = and_(self._of(SAGA), _s.id == before.saga.id, _s.fence == before.saga.fence, _live)
        values = convert.saga_values(after.saga)
        # Who the answer belongs to is written once, by `bind_answers`.
        changed = self._run(update(SAGA).where(mine).values({name: values[name] for name in convert.SAGA_CHANGEABLE}))
        if changed.rowcount != 1:
            raise self._refuse(LeaseLost("another worker holds this saga"))
        known = {step.n: step for step in before.steps}
        for step in after.steps:
            if step != known.get(step.n):
                self._write_step(before.saga.id, step)

    def _write_step(self, saga_id: str, step: SagaStep) -> None:
        where = and_(self._of(STEP), STEP.c.saga_id == saga_id, STEP.c.n == step.n)
        self._run(update(STEP).where(where).values(convert.step_values(step)))

    def due_sagas(self, now: datetime, limit: int) -> Sequence[str]:
        due = and_(self._of(SAGA), _live, _s.next_run_at <= now, _s.lease_until < now)
        rows = self._run(select(_s.id).where(due).order_by(_s.next_run_at, _s.id).limit(limit))
        return [row[0] for row in rows]

    def finish_answer(self, call_id: str, key: str, *, status: str, body: bytes, effect: bool) -> bool:
        t = TOOL_CALL.c
        started = and_(self._of(TOOL_CALL), t.call_id == call_id, t.key == key, t.status == STARTED)
        return bool(
            self._run(update(TOOL_CALL).where(started).values(status=status, answer=body, effect=effect)).rowcount == 1
        )

    def step_of_ref(self, ref: str, segment: int) -> tuple[Saga, SagaStep] | None:
        of = and_(self._of(STEP), STEP.c.ref.in_([ref, ref.removesuffix("r")]), STEP.c.segment == segment)
        row = self._run(select(STEP).where(of).order_by(STEP.c.ref.desc())).first()
        if row is None:
            return None
        saga = self._run(select(SAGA).where(self._of(SAGA), _s.id == row.saga_id)).one()
        return convert.saga(saga), convert.step(row)

    def cancel_intended(self, uid: str) -> bool:
        c = STEP.c
        undone = and_(c.remote_uid == uid, c.act == "create", c.state.in_(["undoing", "undone"]))
        meant = and_(c.old_uid == uid, c.act == "cancel", c.attempts > 0)
        return bool(self._run(select(exists().where(self._of(STEP), or_(undone, meant)))).scalar())

    def move_intended(self, uid: str) -> bool:
        c = STEP.c
        meant = and_(or_(c.old_uid == uid, c.remote_uid == uid), c.act == "move", c.attempts > 0)
        return bool(self._run(select(exists().where(self._of(STEP), meant))).scalar())

    def made_here(self, uid: str) -> bool:
        return bool(self._run(select(exists().where(self._of(STEP), STEP.c.remote_uid == uid))).scalar())

    def step_of_appointment(self, appointment_id: str) -> bool:
        mine = and_(self._of(SAGA), _s.appointment_id == appointment_id, _s.state == "done")
        return bool(self._run(select(exists().where(mine))).scalar())

    def segment_of_uid(self, uid: str) -> tuple[str, int] | None:
        row = self._run(select(_p.appointment_id, _p.segment).where(self._of(PHASE), _p.remote_uid == uid)).first()
        return None if row is None else (row[0], row[1])

    # -- what stands over there ----------------------------------------------------------------------------------

    def remote_uids(self, appointment_id: str) -> Mapping[int, str]:
        named = and_(self._of(PHASE), _p.appointment_id == appointment_id, _p.remote_uid.is_not(None))
        return dict(self._run(select(_p.segment, _p.remote_uid).where(named)).all())

    def set_remote(self, appointment_id: str, uids: Mapping[int, str | None], *, state: str) -> None:
        for segment, uid in sorted(uids.items()):
            where = and_(self._of(PHASE), _p.appointment_id == appointment_id, _p.segment == segment, _p.staff_required)
            self._run(update(PHASE).where(where).values(remote_uid=uid, remote_state=state if uid else None))
        self._set_booking_id(appointment_id, uids.get(0))

    def _set_booking_id(self, appointment_id: str, uid: str | None) -> None:
        """The first segment's booking stands for the whole appointment; the names it had before are kept."""
        mine = and_(self._of(APPOINTMENT), _a.id == appointment_id)
        row = self._run(select(_a.calcom_v2_booking_id, _a.metadata).where(mine)).first()
        if row is None or uid is None or row[0] == uid:
            return
        details = dict(row[1] or {})
        if row[0] is not None:
            details["previous_booking_id"] = row[0]
        self._run(
            update(APPOINTMENT)
            .where(mine)
            .values({_a.calcom_v2_booking_id: uid, _a.metadata: details, _a.version: _a.version + 1})
        )

    def remote_segments(self, staff_id: str, start: datetime, end: datetime) -> Sequence[RemoteSegment]:
        other = PHASE.alias()
        count = (
            select(func.count())
            .select_from(other)
            .where(
                other.c.company_id == _p.company_id,
                other.c.appointment_id == _p.appointment_id,
                other.c.staff_required,
            )
            .scalar_subquery()
        )
        joined = PHASE.join(APPOINTMENT, and_(_a.company_id == _p.company_id, _a.id == _p.appointment_id))
        rows = self._run(
            select(_a.id, _a.status, _p.segment, count, _p.staff_id, _p.starts_at, _p.ends_at, _p.remote_uid)
            .select_from(joined)
            .where(
                self._of(PHASE),
                _p.staff_id == staff_id,
                _p.staff_required,
                _p.starts_at >= start,
                _p.starts_at < end,
                _a.status.in_([status.value for status in BLOCKING]),
            )
            .order_by(_p.starts_at, _a.id)
        )
        return [RemoteSegment(*row) for row in rows]

    def busy_row(self, uid: str) -> BusyRow | None:
        row = self._run(select(BUSY_MIRROR).where(self._of(BUSY_MIRROR), BUSY_MIRROR.c.uid == uid)).first()
        return None if row is None else _busy(row)

    def busy_rows(self, staff_id: str) -> Sequence[BusyRow]:
        b = BUSY_MIRROR.c
        rows = self._run(select(BUSY_MIRROR).where(self._of(BUSY_MIRROR), b.staff_id == staff_id).order_by(b.starts_at))
        return [_busy(row) for row in rows]

    def put_busy(self, row: BusyRow, *, seen_at: datetime) -> bool:
        known = self.busy_row(row.uid)
        if known == row:
            return False
        self.lock_staff(sorted({row.staff_id, *([known.staff_id] if known else [])}))
        values = {
            "staff_id": row.staff_id,
            "kind": row.kind.value,
            "starts_at": row.start,
            "ends_at": row.end,
            "conflict": row.conflict,
            "seen_at": seen_at,
        }
        if known is None:
            self._run(insert(BUSY_MIRROR), {"company_id": self._company_id, "uid": row.uid, **values})
        else:
            where = and_(self._of(BUSY_MIRROR), BUSY_MIRROR.c.uid == row.uid)
            self._run(update(BUSY_MIRROR).where(where).values(values))
        self._bump({row.staff_id, *([known.staff_id] if known else [])})
        return True

    def drop_busy(self, uid: str) -> bool:
        known = self.busy_row(uid)
        if known is None:
            return False
        self.lock_staff([known.staff_id])
        self._run(delete(BUSY_MIRROR).where(self._of(BUSY_MIRROR), BUSY_MIRROR.c.uid == uid))
        self._bump([known.staff_id])
        return True

    def overlapping(self, staff_id: str, start: datetime, end: datetime) -> Sequence[str]:
        rows = self._run(
            select(_p.appointment_id)
            .where(self._of(PHASE), _p.staff_id == staff_id, _p.blocks, _p.starts_at < end, _p.ends_at > start)
            .distinct()
            .order_by(_p.appointment_id)
        )
        return [row[0] for row in rows]

    # -- accounts and event types --------------------------------------------------------------------------------

    def remote_setup(self) -> RemoteSetup | None:
        joined = SETUP.join(COMPANY, COMPANY.c.id == SETUP.c.company_id)
        mine = and_(self._of(SETUP), SETUP.c.active)
        row = self._run(select(SETUP, COMPANY.c.lang).select_from(joined).where(mine)).first()
        if row is None:
            return None
        secrets = tuple(secret for secret in (row.webhook_secret, row.webhook_secret_old) if secret)
        return RemoteSetup(row.slug, row.api_key, row.team_id, secrets, row.sink_domain, row.address, row.lang)

    def remote_accounts(self) -> Sequence[RemoteAccount]:
        c = ACCOUNT.c
        columns = (c.staff_id, c.host_id, c.username, c.api_key, c.problem, c.cursor_at)
        return [
            RemoteAccount(*row)
            for row in self._run(select(*columns).where(self._of(ACCOUNT)).order_by(c.staff_id)).all()
        ]

    def account_checked(self, staff_id: str, *, at: datetime, problem: str | None) -> None:
        where = and_(self._of(ACCOUNT), ACCOUNT.c.staff_id == staff_id)
        self._run(update(ACCOUNT).where(where).values(checked_at=at, problem=problem))

    def set_cursor(self, staff_id: str, at: datetime) -> None:
        where = and_(self._of(ACCOUNT), ACCOUNT.c.staff_id == staff_id)
        self._run(update(ACCOUNT).where(where).values(cursor_at=at))

    def event_map(self) -> Sequence[MappedType]:
        c = EVENT_MAP.c
        columns = [getattr(c, name) for name in convert.MAPPED]
        rows = self._run(select(*columns).where(self._of(EVENT_MAP)).order_by(c.service_id, c.staff_id, c.segment_key))
        return [MappedType(*row) for row in rows]

    def put_mapped(self, mapped: MappedType, *, at: datetime) -> None:
        values = {name: getattr(mapped, name) for name in convert.MAPPED} | {"verified_at": at}
        key = self._mapped(mapped.service_id, mapped.staff_id, mapped.segment_key)
        if self._run(update(EVENT_MAP).where(key).values(values)).rowcount == 0:
            self._run(insert(EVENT_MAP), {"company_id": self._company_id, **values})

    def drop_mapped(self, service_id: str, staff_id: str, segment_key: str) -> None:
        self._run(delete(EVENT_MAP).where(self._mapped(service_id, staff_id, segment_key)))

    def _mapped(self, service_id: str, staff_id: str, segment_key: str) -> Any:
        c = EVENT_MAP.c
        return and_(
            self._of(EVENT_MAP), c.service_id == service_id, c.staff_id == staff_id, c.segment_key == segment_key
        )

    def booked_after(self, event_type_id: int, now: datetime) -> bool:
        booked = (
            select(func.count())
            .select_from(STEP.join(SAGA, and_(SAGA.c.company_id == STEP.c.company_id, _s.id == STEP.c.saga_id)))
            .join(APPOINTMENT, and_(_a.company_id == _s.company_id, _a.id == _s.appointment_id))
            .where(
                self._of(STEP),
                STEP.c.event_type_id == event_type_id,
                _a.ends_at > now,
                _a.status.in_([status.value for status in BLOCKING]),
            )
        )
        return bool(self._run(booked).scalar())

    # -- outbox and inbox ----------------------------------------------------------------------------------------

    def post(self, letter: Letter, *, dedupe_key: str, at: datetime) -> bool:
        c = OUTBOX.c
        if self._run(select(c.id).where(self._of(OUTBOX), c.dedupe_key == dedupe_key)).first() is not None:
            return False
        values = {"id": letter.id, "topic": letter.topic, "payload": dict(letter.payload), "dedupe_key": dedupe_key}
        self._run(
            insert(OUTBOX),
            {"company_id": self._company_id, "available_at": at, "created_at": at, "attempts": 0, **values},
        )
        return True

    def letters_due(self, now: datetime, limit: int) -> Sequence[Letter]:
        c = OUTBOX.c
        # Sealed mail is `gateway.outbox`'s to send, for companies with and without a second calendar.
        mine = c.topic.not_in(MESSAGE_TOPICS)
        due = and_(self._of(OUTBOX), c.done_at.is_(None), c.available_at <= now, mine)
        columns = (c.id, c.topic, c.payload, c.attempts)
        rows = self._run(select(*columns).where(due).order_by(c.available_at, c.id).limit(limit))
        return [Letter(*row) for row in rows]

    def letter_sent(self, letter_id: str, at: datetime) -> None:
        self._run(update(OUTBOX).where(self._of(OUTBOX), OUTBOX.c.id == letter_id).values(done_at=at))

    def letter_later(self, letter_id: str, at: datetime) -> None:
        where = and_(self._of(OUTBOX), OUTBOX.c.id == letter_id)
        self._run(update(OUTBOX).where(where).values(available_at=at, attempts=OUTBOX.c.attempts + 1))

    def keep_delivery(self, delivery: Delivery, *, at: datetime, available_at: datetime) -> bool:
        if self._run(select(INBOX.c.event).where(self._delivery(delivery.dedupe_key))).first() is not None:
            return False
        values = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__}
        values |= {"company_id": self._company_id, "provider": PROVIDER, "received_at": at}
        self._run(insert(INBOX), values | {"available_at": available_at})
        return True

    def deliveries_due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        c = INBOX.c
        due = and_(self._of(INBOX), c.applied_at.is_(None), c.available_at <= now)
        columns = [getattr(c, name) for name in Delivery.__dataclass_fields__]
        rows = self._run(select(*columns).where(due).order_by(c.available_at, c.dedupe_key).limit(limit))
        return [Delivery(*row) for row in rows]

    def delivery_applied(self, dedupe_key: str, at: datetime) -> None:
        self._run(update(INBOX).where(self._delivery(dedupe_key)).values(applied_at=at))

    def delivery_later(self, dedupe_key: str, at: datetime) -> None:
        values = {"available_at": at, "attempts": INBOX.c.attempts + 1}
        self._run(update(INBOX).where(self._delivery(dedupe_key)).values(values))

    def _delivery(self, dedupe_key: str) -> Any:
        return and_(self._of(INBOX), INBOX.c.provider == PROVIDER, INBOX.c.dedupe_key == dedupe_key)

    def callback_number(self, customer_id: str) -> str | None:
        c = CUSTOMER.c
        found: str | None = self._run(select(c.callback_e164).where(self._of(CUSTOMER), c.id == customer_id)).scalar()
        return found

    def forget_old(self, now: datetime) -> None:
        self._run(delete(INBOX).where(self._of(INBOX), INBOX.c.applied_at < now - KEEP_DELIVERIES))
        self._run(delete(OUTBOX).where(self._of(OUTBOX), OUTBOX.c.done_at < now - KEEP_LETTERS))

    # -- counting ------------------------------------------------------------------------------------------------

    def violations(self, now: datetime) -> Mapping[str, int]:
        return {
            "I1": self._count(self._overlaps()),
            "I2": self._count(self._remote_without_local(now)),
            "I3": self._count(self._confirmed_without_remote(now)),
            "I6": self._count(self._half_remote(now)),
        }

    def _overlaps(self) -> Any:
        """Two blocking phases of one person at one time."""
        q = PHASE.alias()
        return (
            select(func.count())
            .select_from(PHASE.join(q, and_(q.c.company_id == _p.company_id, q.c.staff_id == _p.staff_id)))
            .where(
                self._of(PHASE),
                _p.blocks,
                q.c.blocks,
                or_(
                    q.c.appointment_id > _p.appointment_id,
                    and_(q.c.appointment_id == _p.appointment_id, q.c.seq > _p.seq),
                ),
                q.c.starts_at < _p.ends_at,
                q.c.ends_at > _p.starts_at,
            )
        )

    def _remote_without_local(self, now: datetime) -> Any:
        """Bookings over there that bear our mark and that nothing here knows."""
        b = BUSY_MIRROR.c
        return select(func.count()).where(self._of(BUSY_MIRROR), b.kind == BusyKind.ORPHAN.value, b.ends_at > now)

    def _segments(self, now: datetime) -> Any:
        return and_(
            self._of(PHASE),
            _p.staff_required,
            _a.status.in_([status.value for status in ACTIVE if status.value != "held"]),
            _a.starts_at > now,
            not_(exists().where(self._of(SAGA), _s.appointment_id == _a.id, _live)),
            exists().where(self._of(SAGA), _s.appointment_id == _a.id),
        )

    def _confirmed_without_remote(self, now: datetime) -> Any:
        joined = PHASE.join(APPOINTMENT, and_(_a.company_id == _p.company_id, _a.id == _p.appointment_id))
        return select(func.count()).select_from(joined).where(self._segments(now), _p.remote_uid.is_(None))

    def _half_remote(self, now: datetime) -> Any:
        joined = PHASE.join(APPOINTMENT, and_(_a.company_id == _p.company_id, _a.id == _p.appointment_id))
        halves = (
            select(_p.appointment_id)
            .select_from(joined)
            .where(self._segments(now))
            .group_by(_p.appointment_id)
            .having(and_(func.count(_p.remote_uid) > 0, func.count(_p.remote_uid) < func.count()))
            .subquery()
        )
        return select(func.count()).select_from(halves)

    def _count(self, statement: Any) -> int:
        return int(self._run(statement).scalar() or 0)

    def _of(self, table: Any) -> Any:
        return table.c.company_id == self._company_id


def _busy(row: Any) -> BusyRow:
    return BusyRow(row.uid, row.staff_id, BusyKind(row.kind), row.starts_at, row.ends_at, row.conflict)
