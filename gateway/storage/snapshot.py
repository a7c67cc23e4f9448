"""From a called number to the salon as the core sees it, loaded again only when its configuration changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, select

from gateway.booking.model import DayHours, Hours, Interval, Policy, Salon, Service, StaffMember, Unread
from gateway.booking.ports import Snapshot
from gateway.errors import StoreUnavailable
from gateway.storage import convert, saga_convert, stored_json, tables
from gateway.storage.identity_tables import CompanyIdentity
from gateway.storage.statements import ours, table

COMPANY: Final = table(tables.Company)
BRANCH: Final = table(tables.Branch)
NUMBER: Final = table(tables.PhoneNumber)
STAFF: Final = table(tables.Staff)
SERVICE: Final = table(tables.Service)
SKILL: Final = table(tables.StaffService)
OPENING: Final = table(tables.OpeningHours)
WORKING: Final = table(tables.WorkingHours)
ABSENCE: Final = table(tables.Absence)
IDENTITY: Final = table(CompanyIdentity)


def _who_answers(condition: Any) -> Select[Any]:
    """The one small query: company, branch, configuration version, and each active person's calendar version."""
    works_here = and_(
        STAFF.c.company_id == NUMBER.c.company_id, STAFF.c.branch_id == NUMBER.c.branch_id, STAFF.c.active
    )
    return (
        select(NUMBER.c.company_id, NUMBER.c.branch_id, COMPANY.c.config_version, STAFF.c.id, STAFF.c.calendar_version)
        .select_from(NUMBER)
        .join(COMPANY, COMPANY.c.id == NUMBER.c.company_id)
        .outerjoin(STAFF, works_here)
        .where(condition)
    )


BY_NUMBER: Final = _who_answers(NUMBER.c.e164 == bindparam("e164"))
BY_AGENT: Final = _who_answers(NUMBER.c.agent_id == bindparam("agent_id"))

_branch_id: Final[BindParameter[str]] = bindparam("branch_id")
_HOME: Final = select(
    COMPANY.c.config_version,
    COMPANY.c.lang,
    COMPANY.c.formal,
    COMPANY.c.policy,
    COMPANY.c.lead_minutes,
    COMPANY.c.horizon_days,
    BRANCH.c.name,
    BRANCH.c.zone,
    BRANCH.c.region,
    BRANCH.c.holidays_open,
).where(COMPANY.c.id == bindparam("company"), BRANCH.c.company_id == COMPANY.c.id, BRANCH.c.id == _branch_id)
_STAFF: Final = (
    select(STAFF.c.id, STAFF.c.name, STAFF.c.aliases)
    .where(ours(STAFF), STAFF.c.branch_id == _branch_id, STAFF.c.active)
    .order_by(STAFF.c.position, STAFF.c.id)
)
_SERVICES: Final = select(SERVICE).where(ours(SERVICE)).order_by(SERVICE.c.position, SERVICE.c.id)
_SKILLS: Final = select(SKILL.c.service_id, SKILL.c.staff_id, SKILL.c.minutes).where(ours(SKILL))
_OPENING: Final = (
    select(OPENING.c.branch_id, OPENING.c.weekday, OPENING.c.day, OPENING.c.opens, OPENING.c.closes)
    .where(ours(OPENING), OPENING.c.branch_id == _branch_id)
    .order_by(OPENING.c.opens)
)
_WORKING: Final = (
    select(WORKING.c.staff_id, WORKING.c.weekday, WORKING.c.day, WORKING.c.opens, WORKING.c.closes)
    .where(ours(WORKING))
    .order_by(WORKING.c.opens)
)
_ABSENCES: Final = (
    select(ABSENCE.c.staff_id, ABSENCE.c.starts_at, ABSENCE.c.ends_at)
    .where(ours(ABSENCE))
    .order_by(ABSENCE.c.starts_at)
)
_IDENTITY: Final = select(IDENTITY.c.rules).where(ours(IDENTITY))
_CONFIG_VERSION: Final = select(COMPANY.c.config_version).where(COMPANY.c.id == bindparam("company"))

_READINGS: Final = 5


class SalonCache:
    """Salons by place, each at the configuration version it was read at. Safe to use from several threads."""

    def __init__(self) -> None:
        self._salons: dict[tuple[str, str], Salon] = {}

    def snapshot(self, connection: Connection, called_e164: str | None, agent_id: str | None) -> Snapshot | None:
        """The salon behind the number, else behind the agent; None when nobody answers, or several would.

        An agent that serves more than one place says nothing about which one was meant: guessing would let one
        salon's caller into another's calendar.
        """
        rows: Sequence[Any] = ()
        if called_e164:
            rows = connection.execute(BY_NUMBER, {"e164": called_e164}).all()
        if not rows and agent_id:
            rows = connection.execute(BY_AGENT, {"agent_id": agent_id}).all()
        found = self.judge(rows)
        if isinstance(found, Unknown):
            self._salons[found.place] = load_salon(connection, *found.place)
            found = self.judge(rows, newest=found.place)
        return None if isinstance(found, Unknown) else found

    def judge(self, rows: Sequence[Any], newest: tuple[str, str] | None = None) -> Snapshot | Unknown | None:
        """The snapshot in the rows of the one small query; Unknown when the salon of that version must be read first.

        `newest` was read a moment ago: whatever version it is of, it is not older than the rows.
        """
        places = {(row[0], row[1]): row[2] for row in rows}
        if len(places) != 1:
            return None
        ((place, config_version),) = places.items()
        salon = self._salons.get(place)
        if salon is None or (salon.config_version != config_version and place != newest):
            return Unknown(place)
        return Snapshot(salon, {row[3]: row[4] for row in rows if row[3] is not None})


