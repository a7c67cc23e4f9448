"""What became of one request to Cal.com.

  Done      it happened, and the answer says what we asked for
  Refused   Cal.com declined before doing anything: *this request* had no effect (an earlier one may have)
  Unknown   nobody can say whether it happened: look up by our own reference before anything else
  NotSent   it never reached Cal.com: may be sent again without a look-up

Cal.com answers errors for things it did (500 on a cancel that cancelled, "could not book" for a booking that exists),
so a refusal counts only when its text is one that is known to be said before any effect; every other non-2xx is
Unknown. Reads use the same four words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from gateway.calcom.model import Booking

T_co = TypeVar("T_co", covariant=True)


class Reason(StrEnum):
    """Why Cal.com declined."""

    SLOT_GONE = "slot_gone"
    """The host is not free. It may be our own earlier attempt that is in the way (or, behind a proxy that repeats
    requests, this very one): a look-up by our reference settles it."""
    OUT_OF_WINDOW = "out_of_window"
    PAST = "past"
    DRIFT = "drift"
    """The event type is gone or no longer what we made it."""
    GONE = "gone"
    """No such booking (event type, webhook)."""
    ALREADY_CANCELLED = "already_cancelled"
    """Success for a compensation; but an old uid of a rescheduled booking says this too, while the new one lives."""
    RESCHEDULED = "rescheduled"
    """Moved already, to `Refused.rescheduled_to`."""
    NAME_TAKEN = "name_taken"
    """A slug or a webhook address that exists already."""
    BAD_KEY = "bad_key"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    """A malformed request: a bug of ours, or a change of theirs."""
    WRONG_VERSION = "wrong_version"
    """The route is unknown under this `cal-api-version`."""
    PERMANENT = "permanent"
    """Declined for good, for a reason we have no other answer to."""


class Cause(StrEnum):
    """Why nobody can say."""

    TIMEOUT = "timeout"
    BROKEN = "broken"
    """The connection broke after the request may have left."""
    SERVER_ERROR = "server_error"
    CONFLICT = "conflict"
    """409 on a booking: an exact-slot race lost, or our own earlier attempt; a look-up that finds nothing settles it as
    a lost slot."""
    UNREADABLE = "unreadable"
    """An answer that is not what the contract promises."""
    WRONG_ANSWER = "wrong_answer"
    """Readable, but not what was asked for: `Unknown.booking` is what Cal.com says it made."""
    UNEXPECTED = "unexpected"


class Hold(StrEnum):
    """Why it was not sent."""

    BREAKER_OPEN = "breaker_open"
    NO_BUDGET = "no_budget"
    """Our own limit of requests per key."""
    THROTTLED = "throttled"
    """429: turned away at the door."""
    NO_CONNECTION = "no_connection"
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    value: T_co


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason
    status: int
    rescheduled_to: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    cause: Cause
    status: int | None = None
    booking: Booking | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    cause: Hold
    retry_in: float = 0.0
    """Seconds before another try can succeed; 0.0 where nobody knows."""


Outcome = Done[T_co] | Refused | Unknown | NotSent
Failure = Refused | Unknown | NotSent


def problem_line(outcome: Outcome[object]) -> str:
    """One line for an operator about a request that did not work; no address, no key. Empty for one that did."""
    match outcome:
        case Refused(reason=Reason.BAD_KEY):
            return "Cal.com does not accept the key: set a new one with `gateway calcom key`"
        case Refused(reason=reason):
            return f"Cal.com refused: {reason.value}"
        case Unknown(cause=cause) | NotSent(cause=cause):
            return f"Cal.com did not answer properly: {cause.value}"
        case _:
            return ""
