"""What is wrong with a service, and what is sold all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from gateway.booking.availability import starts
from gateway.booking.model import Fee, Hours, Interval, PausePolicy, Policy, Salon, Service, StaffMember
from gateway.booking.validation import Severity, as_sold, findings, salon_findings, sold
from tests.unit.booking.salons import at, board, composite, hours, salon, simple

GOOD = composite(30, 45, 15, pause_policy=PausePolicy.FREE)
COMPOSITE, NOT_SOLD, WARNING = Severity.NOT_COMPOSITE, Severity.NOT_SOLD, Severity.WARNING


def with_segment(index: int, **changes: Any) -> Service:
    """GOOD with one segment changed."""
    segments = list(GOOD.segments)
    segments[index] = replace(segments[index], **changes)
    return replace(GOOD, segments=tuple(segments))


UNKNOWN = cast(PausePolicy, "sometimes")  # what a database column may hold

BROKEN = [
    # the service, the field that is blamed, what becomes of it
    (replace(GOOD, segments=()), "segments", COMPOSITE),
    (replace(GOOD, segments=GOOD.segments[:1]), "segments", COMPOSITE),
    (with_segment(1, key="A"), "segments", COMPOSITE),
    (with_segment(1, key=" "), "segments[1].key", COMPOSITE),
    (with_segment(0, minutes=0), "segments[0].minutes", COMPOSITE),
    (with_segment(1, minutes=-15), "segments[1].minutes", COMPOSITE),
    (with_segment(0, gap_after=-1), "segments[0].gap_after", COMPOSITE),
    (with_segment(1, gap_after=5), "segments[1].gap_after", COMPOSITE),
    (replace(GOOD, minutes=91), "minutes", COMPOSITE),
    (replace(GOOD, pause_policy=UNKNOWN), "pause_policy", COMPOSITE),
    (replace(GOOD, gap_buffer_minutes=-5), "gap_buffer_minutes", COMPOSITE),
    (replace(GOOD, minutes=0), "minutes", NOT_SOLD),
    (simple(0), "minutes", NOT_SOLD),
    (simple(-30), "minutes", NOT_SOLD),
    (simple(30, price_cents=-1), "price_cents", NOT_SOLD),
    (simple(30, staff=()), "staff_ids", NOT_SOLD),
    (simple(30, name=" "), "name", WARNING),
    (simple(30, staff_minutes={"emma": 0}), "staff_minutes[emma]", WARNING),
    (simple(30, staff_minutes={"oliver": 20}), "staff_minutes[oliver]", WARNING),
    (replace(GOOD, staff_minutes={"emma": 20}), "staff_minutes[emma]", WARNING),
    (replace(simple(30), segments=GOOD.segments), "segments", WARNING),
    (
        replace(GOOD, pause_policy=PausePolicy.FLEXIBLE, gap_buffer_minutes=23),
        "segments[0].gap_after",
        WARNING,
    ),
    (composite(30, 46, 15, pause_policy=PausePolicy.FLEXIBLE, gap_buffer_minutes=23), "segments[0].gap_after", WARNING),
    (simple(30, policy=Policy(cancel_free_hours=-1)), "policy.cancel_free_hours", WARNING),
    (simple(30, policy=Policy(move_fee=Fee(percent=101))), "policy.move_fee", WARNING),
    (simple(30, policy=Policy(move_fee=Fee(cents=-1))), "policy.move_fee", WARNING),
    (simple(30, policy=Policy(cancel_fee=Fee(percent=50, cents=500))), "policy.cancel_fee", WARNING),
]


@pytest.mark.parametrize(("service", "field", "severity"), BROKEN)
def test_each_fault_is_found_in_its_field(service: Service, field: str, severity: Severity) -> None:
    """With the service's id and what follows from it."""
    found = [(finding.service_id, finding.field, finding.severity) for finding in findings(service)]
    assert (service.id, field, severity) in found


@pytest.mark.parametrize(
    "service",
    [
        GOOD,
        simple(30, price_cents=0),
        composite(30, 0, 15),
        replace(GOOD, pause_policy=PausePolicy.FLEXIBLE, gap_buffer_minutes=22),
        replace(GOOD, pause_policy=PausePolicy.FLEXIBLE, gap_buffer_minutes=0),
        simple(30, staff_minutes={"emma": 20}, policy=Policy(cancel_fee=Fee(), move_fee=Fee(cents=500), max_moves=0)),
    ],
)
def test_a_sound_service_has_no_findings_and_is_sold_as_it_is(service: Service) -> None:
    """Free of charge, without gaps, with two buffers that leave a minute: all legal."""
    assert findings(service) == ()
    assert as_sold(service) is service


