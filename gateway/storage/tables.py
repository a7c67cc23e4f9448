"""The database's words: one class per table, used for DDL, migrations and column names.

Every table carries `company_id` in its primary key and points at others by `(company_id, x_id)`, so that a row can never
reach another company's. Ids are text; instants aware UTC (SQLModel's UTCDateTime); money integer cents; times of day
minutes since local midnight. What SQL expresses only per database (overlap guard, bump and version triggers) stands in
`migrations/versions`, and nothing here is used to create a schema: migrations are.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gateway.booking.model import PausePolicy, PhaseKind, Status

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# A second appointment of the same customer, service and start is refused while the first is in one of these states.
ACTIVE_STATUSES: Final = (Status.HELD, Status.SCHEDULED, Status.CONFIRMED, Status.IN_PROGRESS, Status.PAUSED)
# Appointments in these states no longer bind anybody: their phases are kept for the record with `blocks` false.
# COMPENSATING is not one of them: the slot stays closed until the remote cancel is proven.
RELEASED_STATUSES: Final = (Status.CANCELLED, Status.FAILED)

APPOINTMENT_ONCE: Final = "uq_appointment_once"


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A CHECK that `column` holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def within(table: str, *columns: str) -> ForeignKeyConstraint:
    """A foreign key that stays inside the company: `columns` (without company_id) refer to the key of `table`."""
    key = {"call": ("retell_call_id",)}.get(table, ("id",))
    return ForeignKeyConstraint(["company_id", *columns], [f"{table}.company_id", *(f"{table}.{k}" for k in key)])


class Row(SQLModel):
    """Ground of all tables: our own metadata with fixed constraint names, so that migrations can name them."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class Company(Row, table=True):
    """The tenant. `config_version` is bumped by triggers with every change of what a `Salon` is made of."""

    __tablename__ = "company"
    __table_args__ = (one_of("lang", ("de", "en")),)

    id: str = Field(primary_key=True)
    name: str
    config_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    lang: str = "de"
    formal: bool = True
    policy: dict[str, Any] = Field(sa_type=JSON)
    lead_minutes: int = 60
    horizon_days: int = 60
    created_at: datetime


class Branch(Row, table=True):
    """A place of a company; `region` is ISO 3166-2's part after "DE-", "" for no public holidays."""

    __tablename__ = "branch"
    __table_args__ = (ForeignKeyConstraint(["company_id"], ["company.id"]),)

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    zone: str
    region: str = ""
    holidays_open: list[str] = Field(default_factory=list, sa_type=JSON)
    """ISO dates of public holidays on which this place works all the same."""
    calcom_team_id: str | None = None


