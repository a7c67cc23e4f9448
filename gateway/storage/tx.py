"""The `Tx` port over one SQLAlchemy connection, the same for both databases.

A refusal ends the transaction: once a statement raised, every later one raises the same error and the store rolls back
even when the unit of work swallowed it. Otherwise a caught SlotTaken could leave an appointment without its phases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from gateway.booking.model import Appointment, Customer, Interval, Status
from gateway.booking.ports import CallbackRequest, CallLink, Modification, ReadRecord, RecordedAnswer
from gateway.errors import GatewayError, StoreUnavailable, VersionConflict
from gateway.storage import convert
from gateway.storage import saga_statements as saga_sql
from gateway.storage import statements as sql
from gateway.storage.failures import translate
from gateway.storage.identity_tx import IdentityTx, audit_unless_there
from gateway.storage.saga_tx import RemoteSqlTx
from gateway.storage.tables import RELEASED_STATUSES

LONGEST_PHASE: Final = timedelta(days=1)
_IDS_PER_QUERY: Final = 500


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the two databases inside a transaction."""

    name: str
    row_locks: bool
    """False: whoever writes holds the one write lock already."""
    ensure_call: Executable
    lock_call: Executable
    record_unless_there: Executable
    audit_unless_there: Executable


def _dialect(name: str) -> Dialect:
    return Dialect(
        name=name,
        row_locks=name != "sqlite",
        ensure_call=sql.ensure_call(name),
        lock_call=sql.lock_call(name),
        record_unless_there=sql.record_unless_there(name),
        audit_unless_there=audit_unless_there(name),
    )


SQLITE: Final = _dialect("sqlite")
POSTGRESQL: Final = _dialect("postgresql")


