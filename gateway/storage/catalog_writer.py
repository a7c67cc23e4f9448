"""Writing what a salon is made of: companies, places, people, services, hours, customers.

For the demo seed, tests and the admin. Each function takes the bare connection that `store.configure` hands out, so
that several of them make one transaction. Bumping `config_version` and `calendar_version` is the database's own work
(triggers): nobody can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from gateway.booking.model import Customer, DayHours, Hours, Interval, Policy, Salon, Service, StaffMember
from gateway.clock import Ids
from gateway.storage import convert, tables
from gateway.storage.identity_tables import CompanyIdentity
from gateway.storage.statements import table


def add_salon(
    connection: Connection,
    salon: Salon,
    *,
    numbers: Sequence[str],
    ids: Ids,
    now: datetime,
    agent_id: str | None = None,
) -> None:
    """A company with one branch, as the core would read it back: home, numbers, hours, staff, services.

    `agent_id` answers on each of the numbers, and by itself where a call names none.
    """
    add_company(connection, salon, now=now)
    add_branch(connection, salon)
    for e164 in numbers:
        add_number(connection, salon.company_id, salon.branch_id, e164=e164, agent_id=agent_id, ids=ids)
    set_opening(connection, salon.company_id, salon.branch_id, salon.opening, ids=ids)
    for position, member in enumerate(salon.staff):
        add_staff(connection, salon.company_id, salon.branch_id, member, position=position, ids=ids)
    for position, service in enumerate(salon.services):
        add_service(connection, salon.company_id, service, position=position)
    set_identity(connection, salon.company_id, salon.identity)


def add_company(connection: Connection, salon: Salon, *, now: datetime) -> None:
    """The tenant row, from the company's part of `salon`."""
    values = {
        "id": salon.company_id,
        "name": salon.name,
        "lang": salon.lang,
        "formal": salon.formal,
        "policy": convert.policy_values(salon.policy),
        "lead_minutes": salon.lead_minutes,
        "horizon_days": salon.horizon_days,
        "created_at": now,
    }
    connection.execute(insert(table(tables.Company)), values)


def add_branch(connection: Connection, salon: Salon) -> None:
    """One place of an existing company, from the branch's part of `salon`, without its hours."""
    values = {
        "company_id": salon.company_id,
        "id": salon.branch_id,
        "name": salon.name,
        "zone": salon.zone,
        "region": salon.region,
        "holidays_open": sorted(day.isoformat() for day in salon.holidays_open),
    }
    connection.execute(insert(table(tables.Branch)), values)


def add_number(
    connection: Connection,
    company_id: str,
    branch_id: str,
    *,
    ids: Ids,
    e164: str | None = None,
    agent_id: str | None = None,
) -> None:
    """Let a called number, or an agent without one, be answered by this branch."""
    values = {"company_id": company_id, "id": ids.new_id(), "branch_id": branch_id, "e164": e164, "agent_id": agent_id}
    connection.execute(insert(table(tables.PhoneNumber)), values)


def set_opening(connection: Connection, company_id: str, branch_id: str, hours: Hours, *, ids: Ids) -> None:
    """Replace the opening hours of a branch."""
    _replace_hours(connection, tables.OpeningHours, {"company_id": company_id, "branch_id": branch_id}, hours, ids)


def add_staff(
    connection: Connection, company_id: str, branch_id: str, member: StaffMember, *, ids: Ids, position: int = 0
) -> None:
    """A person with their hours and absences."""
    values = {
        "company_id": company_id,
        "id": member.id,
        "branch_id": branch_id,
        "name": member.name,
        "aliases": list(member.aliases),
        "position": position,
        "active": True,
    }
    connection.execute(insert(table(tables.Staff)), values)
    if member.hours is not None:
        set_working(connection, company_id, member.id, member.hours, ids=ids)
    for absence in member.absences:
        add_absence(connection, company_id, member.id, absence, ids=ids)


def set_working(connection: Connection, company_id: str, staff_id: str, hours: Hours | None, *, ids: Ids) -> None:
    """Replace a person's own hours; None: whenever the salon is open."""
    owner = {"company_id": company_id, "staff_id": staff_id}
    _replace_hours(connection, tables.WorkingHours, owner, hours or Hours({}), ids)


