"""The demo salon of DESIGN section 10 as values: one company, three people, seven services, four customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.booking.holidays import public_holidays
from gateway.booking.model import Customer, Hours, PausePolicy, Salon, Segment, Service, StaffMember

COMPANY_ID: Final = "demo-salon"
COMPANY_SLUG: Final = "demo-salon"
CALLED_NUMBER: Final = "+493083793369"
AGENT_ID: Final = "agent_demo_salon"
ZONE: Final = "Europe/Berlin"

EMMA: Final = StaffMember("emma", "Emma Williams")
FABIAN: Final = StaffMember("fabian", "Fabian Spitzer")
OLIVER: Final = StaffMember("oliver", "Oliver Kretschmer")
_EVERYBODY: Final = (EMMA.id, FABIAN.id, OLIVER.id)


def _composite(service_id: str, name: str, minutes: int, cents: int, policy: PausePolicy, *parts: Segment) -> Service:
    return Service(service_id, name, minutes, cents, _EVERYBODY, composite=True, segments=parts, pause_policy=policy)


SERVICES: Final = (
    # Marked composite without segments on purpose: `gateway check` must flag it.
    Service("41", "Damenhaarschnitt", 60, 4800, _EVERYBODY, composite=True),
    _composite(
        "42",
        "Herrenhaarschnitt",
        150,
        3900,
        PausePolicy.BLOCKED,
        Segment("A", "Schneiden", 45, gap_after=10),
        Segment("B", "Waschen und Nachschnitt", 60, gap_after=15),
        Segment("C", "Styling", 20),
    ),
    _composite(
        "177",
        "Ansatzfärbung, waschen, schneiden, föhnen",
        150,
        8500,
        PausePolicy.FREE,
        Segment("A", "Ansatzfärbung auftragen", 30, gap_after=45),
        Segment("B", "Auswaschen", 15),
        Segment("C", "Schneiden", 30),
        Segment("D", "Föhnen", 30),
    ),
    _composite(
        "178",
        "Ansatz, Längenausgleich, waschen, schneiden, föhnen",
        170,
        8500,
        PausePolicy.FREE,
        Segment("A", "Ansatz und Längen auftragen", 40, gap_after=45),
        Segment("B", "Auswaschen", 15),
        Segment("C", "Schneiden", 40),
        Segment("D", "Föhnen", 30),
    ),
    Service("51", "Waschen, schneiden, föhnen", 60, 5500, _EVERYBODY),
    Service("52", "Bartpflege", 20, 1800, _EVERYBODY),
    Service("53", "Kinderschnitt", 30, 2200, _EVERYBODY),
)

_NINE_TO_SEVEN: Final = ((9 * 60, 19 * 60),)

SALON: Final = Salon(
    company_id=COMPANY_ID,
    branch_id="demo-berlin",
    name="Demo-Salon",
    zone=ZONE,
    region="BE",
    opening=Hours({**dict.fromkeys(range(5), _NINE_TO_SEVEN), 5: ((9 * 60, 16 * 60),)}),
    services=SERVICES,
    staff=(EMMA, FABIAN, OLIVER),
    lead_minutes=60,
    horizon_days=60,
)

SABINE: Final = Customer("sabine-meier", "Sabine Meier", "+4915112345601")
HANSI: Final = Customer("hansi-hinterseher", "Hansi Hinterseher")
THOMAS: Final = Customer("thomas-schroeder", "Thomas Schröder", "+4915112345602")
JULIA: Final = Customer("julia-schroeder", "Julia Schröder", "+4915112345602")
CUSTOMERS: Final = (SABINE, HANSI, THOMAS, JULIA)


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment that exists before the first call."""

    customer: Customer
    service_id: str
    staff_id: str
    start: datetime
    """Aware UTC."""


def visits(now: datetime) -> tuple[Visit, ...]:
    """The four appointments on file, counted in working days (Monday to Friday, no holiday) after `now`."""
    return (
        Visit(SABINE, "51", EMMA.id, _at(now, 2, time(10))),
        Visit(HANSI, "52", OLIVER.id, _at(now, 3, time(11))),
        Visit(THOMAS, "52", FABIAN.id, _at(now, 4, time(16))),
        Visit(JULIA, "51", EMMA.id, _at(now, 4, time(16))),
    )


def working_day(day: date) -> bool:
    """Monday to Friday and no public holiday in Berlin."""
    return day.weekday() < 5 and day not in public_holidays("BE", day.year)


def working_day_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count:
        day += timedelta(days=1)
        count -= working_day(day)
    return day


def _at(now: datetime, days: int, clock: time) -> datetime:
    zone = ZoneInfo(ZONE)
    return datetime.combine(working_day_after(now.astimezone(zone).date(), days), clock, zone).astimezone(UTC)