class SqlTx(IdentityTx, RemoteSqlTx):
    """One transaction bound to one company (the port is `gateway.booking.ports.Tx`)."""

    def __init__(self, connection: Connection, company_id: str, dialect: Dialect, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._company_id = company_id
        self._dialect = dialect
        self._now = now
        self._calls: set[str] = set()
        self._locked: set[str] = set()
        self.recorded_key: tuple[str, str] | None = None
        """`(call_id, key)` of the answer kept by this transaction: what an unknown commit is looked up by."""
        self.refused: GatewayError | None = None
        """The first refusal; nothing can be committed after it."""

    @property
    def company_id(self) -> str:
        return self._company_id

    # -- locks ---------------------------------------------------------------------------------------------------

    def lock_call(self, call_id: str) -> None:
        self._run(self._dialect.lock_call, self._call_values(call_id))
        self._calls.add(call_id)

    def lock_staff(self, staff_ids: Sequence[str]) -> None:
        wanted = set(staff_ids) - self._locked
        if self._dialect.row_locks and wanted:
            self._run(sql.LOCK_STAFF, {"company": self._company_id, "staff_ids": sorted(wanted)})
        self._locked |= wanted

    def lock_number(self, e164: str) -> None:
        if self._dialect.row_locks:
            self._run(sql.LOCK_NUMBER, {"company": self._company_id, "number": e164})

    # -- idempotency ---------------------------------------------------------------------------------------------

    def recorded(self, call_id: str, key: str) -> RecordedAnswer | None:
        row = self._run(sql.RECORDED, {"company": self._company_id, "call_id": call_id, "key": key}).first()
        return None if row is None else convert.recorded(row)

    def record(self, call_id: str, answer: RecordedAnswer, *, tool: str) -> None:
        self._ensure_call(call_id)
        self._run(sql.RECORD, convert.tool_call_values(self._company_id, call_id, answer, tool=tool))
        self.recorded_key = (call_id, answer.key)

    def record_reads(self, records: Sequence[ReadRecord]) -> None:
        """Keep many answers at once; what is already recorded stays as it is."""
        # In key order, so that two batches that overlap cannot wait for each other.
        answered = [(record, record.answer) for record in records if record.answer is not None]
        answered.sort(key=lambda pair: (pair[0].call_id, pair[1].key))
        if answered:
            calls = dict.fromkeys(record.call_id for record, _ in answered)
            self._run(self._dialect.ensure_call, [self._call_values(call_id) for call_id in calls])
            rows = [
                convert.tool_call_values(self._company_id, r.call_id, answer, tool=r.tool, latency_ms=r.latency_ms)
                for r, answer in answered
            ]
            self._run(self._dialect.record_unless_there, rows)
        lines = sorted((r.audit for r in records if r.audit is not None), key=lambda line: line.id)
        audits = [self._audit_values(line) for line in lines]
        if audits:
            self._run(self._dialect.audit_unless_there, audits)

    def last_effect(self, call_id: str) -> str | None:
        found: str | None = self._run(sql.LAST_EFFECT, {"company": self._company_id, "call_id": call_id}).scalar()
        return found

    def quoted_fee(self, call_id: str, appointment_id: str, tool: str) -> RecordedAnswer | None:
        key = {"company": self._company_id, "call_id": call_id, "appointment_id": appointment_id, "tool": tool}
        row = self._run(sql.QUOTED_FEE, key).first()
        return None if row is None else convert.recorded(row)

    # -- reading -------------------------------------------------------------------------------------------------

    def calendar_versions(self, staff_ids: Sequence[str]) -> Mapping[str, int]:
        key = {"company": self._company_id, "staff_ids": list(staff_ids)}
        return dict(self._run(sql.CALENDAR_VERSIONS, key).all())

    def busy(self, staff_ids: Sequence[str], start: datetime, end: datetime) -> Mapping[str, Sequence[Interval]]:
        found: dict[str, list[Interval]] = {staff_id: [] for staff_id in staff_ids}
        window = {"day_before": start - LONGEST_PHASE, "start": start, "end": end}
        rows = self._run(saga_sql.BUSY, {"company": self._company_id, "staff_ids": list(found), **window})
        for staff_id, starts_at, ends_at in rows:
            found[staff_id].append(Interval(starts_at, ends_at))
        return found

    def appointment(self, appointment_id: str) -> Appointment | None:
        return self._one(sql.BY_ID, {"id": appointment_id})

    def appointment_by_code(self, code: str) -> Appointment | None:
        return self._one(sql.BY_CODE, {"code": code})

    def appointments_of(
        self, customer_ids: Sequence[str], *, start: datetime, end: datetime, statuses: Sequence[Status]
    ) -> Sequence[Appointment]:
        wanted = {"customer_ids": list(customer_ids), "statuses": list(statuses)}
        return self._many(sql.OF_CUSTOMERS, {"start": start, "end": end, **wanted})

    def appointments_starting(
        self, start: datetime, end: datetime, *, statuses: Sequence[Status]
    ) -> Sequence[Appointment]:
        return self._many(sql.STARTING, {"start": start, "end": end, "statuses": list(statuses)})

    def appointments_of_call(self, call_id: str) -> Sequence[Appointment]:
        return self._many(sql.OF_CALL, {"call_id": call_id})

    def customers_by_phone(self, phone_e164: str) -> Sequence[Customer]:
        rows = self._run(sql.CUSTOMERS_BY_PHONE, {"company": self._company_id, "phone": phone_e164})
        return sorted((convert.customer(row) for row in rows), key=lambda customer: customer.id)

    def customers_by_callback(self, e164: str) -> Sequence[Customer]:
        rows = self._run(sql.CUSTOMERS_BY_CALLBACK, {"company": self._company_id, "phone": e164})
        return sorted((convert.customer(row) for row in rows), key=lambda customer: customer.id)

    def customer(self, customer_id: str) -> Customer | None:
        row = self._run(sql.CUSTOMER_BY_ID, {"company": self._company_id, "id": customer_id}).first()
        return None if row is None else convert.customer(row)

    def call_link(self, call_id: str) -> CallLink | None:
        row = self._run(sql.CALL_LINK, {"company": self._company_id, "call_id": call_id}).first()
        return None if row is None or row[0] is None else CallLink(*row)

    # -- writing -------------------------------------------------------------------------------------------------

    def add_customer(self, customer: Customer, *, callback_e164: str | None) -> None:
        values: convert.Values = {
            "company_id": self._company_id,
            "id": customer.id,
            "name": customer.name,
            "phone_e164": customer.phone_e164,
            "callback_e164": callback_e164,
            "email": customer.email,
            "name_keys": [],
            "usual_staff_id": customer.usual_staff_id,
            "created_at": self._now(),
        }
        self._run(sql.ADD_CUSTOMER, values)

    def link_call(self, call_id: str, customer_id: str, *, level: int, appointment_id: str | None) -> None:
        self._ensure_call(call_id)
        link = {"to_customer": customer_id, "to_level": level, "to_appointment": appointment_id}
        self._run(sql.LINK_CALL, {"company": self._company_id, "call_id": call_id, **link})

    def add_appointment(self, appointment: Appointment) -> None:
        people = _people(appointment)
        self.lock_staff(people)
        if appointment.call_id is not None:
            self._ensure_call(appointment.call_id)
        values = convert.appointment_values(self._company_id, appointment)
        values["version"] = appointment.version
        values["created_at"] = appointment.created_at or self._now()
        values["metadata"] = {}
        self._run(sql.ADD_APPOINTMENT, values)
        self._run(sql.ADD_PHASE, convert.phase_values(self._company_id, appointment))
        self._bump(people)

    def change_appointment(self, before: Appointment, after: Appointment) -> Appointment:
        people = sorted({*_people(before), *_people(after)})
        self.lock_staff(people)
        values = convert.appointment_values(self._company_id, after)
        cancelled = self._now() if after.status is Status.CANCELLED else None
        key = {"company": self._company_id, "appointment": before.id, "seen": before.version}
        changed = self._run(
            sql.CHANGE, {**key, "cancelled": cancelled, **{f"to_{name}": values[name] for name in sql.CHANGEABLE}}
        )
        if changed.rowcount != 1:
            raise self._refuse(VersionConflict(f"appointment is not at version {before.version} any more"))
        phases = after.phases
        if after.status in RELEASED_STATUSES:
            phases = tuple(replace(phase, blocks=False) for phase in phases)
        if phases != before.phases:
            self._write_phases(before, after)
            self._bump(people)
        return replace(after, version=before.version + 1, phases=phases)

    def add_modification(self, modification: Modification) -> None:
        if modification.call_id is not None:
            self._ensure_call(modification.call_id)
        self._run(sql.ADD_MODIFICATION, convert.modification_values(self._company_id, modification))

    def add_callback(self, request: CallbackRequest) -> None:
        if request.call_id is not None:
            self._ensure_call(request.call_id)
        self._run(sql.ADD_CALLBACK, convert.callback_values(self._company_id, request))

    # -- inside --------------------------------------------------------------------------------------------------

    def _run(self, statement: Executable, values: Any = None) -> Any:
        if self.refused is not None:
            raise self.refused
        try:
            return self._connection.execute(statement, values)
        except DBAPIError as error:
            expected = translate(error)
            if expected is None:
                self.refused = StoreUnavailable("the transaction met an unexpected error and is over")
                raise
            raise self._refuse(expected) from error

    def _refuse(self, error: GatewayError) -> GatewayError:
        self.refused = error
        return error

    def _call_values(self, call_id: str) -> convert.Values:
        return {
            "company_id": self._company_id,
            "retell_call_id": call_id,
            "level": 0,
            "status": "open",
            "booking_confirmed": False,
            "created_at": self._now(),
        }

    def _ensure_call(self, call_id: str) -> None:
        if call_id not in self._calls:
            self._run(self._dialect.ensure_call, self._call_values(call_id))
            self._calls.add(call_id)

    def _write_phases(self, before: Appointment, after: Appointment) -> None:
        """Phases that only stop blocking stay as they are for the record; others are replaced, own time first freed."""
        key = {"company": self._company_id, "appointment": before.id}
        if after.phases == before.phases:
            self._run(sql.RELEASE_PHASES, key)
            return
        self._run(sql.DROP_PHASES, key)
        self._run(sql.ADD_PHASE, convert.phase_values(self._company_id, after))

    def _bump(self, staff_ids: Iterable[str]) -> None:
        self._run(sql.BUMP, [{"company": self._company_id, "staff_id": staff_id} for staff_id in sorted(staff_ids)])

    def _one(self, statement: Executable, values: Mapping[str, Any]) -> Appointment | None:
        found = self._many(statement, values)
        return found[0] if found else None

    def _many(self, statement: Executable, values: Mapping[str, Any]) -> list[Appointment]:
        rows = self._run(statement, {"company": self._company_id, **values}).all()
        phases = self._phases([row[0] for row in rows])
        return sorted((convert.appointment(row, phases) for row in rows), key=lambda a: (a.start, a.id))

    def _phases(self, appointment_ids: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for first in range(0, len(appointment_ids), _IDS_PER_QUERY):
            ids = list(appointment_ids[first : first + _IDS_PER_QUERY])
            found |= convert.phases(self._run(sql.PHASES_OF, {"company": self._company_id, "appointment_ids": ids}))
        return found


def _people(appointment: Appointment) -> list[str]:
    """Everybody with a phase in it, in lock order."""
    return sorted({phase.staff_id for phase in appointment.phases})