@dataclass(frozen=True, slots=True)
class Unknown:
    """A place whose configuration is not at hand in the version the database has."""

    place: tuple[str, str]


_PLACES: Final = select(BRANCH.c.company_id, BRANCH.c.id).order_by(BRANCH.c.company_id, BRANCH.c.id)


def all_salons(connection: Connection) -> list[Salon]:
    """Every branch of every company, for the operator's own checks."""
    return [
        load_salon(connection, company_id, branch_id) for company_id, branch_id in connection.execute(_PLACES).all()
    ]


def load_salon(connection: Connection, company_id: str, branch_id: str) -> Salon:
    """Read one branch whole. Reads again when the configuration changed meanwhile: READ COMMITTED would mix the two.

    Raises StoreUnavailable when somebody changes it faster than it can be read.
    """
    for _ in range(_READINGS):
        salon = _read_salon(connection, company_id, branch_id)
        if connection.execute(_CONFIG_VERSION, {"company": company_id}).scalar() == salon.config_version:
            return salon
    raise StoreUnavailable("the configuration keeps changing while it is read")


def _read_salon(connection: Connection, company_id: str, branch_id: str) -> Salon:
    key = {"company": company_id, "branch_id": branch_id}
    home = connection.execute(_HOME, key).one()
    opening = _hours(connection.execute(_OPENING, key), None).get(branch_id, Hours({}))
    staff, unread = _read_staff(connection, key, opening)
    policy, bad_policy = stored_json.policy(home.policy, "policy")
    holidays_open, bad_days = stored_json.dates(home.holidays_open, "holidays_open")
    rules, bad_rules = stored_json.settings(connection.execute(_IDENTITY, key).scalar(), "identity")
    return Salon(
        company_id=company_id,
        branch_id=branch_id,
        name=home.name,
        zone=home.zone,
        region=home.region,
        opening=opening,
        services=_read_services(connection, key, [member.id for member in staff]),
        staff=staff,
        lead_minutes=home.lead_minutes,
        horizon_days=home.horizon_days,
        lang=home.lang,
        formal=home.formal,
        policy=policy or Policy(),
        holidays_open=holidays_open,
        config_version=home.config_version,
        identity=rules,
        remote=saga_convert.remote_map(connection, company_id),
        unread=(*unread, *bad_policy, *bad_days, *bad_rules),
    )


def _read_staff(
    connection: Connection, key: Mapping[str, str], opening: Hours
) -> tuple[tuple[StaffMember, ...], Unread]:
    own_hours = _hours(connection.execute(_WORKING, key), opening)
    absences: dict[str, list[Interval]] = defaultdict(list)
    for row in connection.execute(_ABSENCES, key):
        absences[row.staff_id].append(Interval(row.starts_at, row.ends_at))
    made: list[StaffMember] = []
    unread: list[tuple[str, str]] = []
    for row in connection.execute(_STAFF, key):
        aliases, bad = stored_json.words(row.aliases, f"staff[{row.id}].aliases")
        made.append(StaffMember(row.id, row.name, aliases, own_hours.get(row.id), tuple(absences[row.id])))
        unread += bad
    return tuple(made), tuple(unread)


def _read_services(connection: Connection, key: Mapping[str, str], staff_ids: list[str]) -> tuple[Service, ...]:
    """All services; of the people who can do them only those who work here, in the staff's order."""
    skills: dict[str, dict[str, int | None]] = defaultdict(dict)
    for row in connection.execute(_SKILLS, key):
        skills[row.service_id][row.staff_id] = row.minutes
    made = []
    for row in connection.execute(_SERVICES, key):
        able = skills[row.id]
        made.append(convert.service(row, [(staff_id, able[staff_id]) for staff_id in staff_ids if staff_id in able]))
    return tuple(made)


def _hours(rows: Iterable[Any], fallback: Hours | None) -> dict[str, Hours]:
    """Hours by owner from rows in the order of opening.

    An owner with exceptions but no week of their own keeps the `fallback`'s week and exceptions beneath their own.
    """
    weeks: dict[str, dict[int, DayHours]] = defaultdict(dict)
    days: dict[str, dict[date, DayHours]] = defaultdict(dict)
    for owner, weekday, day, opens, closes in rows:
        # `opens = closes` says closed: the day is named, and nothing is in it.
        interval: DayHours = ((opens, closes),) if closes > opens else ()
        if day is not None:
            days[owner][day] = days[owner].get(day, ()) + interval
        else:
            weeks[owner][weekday] = weeks[owner].get(weekday, ()) + interval
    made: dict[str, Hours] = {}
    for owner in {*weeks, *days}:
        if owner in weeks or fallback is None:
            made[owner] = Hours(weeks[owner], days[owner])
        else:
            made[owner] = replace(fallback, exceptions={**fallback.exceptions, **days[owner]})
    return made