@pytest.mark.parametrize(("service", "field", "severity"), BROKEN)
def test_what_is_broken_is_sold_as_a_block_or_not_at_all(service: Service, field: str, severity: Severity) -> None:
    """Never as a composite, and never so that a search fails."""
    offered = as_sold(service)
    if severity is NOT_SOLD:
        assert not offered.active
        return
    assert offered.active
    assert offered.composite == (severity is WARNING and service.composite)
    assert offered.minutes == service.minutes
    here = board(salon(offered))
    assert here.window.span(0, 1) == 1
    assert starts(here, offered).bits.bit_count() > 0


def test_a_composite_without_segments_is_one_block_of_its_total() -> None:
    """Damenhaarschnitt, marked composite, nothing else said: 60 minutes in a row, and a finding for the owner."""
    broken = Service("41", "Damenhaarschnitt", 60, 4500, ("emma",), composite=True)
    assert as_sold(broken) == replace(broken, composite=False)
    shop = sold(salon(broken, simple(20)))
    assert [service.composite for service in shop.services] == [False, False]
    assert [(f.service_id, f.field) for f in salon_findings(salon(broken, simple(20)))] == [("41", "segments")]


def test_a_duration_that_is_none_falls_back_to_the_common_one() -> None:
    """The person's own entry is dropped, the service stays."""
    assert as_sold(simple(30, staff_minutes={"emma": 0})).staff_minutes == {}


def test_an_inactive_service_is_nobodys_concern() -> None:
    """It cannot be sold, so it cannot go wrong."""
    assert salon_findings(salon(simple(0, active=False))) == ()


ABSENCE = Interval(at("12:00"), at("11:00"))

SALON_FAULTS = [
    (salon(simple(30, staff=["nobody"])), "staff_ids"),
    (salon(simple(30), simple(30)), "services"),
    (salon(staff=["emma", "emma"]), "staff"),
    (salon(zone="Europe/Bärlin"), "zone"),
    (salon(zone="../etc"), "zone"),
    (salon(region="Berlin"), "region"),
    (salon(lead_minutes=-1), "lead_minutes"),
    (salon(horizon_days=-1), "horizon_days"),
    (salon(horizon_days=4000), "horizon_days"),
    (salon(opening=Hours({})), "opening"),
    (salon(opening=Hours({7: ((540, 600),)})), "opening[7]"),
    (salon(opening=Hours({0: ((600, 540),)})), "opening[0]"),
    (salon(opening=Hours({0: ((1200, 1500),)})), "opening[0]"),
    (salon(opening=Hours({0: ((540, 603),)})), "opening[0]"),
    (salon(opening=Hours({0: ((540, 720), (700, 800))})), "opening[0]"),
    (salon(opening=replace(hours((9, 19)), exceptions={date(2025, 12, 24): ((0, 1441),)})), "opening[2025-12-24]"),
    (salon(staff=[StaffMember("emma", " ")]), "staff[emma].name"),
    (salon(staff=[StaffMember("emma", "Emma", hours=Hours({}))]), "staff[emma].hours"),
    (salon(staff=[StaffMember("emma", "Emma", absences=(ABSENCE,))]), "staff[emma].absences[0]"),
    (salon(policy=Policy(max_moves=-1)), "policy.max_moves"),
]


@pytest.mark.parametrize(("shop", "field"), SALON_FAULTS)
def test_the_salon_itself_is_looked_at_too(shop: Salon, field: str) -> None:
    """Settings, hours, people, house rules."""
    assert field in {finding.field for finding in salon_findings(shop)}


def test_a_sound_salon_has_no_findings() -> None:
    """Half days, exceptions and a segment service included."""
    opening = Hours({0: ((540, 720), (720, 1140)), 6: ()}, {date(2025, 12, 24): ((540, 720),)})
    assert salon_findings(salon(GOOD, Service("s", "S", 30, 0, ("emma",)), opening=opening)) == ()
