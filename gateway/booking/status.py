"""The life of an appointment as one table; nothing else may write `appointment.status`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from gateway.booking.model import Status
from gateway.errors import IllegalTransition


class Event(StrEnum):
    """What can happen to an appointment."""

    CALENDAR_ACCEPTED = "calendar_accepted"
    CALENDAR_FAILED = "calendar_failed"
    COMPENSATED = "compensated"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    STARTED = "started"
    GAP_STARTED = "gap_started"
    GAP_ENDED = "gap_ended"
    ENDED = "ended"
    NOT_SHOWN = "not_shown"


TRANSITIONS: Final[Mapping[tuple[Status, Event], Status]] = {
    # the durable hold of a booking whose remote part is not finished
    (Status.HELD, Event.CALENDAR_ACCEPTED): Status.CONFIRMED,
    (Status.HELD, Event.CALENDAR_FAILED): Status.COMPENSATING,
    (Status.HELD, Event.CANCELLED): Status.COMPENSATING,
    (Status.COMPENSATING, Event.COMPENSATED): Status.FAILED,
    # imported appointments wait for a person's word
    (Status.SCHEDULED, Event.CONFIRMED): Status.CONFIRMED,
    (Status.SCHEDULED, Event.MOVED): Status.SCHEDULED,
    (Status.SCHEDULED, Event.CANCELLED): Status.CANCELLED,
    (Status.SCHEDULED, Event.STARTED): Status.IN_PROGRESS,
    (Status.SCHEDULED, Event.NOT_SHOWN): Status.NO_SHOW,
    (Status.CONFIRMED, Event.MOVED): Status.CONFIRMED,
    (Status.CONFIRMED, Event.CANCELLED): Status.CANCELLED,
    (Status.CONFIRMED, Event.STARTED): Status.IN_PROGRESS,
    (Status.CONFIRMED, Event.NOT_SHOWN): Status.NO_SHOW,
    # the day itself follows the clock
    (Status.IN_PROGRESS, Event.GAP_STARTED): Status.PAUSED,
    (Status.PAUSED, Event.GAP_ENDED): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Event.ENDED): Status.COMPLETED,
    (Status.IN_PROGRESS, Event.NOT_SHOWN): Status.NO_SHOW,
}

# An appointment in one of these still means something to the customer and to the calendar.
UPCOMING: Final = (Status.HELD, Status.SCHEDULED, Status.CONFIRMED)
ACTIVE: Final = (*UPCOMING, Status.IN_PROGRESS, Status.PAUSED)
# In these the calendar keeps the time closed: a failed booking's slot stays blocked until the remote cancel is proven.
BLOCKING: Final = (*ACTIVE, Status.COMPENSATING)
ENDED: Final = (Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW, Status.FAILED)


def advance(status: Status, event: Event) -> Status:
    """The status after `event`. Raises IllegalTransition and changes nothing when the table has no such step."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransition(f"{status} does not know {event}") from None
