"""What a booking over there means, beside a saga at work and beside the booking that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.booking.journal import RemoteBooking
from gateway.booking.model import Appointment, Phase, PhaseKind, Policy, Status
from gateway.booking.reconcile import Local, Verdict, judge
from gateway.booking.saga import SETTLE

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
NOW = START - timedelta(days=3)
BOOKED = Appointment(
    id="a1",
    version=3,
    status=Status.CONFIRMED,
    customer_id="c1",
    service_id="41",
    service_name="Bartpflege",
    start=START,
    end=START + timedelta(minutes=30),
    zone="Europe/Berlin",
    price_cents=1500,
    code="AB12",
    phases=(Phase(PhaseKind.SEGMENT, "bart", "fabian", START, START + timedelta(minutes=30), True, True, 0),),
    policy=Policy(),
)
STANDING = RemoteBooking("stands", START, START + timedelta(minutes=30), active=True)
OTHER = RemoteBooking("other", START - timedelta(hours=2), START - timedelta(hours=1, minutes=30), active=True)
KNOWN = Local(True, BOOKED, current="stands", newest=STANDING, staff_id="fabian")


def _long_ago() -> datetime:
    return NOW - SETTLE - timedelta(seconds=1)


def test_what_stands_where_it_should_is_fine() -> None:
    assert judge(STANDING, KNOWN, NOW) is Verdict.FINE


@pytest.mark.parametrize("busy", [False, True])
def test_what_a_late_first_try_made_is_unwanted_whatever_is_under_way(busy: bool) -> None:
    local = replace(KNOWN, second=True, busy_with=busy, last_act=_long_ago())
    assert judge(OTHER, local, NOW) is Verdict.UNWANTED


def test_nothing_is_judged_while_a_request_may_be_on_its_way() -> None:
    local = replace(KNOWN, second=True, last_act=NOW - timedelta(seconds=1))
    assert judge(OTHER, local, NOW) is Verdict.LATER


def test_another_booking_of_the_same_try_waits_for_the_saga_at_work() -> None:
    """It may be the move under way itself."""
    assert judge(OTHER, replace(KNOWN, busy_with=True), NOW) is Verdict.LATER
    assert judge(OTHER, KNOWN, NOW) is Verdict.UNWANTED


def test_what_a_late_first_try_made_and_is_gone_costs_no_cancel() -> None:
    gone = replace(OTHER, active=False)
    assert judge(gone, replace(KNOWN, second=True), NOW) is Verdict.GONE


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
def test_a_booking_of_what_was_cancelled_here_is_unwanted(status: Status) -> None:
    local = replace(KNOWN, appointment=replace(BOOKED, status=status), last_act=_long_ago())
    assert judge(STANDING, local, NOW) is Verdict.UNWANTED


def test_a_booking_of_what_took_place_is_left_alone() -> None:
    local = replace(KNOWN, appointment=replace(BOOKED, status=Status.COMPLETED))
    assert judge(STANDING, local, NOW) is Verdict.GONE


@pytest.mark.parametrize(("genuine", "verdict"), [(False, Verdict.FOREIGN), (True, Verdict.ORPHAN)])
def test_what_no_row_knows_is_never_cancelled(genuine: bool, verdict: Verdict) -> None:
    assert judge(STANDING, Local(genuine), NOW) is verdict


@pytest.mark.parametrize(("intended", "verdict"), [(False, Verdict.CANCELLED_THERE), (True, Verdict.LOST)])
def test_a_dead_booking_was_cancelled_by_a_person_unless_we_sent_a_cancel(intended: bool, verdict: Verdict) -> None:
    dead = replace(STANDING, active=False)
    assert judge(dead, replace(KNOWN, newest=dead, cancel_intended=intended), NOW) is verdict


@pytest.mark.parametrize(("intended", "verdict"), [(False, Verdict.MOVED_THERE), (True, Verdict.MOVED_LATE)])
def test_the_newest_of_the_chain_elsewhere_was_moved_by_a_person_unless_we_sent_a_move(
    intended: bool, verdict: Verdict
) -> None:
    assert judge(OTHER, replace(KNOWN, newest=OTHER, move_intended=intended), NOW) is verdict
