"""What Cal.com's error answers mean: a refusal only where the text is known to precede every effect."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.calcom.errors import block_seconds, judge, read_error
from gateway.calcom.outcome import Cause, Failure, Hold, NotSent, Reason, Refused, Unknown

NOW = 1_800_000_000.0


def shape1(status: int, message: str, **details: Any) -> dict[str, Any]:
    inner = {"code": "X", "message": message, "details": {"message": message, "statusCode": status, **details}}
    return {"status": "error", "timestamp": "2026-01-15T10:00:00.000Z", "path": "/v2/bookings", "error": inner}


def shape2(status: int, message: object) -> dict[str, Any]:
    return {"statusCode": status, "message": message}


USER_BUSY = "User either already has booking at this time or is not available"
HOSTS_BUSY = "One of the hosts either already has booking at this time or is not available"
MOVED = (
    "Can't reschedule booking with uid=OLD because it has been cancelled and rescheduled already to booking with"
    " uid=NEWuid123. You probably want to reschedule NEWuid123 instead."
)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # refusals from before any effect
        (400, shape1(400, USER_BUSY), Refused(Reason.SLOT_GONE, 400)),
        (400, shape1(400, HOSTS_BUSY), Refused(Reason.SLOT_GONE, 400)),
        (400, shape2(400, USER_BUSY), Refused(Reason.SLOT_GONE, 400)),
        (400, shape1(400, 'The event type can\'t be booked at the "start" time'), Refused(Reason.OUT_OF_WINDOW, 400)),
        (400, shape1(400, "Attempting to book a meeting in the past."), Refused(Reason.PAST, 400)),
        (404, shape1(404, "Event type with id 4711 not found."), Refused(Reason.DRIFT, 404)),
        (404, shape1(404, "Booking with uid=x is missing event type"), Refused(Reason.DRIFT, 404)),
        (400, shape1(400, "Can't specify 'lengthInMinutes' because"), Refused(Reason.DRIFT, 400)),
        (400, shape1(400, "the maximum number of active bookings has been reached"), Refused(Reason.DRIFT, 400)),
        (400, shape1(400, MOVED), Refused(Reason.RESCHEDULED, 400, "NEWuid123")),
        (400, shape1(400, "because it has been cancelled already."), Refused(Reason.ALREADY_CANCELLED, 400)),
        (400, shape2(400, "Cannot cancel a booking that has already ended"), Refused(Reason.PERMANENT, 400)),
        (404, shape1(404, "Booking with uid=x was not found"), Refused(Reason.GONE, 404)),
        (401, shape1(401, "Invalid API Key"), Refused(Reason.BAD_KEY, 401)),
        (403, shape1(403, "Forbidden"), Refused(Reason.FORBIDDEN, 403)),
        (404, shape1(404, "Cannot GET /api/v2/slots?start=1"), Refused(Reason.WRONG_VERSION, 404)),
        (400, shape1(400, "guest property is wrong,property guest should not exist "), Refused(Reason.INVALID, 400)),
        (400, shape1(400, "Bad Request", errors=[{"property": "start"}]), Refused(Reason.INVALID, 400)),
        (400, shape1(400, "User already has an event type with this slug."), Refused(Reason.NAME_TAKEN, 400)),
        # whatever else is not a success: nobody knows
        (409, shape2(409, "booking_conflict_error"), Unknown(Cause.CONFLICT, 409)),
        (500, shape2(500, "Internal server error"), Unknown(Cause.SERVER_ERROR, 500)),
        (500, shape1(500, USER_BUSY), Unknown(Cause.SERVER_ERROR, 500)),
        (502, None, Unknown(Cause.SERVER_ERROR, 502)),
        (400, shape1(400, "Could not book the meeting"), Unknown(Cause.UNEXPECTED, 400)),
        (400, None, Unknown(Cause.UNEXPECTED, 400)),
        (400, [], Unknown(Cause.UNEXPECTED, 400)),
        (404, None, Unknown(Cause.UNEXPECTED, 404)),
        (403, "<html>", Unknown(Cause.UNEXPECTED, 403)),
        (302, None, Unknown(Cause.UNEXPECTED, 302)),
        (422, shape1(422, "unprocessable"), Unknown(Cause.UNEXPECTED, 422)),
        # turned away at the door
        (429, shape1(429, "ThrottlerException"), NotSent(Hold.THROTTLED, 60.0)),
        (429, None, NotSent(Hold.THROTTLED, 60.0)),
    ],
)
def test_an_error_answer_means(status: int, body: object, expected: Failure) -> None:
    """Known texts from before any effect are refusals; every other non-2xx is unknown."""
    assert judge(status, {}, body, now=NOW) == expected


def test_a_message_may_be_a_list_of_sentences() -> None:
    """Shape 2 of the framework's own validation joins them; nothing else in a body is read."""
    error = read_error(shape2(400, ["start must be a date", 7, "guests must be an array"]))
    assert error is not None and error.message == "start must be a date guests must be an array"
    assert read_error({"hello": 1}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7", "x-ratelimit-reset-default": "40"}, 7.0),
        ({"x-ratelimit-reset-default": "40"}, 40.0),
        ({"x-ratelimit-reset-default": str(int(NOW) + 25)}, 25.0),
        ({"x-ratelimit-reset-default": str((int(NOW) + 25) * 1000)}, 25.0),
        ({"x-ratelimit-reset-short": "3", "x-ratelimit-reset-default": "40"}, 40.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60.0),
        ({"retry-after": "0"}, 1.0),
        ({"retry-after": "999999"}, 3600.0),
        ({"x-ratelimit-reset-default": "-5"}, 60.0),
        ({}, 60.0),
    ],
)
def test_a_throttled_key_rests(headers: dict[str, str], seconds: float) -> None:
    """Retry-After, else the reset as remaining seconds or as a timestamp, else a minute; never beyond an hour."""
    assert block_seconds(headers, NOW) == seconds
