"""The life of an appointment is one table: every step in it, none beside it."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.booking.model import Status
from gateway.booking.status import ACTIVE, BLOCKING, ENDED, TRANSITIONS, UPCOMING, Event, advance
from gateway.errors import IllegalTransition

S, E = Status, Event
LEGAL = {
    # a booking that waits for a remote calendar
    (S.HELD, E.CALENDAR_ACCEPTED): S.CONFIRMED,
    (S.HELD, E.CALENDAR_FAILED): S.COMPENSATING,
    (S.HELD, E.CANCELLED): S.COMPENSATING,
    (S.COMPENSATING, E.COMPENSATED): S.FAILED,
    # one that waits for a person
    (S.SCHEDULED, E.CONFIRMED): S.CONFIRMED,
    (S.SCHEDULED, E.MOVED): S.SCHEDULED,
    (S.SCHEDULED, E.CANCELLED): S.CANCELLED,
    (S.SCHEDULED, E.STARTED): S.IN_PROGRESS,
    (S.SCHEDULED, E.NOT_SHOWN): S.NO_SHOW,
    # the ordinary life
    (S.CONFIRMED, E.MOVED): S.CONFIRMED,
    (S.CONFIRMED, E.CANCELLED): S.CANCELLED,
    (S.CONFIRMED, E.STARTED): S.IN_PROGRESS,
    (S.CONFIRMED, E.NOT_SHOWN): S.NO_SHOW,
    (S.IN_PROGRESS, E.GAP_STARTED): S.PAUSED,
    (S.PAUSED, E.GAP_ENDED): S.IN_PROGRESS,
    (S.IN_PROGRESS, E.ENDED): S.COMPLETED,
    (S.IN_PROGRESS, E.NOT_SHOWN): S.NO_SHOW,
}


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_pair_of_status_and_event_is_a_step_or_is_refused(status: Status, event: Event) -> None:
    """No step that DESIGN does not draw; what is refused names both."""
    if (status, event) in LEGAL:
        assert advance(status, event) is LEGAL[status, event]
    else:
        with pytest.raises(IllegalTransition, match=f"{status} does not know {event}"):
            advance(status, event)


def test_what_has_ended_stays_ended() -> None:
    """No event leads out of an end, and every other status leads to one."""
    assert not [status for status, _ in TRANSITIONS if status in ENDED]
    for status in set(Status) - set(ENDED):
        assert reachable(status) & set(ENDED), status


def reachable(status: Status) -> set[Status]:
    found, new = {status}, {status}
    while new:
        new = {after for (before, _), after in TRANSITIONS.items() if before in new} - found
        found |= new
    return found


def test_every_status_can_be_reached() -> None:
    """From the two ways an appointment comes into being."""
    assert reachable(Status.HELD) | reachable(Status.SCHEDULED) == set(Status)


def test_the_groups_hold_what_their_names_say() -> None:
    """Upcoming and active mean something to the customer; blocking closes the calendar; ended is everything else."""
    assert set(UPCOMING) < set(ACTIVE) < set(BLOCKING)
    assert set(BLOCKING) | set(ENDED) == set(Status)
    assert not set(BLOCKING) & set(ENDED)
    assert set(BLOCKING) - set(ACTIVE) == {Status.COMPENSATING}
    assert set(ACTIVE) - set(UPCOMING) == {Status.IN_PROGRESS, Status.PAUSED}
