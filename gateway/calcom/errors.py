"""Reading Cal.com's error answers: two shapes in, one judgement out. Pure.

Shape 1 (a caught framework error): `{"status":"error","error":{"code","message","details"}}`.
Shape 2 (anything the filters miss, the booking core among it): `{"statusCode":409,"message":"booking_conflict_error"}`.
Texts are matched as substrings; they are from the service's open sources of 2026-07. They may hold a booking's uid or
the request's values and are therefore never kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.calcom.outcome import Cause, Failure, Hold, NotSent, Reason, Refused, Unknown

DEFAULT_BLOCK_SECONDS: Final = 60.0
"""How long a key is blocked after exceeding the limit, where the answer does not say."""

UID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a booking uid may look like: it becomes part of a path, and it comes from outside."""

_RESCHEDULED_TO: Final = re.compile(r"rescheduled already to booking with uid=([A-Za-z0-9_-]{1,64})")

# (status, substring, reason), first match wins. Only texts known to be said before any effect belong here.
REFUSALS: Final[tuple[tuple[int, str, Reason], ...]] = (
    (400, "already has booking at this time or is not available", Reason.SLOT_GONE),
    (400, "can't be booked at the", Reason.OUT_OF_WINDOW),
    (400, "book a meeting in the past", Reason.PAST),
    (400, "maximum number of active bookings", Reason.DRIFT),
    (400, "Can't specify 'lengthInMinutes'", Reason.DRIFT),
    (400, "Provided 'lengthInMinutes'", Reason.DRIFT),
    (400, "This event type does not allow", Reason.DRIFT),
    (404, "is missing event type", Reason.DRIFT),
    (404, "Event type with id", Reason.DRIFT),
    (400, "it has been cancelled and rescheduled already", Reason.RESCHEDULED),
    (400, "it has been cancelled already", Reason.ALREADY_CANCELLED),
    (400, "Cannot cancel a booking that has already ended", Reason.PERMANENT),
    (400, "Cancellation reason is required", Reason.PERMANENT),
    (400, "already has an event type with this slug", Reason.NAME_TAKEN),
    (400, "event type with this slug already exists", Reason.NAME_TAKEN),
    (409, "with this subscriber url already exists", Reason.NAME_TAKEN),
    (400, "should not exist", Reason.INVALID),
    (400, "property is wrong", Reason.INVALID),
    (404, "Cannot GET", Reason.WRONG_VERSION),
    (404, "Cannot POST", Reason.WRONG_VERSION),
    (404, "Cannot PATCH", Reason.WRONG_VERSION),
    (404, "Cannot DELETE", Reason.WRONG_VERSION),
)

# A guard turned the request away before any handler saw it; the shape proves that Cal.com itself said so.
_BY_STATUS: Final[Mapping[int, Reason]] = {401: Reason.BAD_KEY, 403: Reason.FORBIDDEN, 404: Reason.GONE}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What an error body says, whichever shape it has."""

    message: str
    invalid_fields: bool
    """The body lists validation errors: the request was turned away by the door's own checks."""


def read_error(body: object) -> ErrorText | None:
    """The message of either shape, or None when `body` is neither."""
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    if isinstance(error, dict):
        details = error.get("details")
        inner = details if isinstance(details, dict) else {}
        texts = [_text(error.get("message")), _text(inner.get("message"))]
        return ErrorText(" ".join(filter(None, texts)), bool(inner.get("errors")))
    if isinstance(body.get("statusCode"), int) or isinstance(body.get("message"), str):
        return ErrorText(_text(body.get("message")), False)
    return None


def _text(value: object) -> str:
    """A message may be a list of sentences."""
    if isinstance(value, list):
        return " ".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else ""


def judge(status: int, headers: Mapping[str, str], body: object, *, now: float) -> Failure:
    """What a non-2xx answer means. `body` is the parsed JSON (None when unreadable), `now` the epoch second.

    Every answer that is not a known refusal from before any effect is Unknown.
    """
    if status == 429:
        return NotSent(Hold.THROTTLED, block_seconds(headers, now))
    error = read_error(body)
    if error is not None:
        for known, text, reason in REFUSALS:
            if status == known and text in error.message:
                return _refused(reason, status, error.message)
        if status == 400 and error.invalid_fields:
            return Refused(Reason.INVALID, status)
        if status in _BY_STATUS:
            return Refused(_BY_STATUS[status], status)
    if status == 409:
        return Unknown(Cause.CONFLICT, status)
    return Unknown(Cause.SERVER_ERROR if status >= 500 else Cause.UNEXPECTED, status)


def _refused(reason: Reason, status: int, message: str) -> Failure:
    if reason is not Reason.RESCHEDULED:
        return Refused(reason, status)
    found = _RESCHEDULED_TO.search(message)
    return Refused(reason, status, found.group(1) if found else None)


def block_seconds(headers: Mapping[str, str], now: float) -> float:
    """How long to leave the key alone after a 429: `Retry-After`, else the longest `X-RateLimit-Reset-*`, else 60.

    Cal.com's code puts remaining seconds into Reset, a page of its documentation calls it a Unix timestamp: both are
    read. The result lies in [1, 3600].
    """
    found = [_seconds(headers.get("retry-after", ""), now)]
    if found[0] is None:
        found = [_seconds(value, now) for name, value in headers.items() if name.startswith("x-ratelimit-reset")]
    known = [seconds for seconds in found if seconds is not None]
    return min(3600.0, max(1.0, max(known, default=DEFAULT_BLOCK_SECONDS)))


def _seconds(text: str, now: float) -> float | None:
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,6})?", text):
        return None
    value = float(text)
    # A year's seconds are far below any timestamp; thirteen digits are milliseconds.
    if value >= 1e12:
        return value / 1000 - now
    return value - now if value >= 1e9 else value