class PhoneNumber(Row, table=True):
    """A called number, or an agent without one, and the branch that answers it."""

    __tablename__ = "phone_number"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        within("branch", "branch_id"),
        # One number rings in one place, whoever it belongs to: the only unique key that spans companies.
        UniqueConstraint("e164"),
        Index("ix_phone_number_agent_id", "agent_id"),
        CheckConstraint("e164 IS NOT NULL OR agent_id IS NOT NULL", name="reachable"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    branch_id: str
    e164: str | None = None
    agent_id: str | None = None


class Staff(Row, table=True):
    """A person who works here; the row is the lock object of their calendar."""

    __tablename__ = "staff"
    __table_args__ = (within("branch", "branch_id"),)

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    branch_id: str
    name: str
    aliases: list[str] = Field(default_factory=list, sa_type=JSON)
    position: int = 0
    active: bool = True
    calendar_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    calcom_user_id: str | None = None


class Service(Row, table=True):
    """What is sold. `segments` is `[{"key","name","duration","gap_after"}]` in minutes, as DESIGN section 5 words it."""

    __tablename__ = "service"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        one_of("pause_bookable_policy", tuple(PausePolicy)),
        CheckConstraint("price_cents >= 0", name="price"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    minutes: int
    price_cents: int
    composite: bool = False
    segments: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    pause_bookable_policy: str = PausePolicy.BLOCKED.value
    gap_buffer_minutes: int = 5
    same_staff: bool = True
    aliases: list[str] = Field(default_factory=list, sa_type=JSON)
    policy: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """House rules of this service alone; null: the company's."""
    position: int = 0
    active: bool = True


class StaffService(Row, table=True):
    """Who can do what; `minutes` where this person is faster or slower than the service says (simple services only)."""

    __tablename__ = "staff_service"
    __table_args__ = (
        within("staff", "staff_id"),
        within("service", "service_id"),
        Index("ix_staff_service_service", "company_id", "service_id"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    company_id: str = Field(primary_key=True)
    staff_id: str = Field(primary_key=True)
    service_id: str = Field(primary_key=True)
    minutes: int | None = None


def _hours(owner: str) -> tuple[Any, ...]:
    """What opening and working hours share: a weekday or a date, and minutes that make sense (0 to 0: closed)."""
    return (
        within(owner, f"{owner}_id"),
        CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name="when"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens >= 0 AND closes >= opens AND closes <= 1440", name="minutes"),
    )


class OpeningHours(Row, table=True):
    """One interval of a branch's week (0 = Monday) or of one exceptional date; `opens = closes` says closed."""

    __tablename__ = "opening_hours"
    __table_args__ = (*_hours("branch"), Index("ix_opening_hours_branch", "company_id", "branch_id"))

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    branch_id: str
    weekday: int | None = None
    day: date | None = None
    opens: int
    closes: int


class WorkingHours(Row, table=True):
    """As opening_hours, for one person. A person without any weekly row works whenever the branch is open."""

    __tablename__ = "working_hours"
    __table_args__ = (*_hours("staff"), Index("ix_working_hours_staff", "company_id", "staff_id"))

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    staff_id: str
    weekday: int | None = None
    day: date | None = None
    opens: int
    closes: int


class Absence(Row, table=True):
    """A person is away in [starts_at, ends_at). Why is nobody's business and not stored."""

    __tablename__ = "absence"
    __table_args__ = (
        within("staff", "staff_id"),
        CheckConstraint("ends_at > starts_at", name="interval"),
        Index("ix_absence_staff", "company_id", "staff_id"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    staff_id: str
    starts_at: datetime
    ends_at: datetime


class Customer(Row, table=True):
    """A stored person. `phone_e164` was proven by a call; `callback_e164` was only said and never matches a caller."""

    __tablename__ = "customer"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        within("staff", "usual_staff_id"),
        Index("ix_customer_phone", "company_id", "phone_e164"),
        Index("ix_customer_callback", "company_id", "callback_e164"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    phone_e164: str | None = None
    callback_e164: str | None = None
    email: str | None = None
    name_keys: list[str] = Field(default_factory=list, sa_type=JSON)
    usual_staff_id: str | None = None
    created_at: datetime


class Call(Row, table=True):
    """One phone call. The platform's own id is the key: unique per company by being it."""

    __tablename__ = "call"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        within("branch", "branch_id"),
        within("customer", "customer_id"),
        CheckConstraint("level BETWEEN 0 AND 2", name="level"),
        Index("ix_call_customer", "company_id", "customer_id"),
    )

    company_id: str = Field(primary_key=True)
    retell_call_id: str = Field(primary_key=True)
    branch_id: str | None = None
    customer_id: str | None = None
    appointment_id: str | None = None
    """Set when the caller was recognised for this one appointment only (hidden number). No foreign key: appointments
    point at their call, and two tables that point at each other cannot be created or emptied in one pass."""
    from_e164: str | None = None
    to_e164: str | None = None
    agent_id: str | None = None
    level: int = 0
    status: str = "open"
    booking_confirmed: bool = False
    booking_details: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime


class Appointment(Row, table=True):
    """One booking. `version` rises with every update (a trigger refuses anything else)."""

    __tablename__ = "appointment"
    __table_args__ = (
        within("customer", "customer_id"),
        within("service", "service_id"),
        within("call", "call_id"),
        one_of("status", tuple(Status)),
        CheckConstraint("ends_at > starts_at", name="interval"),
        UniqueConstraint("company_id", "code"),
        UniqueConstraint("company_id", "calcom_v2_booking_id"),
        Index(
            APPOINTMENT_ONCE,
            "company_id",
            "customer_id",
            "service_id",
            "starts_at",
            unique=True,
            sqlite_where=text("status IN ({})".format(", ".join(f"'{s}'" for s in ACTIVE_STATUSES))),
            postgresql_where=text("status IN ({})".format(", ".join(f"'{s}'" for s in ACTIVE_STATUSES))),
        ),
        Index("ix_appointment_customer", "company_id", "customer_id", "starts_at"),
        Index("ix_appointment_start", "company_id", "starts_at"),
        Index("ix_appointment_call", "company_id", "call_id"),
        Index("ix_appointment_service", "company_id", "service_id"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = 1
    fence: int = 0
    status: str
    customer_id: str
    service_id: str
    service_name: str
    """As it was called when it was booked."""
    is_composite: bool = False
    composite_group_uid: str | None = None
    starts_at: datetime
    ends_at: datetime
    booking_timezone: str
    price_cents: int
    code: str
    policy: dict[str, Any] = Field(sa_type=JSON)
    """The house rule as it stood when it was booked."""
    moves: int = 0
    floor_cents: int = 0
    source: str
    call_id: str | None = None
    calcom_v2_booking_id: str | None = None
    notes: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"name": "metadata"})
    cancelled_at: datetime | None = None
    cancellation_reason: str | None = None
    created_at: datetime


class AppointmentPhase(Row, table=True):
    """One stretch of an appointment. Where `blocks`, no other blocking phase of this person may overlap: the database
    refuses it. At most a day long, so that a look for overlaps needs to reach back one day only."""

    __tablename__ = "appointment_phase"
    __table_args__ = (
        within("appointment", "appointment_id"),
        within("staff", "staff_id"),
        one_of("kind", tuple(PhaseKind)),
        CheckConstraint("ends_at > starts_at", name="interval"),
        Index(
            "ix_appointment_phase_busy",
            "company_id",
            "staff_id",
            "starts_at",
            "ends_at",
            # Last, so that the index alone answers: SQLite looks at the condition again.
            "blocks",
            sqlite_where=text("blocks"),
            postgresql_where=text("blocks"),
        ),
    )

    company_id: str = Field(primary_key=True)
    appointment_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    key: str
    segment: int
    staff_id: str
    starts_at: datetime
    ends_at: datetime
    staff_required: bool
    blocks: bool
    price_cents: int | None = None
    """This part's share of the price, where it is booked remotely by itself."""
    remote_uid: str | None = None
    remote_state: str | None = None


class ToolCall(Row, table=True):
    """The answer of one tool call, byte for byte: the same key gets it again."""

    __tablename__ = "tool_call"
    __table_args__ = (
        within("call", "call_id"),
        within("appointment", "appointment_id"),
        Index("ix_tool_call_order", "company_id", "call_id", "seq"),
        Index("ix_tool_call_appointment", "company_id", "appointment_id"),
    )

    company_id: str = Field(primary_key=True)
    call_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    seq: int
    """The order within the call, however the clock is set; answers of reads, written later, may share one."""
    fingerprint: str
    tool: str
    status: str
    answer: bytes = Field(sa_type=LargeBinary)
    appointment_id: str | None = None
    effect: bool = False
    """The call changed something in the store with this answer."""
    latency_ms: int | None = None
    created_at: datetime


class AppointmentModification(Row, table=True):
    """One cancel or move: who, when, within policy, fee, which call. Append-only."""

    __tablename__ = "appointment_modification"
    __table_args__ = (
        within("appointment", "appointment_id"),
        within("call", "call_id"),
        one_of("kind", ("cancel", "reschedule")),
        Index("ix_appointment_modification_appointment", "company_id", "appointment_id"),
        Index("ix_appointment_modification_call", "company_id", "call_id"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    appointment_id: str
    kind: str
    at: datetime
    actor: str
    within_policy: bool
    fee_cents: int
    call_id: str | None = None
    reason: str
    old_start: datetime
    new_start: datetime | None = None
    evidence: str


class Callback(Row, table=True):
    """Somebody asked to be rung back; `done_at` when somebody did."""

    __tablename__ = "callback"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        within("call", "call_id"),
        Index("ix_callback_call", "company_id", "call_id"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    phone_e164: str
    reason: str
    call_id: str | None = None
    at: datetime
    done_at: datetime | None = None


class Audit(Row, table=True):
    """What somebody with rights did: append-only, no personal data."""

    __tablename__ = "audit"
    __table_args__ = (ForeignKeyConstraint(["company_id"], ["company.id"]), Index("ix_audit_at", "company_id", "at"))

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


metadata: Final = Row.metadata