def add_absence(connection: Connection, company_id: str, staff_id: str, absence: Interval, *, ids: Ids) -> str:
    """A person is away; returns the absence's id."""
    absence_id = ids.new_id()
    values = {"company_id": company_id, "id": absence_id, "staff_id": staff_id}
    connection.execute(insert(table(tables.Absence)), {**values, "starts_at": absence.start, "ends_at": absence.end})
    return absence_id


def set_active(connection: Connection, company_id: str, staff_id: str, active: bool) -> None:
    """Let a person appear in the salon or not; their appointments stay."""
    staff = table(tables.Staff)
    connection.execute(
        update(staff).where(staff.c.company_id == company_id, staff.c.id == staff_id).values(active=active)
    )


def add_service(connection: Connection, company_id: str, service: Service, *, position: int = 0) -> None:
    """A service and who can do it (`staff_ids`, with own minutes where `staff_minutes` has them)."""
    values = {"company_id": company_id, **convert.service_values(service, position)}
    connection.execute(insert(table(tables.Service)), values)
    _add_skills(connection, company_id, service)


def replace_service(connection: Connection, company_id: str, service: Service, *, position: int = 0) -> None:
    """Write a service anew under its id; appointments keep the name, price and policy they were booked under."""
    of, skill = table(tables.Service), table(tables.StaffService)
    connection.execute(delete(skill).where(skill.c.company_id == company_id, skill.c.service_id == service.id))
    connection.execute(
        update(of)
        .where(of.c.company_id == company_id, of.c.id == service.id)
        .values(convert.service_values(service, position))
    )
    _add_skills(connection, company_id, service)


def set_policy(connection: Connection, company_id: str, policy: Policy) -> None:
    """The company's house rules; appointments keep theirs."""
    company = table(tables.Company)
    connection.execute(update(company).where(company.c.id == company_id).values(policy=convert.policy_values(policy)))


def set_identity(connection: Connection, company_id: str, rules: Mapping[str, Any]) -> None:
    """The company's choices on identity and limits, in the form `auth.rights.identity_rules` reads."""
    of = table(CompanyIdentity)
    connection.execute(delete(of).where(of.c.company_id == company_id))
    if rules:
        connection.execute(insert(of), {"company_id": company_id, "rules": dict(rules)})


def add_customer(
    connection: Connection,
    company_id: str,
    customer: Customer,
    *,
    now: datetime,
    callback_e164: str | None = None,
    name_keys: Sequence[str] = (),
) -> None:
    """A stored person; `name_keys` are whatever the name matcher looks people up by."""
    values = {
        "company_id": company_id,
        "id": customer.id,
        "name": customer.name,
        "phone_e164": customer.phone_e164,
        "callback_e164": callback_e164,
        "email": customer.email,
        "name_keys": list(name_keys),
        "usual_staff_id": customer.usual_staff_id,
        "created_at": now,
    }
    connection.execute(insert(table(tables.Customer)), values)


def _add_skills(connection: Connection, company_id: str, service: Service) -> None:
    rows = [
        {
            "company_id": company_id,
            "staff_id": staff_id,
            "service_id": service.id,
            "minutes": service.staff_minutes.get(staff_id),
        }
        for staff_id in service.staff_ids
    ]
    if rows:
        connection.execute(insert(table(tables.StaffService)), rows)


def _replace_hours(
    connection: Connection, of: type[tables.Row], owner: Mapping[str, str], hours: Hours, ids: Ids
) -> None:
    target = table(of)
    connection.execute(delete(target).where(*(target.c[name] == value for name, value in owner.items())))
    rows = [
        {"id": ids.new_id(), **owner, **row}
        for row in (*_rows("weekday", hours.weekly), *_rows("day", hours.exceptions))
    ]
    if rows:
        connection.execute(insert(target), rows)


def _rows(column: str, days: Mapping[int, DayHours] | Mapping[date, DayHours]) -> list[dict[str, Any]]:
    """One row per interval; a day that is named and has none is written as closed."""
    made: list[dict[str, Any]] = []
    for day, intervals in days.items():
        for opens, closes in intervals or ((0, 0),):
            made.append({"weekday": None, "day": None, column: day, "opens": opens, "closes": closes})
    return made
