"""What we send, and how a drifted event type is told from our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calcom import payloads
from gateway.calcom.model import SegmentRef
from gateway.calcom.payloads import (
    Attendee,
    BookingOrder,
    EventTypeSpec,
    attendee_email,
    booking_body,
    drift,
    event_type_body,
    expected_traits,
    fingerprint,
    instant,
    instant_ms,
    ref_tag,
    slug_part,
    traits,
)

REF = SegmentRef("ap-1", 1, 4)
SPEC = EventTypeSpec("Balayage", "Ana", 1, 4, 20, "Ringstr. 4", "7f3k9q", host_id=12)


def test_a_booking_says_exactly_this() -> None:
    """The body of a booking, word for word: unknown properties would be refused, missing ones guessed."""
    start = datetime(2026, 9, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    attendee = Attendee("Mia Kern", "m@x.example", "Europe/Berlin", phone_e164="+4915112345678")
    assert booking_body(BookingOrder(4711, start, attendee, REF, attempt=2, tag="t")) == {
        "start": "2026-09-01T07:30:00Z",
        "eventTypeId": 4711,
        "attendee": {
            "name": "Mia Kern",
            "timeZone": "Europe/Berlin",
            "language": "de",
            "phoneNumber": "+4915112345678",
            "email": "m@x.example",
        },
        "metadata": {"gw_ref": "ap-1", "gw_seg": "2/4", "gw_try": "2", "gw_tag": "t"},
    }


def test_an_instant_needs_a_zone() -> None:
    """A naive datetime would be read as UTC there, whatever it meant here."""
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2026, 9, 1, 9, 30))
    assert instant_ms(datetime(2026, 9, 1, 9, 30, 5, 7000, tzinfo=UTC)) == "2026-09-01T09:30:05.007Z"


def test_a_cancel_needs_a_reason() -> None:
    """A host who cancels without one is refused by Cal.com."""
    with pytest.raises(ValueError, match="reason"):
        payloads.cancel_body("  ")


def test_only_the_first_segment_goes_to_the_customers_own_address() -> None:
    """It is booked last, so the one mail the customer gets comes when everything stands."""
    got = [attendee_email(SegmentRef("AP_1", n, 3), "mia@x.example", "sink.example") for n in range(3)]
    assert got == ["mia@x.example", "seg-ap-1-2@sink.example", "seg-ap-1-3@sink.example"]
    assert attendee_email(SegmentRef("AP_1", 0, 3), None, "sink.example") == "seg-ap-1-1@sink.example"


def test_a_tag_binds_company_appointment_and_segment() -> None:
    """A tag copied to another booking of ours, or another company's, is not that one's tag."""
    tags = {
        ref_tag(key, company, ref)
        for key in (b"k1", b"k2")
        for company in ("a", "b")
        for ref in (REF, SegmentRef("ap-2", 1, 4), SegmentRef("ap-1", 2, 4))
    }
    assert len(tags) == 12


@given(st.text(max_size=80))
def test_a_slug_survives_cal_coms_own_rules(name: str) -> None:
    """[a-z0-9-], no dash at either end, never empty: nothing for Cal.com to change."""
    part = slug_part(name)
    assert 1 <= len(part) <= 40
    assert set(part) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not part.startswith("-") and not part.endswith("-")


def test_titles_and_slugs_are_readable() -> None:
    """What a staff member reads in the own calendar, umlauts and all."""
    spec = EventTypeSpec("Ansatzfärbung & Föhnen", "Jörg", 0, 4, 30, "R", "Q9x", 12)
    assert (spec.title, spec.slug) == ("Ansatzfärbung & Föhnen 1/4 (Jörg)", "gw-ansatzfaerbung-foehnen-1-q9x")
    assert EventTypeSpec("Bartpflege", "Ana", 0, 1, 20, "R", "s", 12).title == "Bartpflege (Ana)"


def as_cal_com_tells_it(**changes: Any) -> dict[str, Any]:
    """Our event type as the service would answer it: more fields, defaults spelt out, "off" in several spellings."""
    told = event_type_body(SPEC) | {
        "id": 4711,
        "ownerId": 12,
        "users": [{"id": 12}],
        "bookingFields": [
            {"type": "name", "slug": "name", "required": True, "isDefault": True},
            {"type": "email", "slug": "email", "required": True, "isDefault": True},
            {"type": "textarea", "slug": "notes", "required": False},
        ],
        "recurrence": None,
        "seatsPerTimeSlot": None,
        "seats": {"disabled": True},
        "bookingLimitsCount": {},
        "confirmationPolicy": {"disabled": True},
        "disableCancelling": {"disabled": False},
        "disableRescheduling": {"disabled": False, "minutesBefore": None},
        "scheduleId": None,
        "price": 0,
        "metadata": {"whatever": 1},
    }
    return told | changes


def test_what_we_made_has_not_drifted() -> None:
    """What we send and what Cal.com tells of it have the same traits, whatever it adds."""
    assert drift(expected_traits(SPEC), traits(as_cal_com_tells_it())) == []
    assert fingerprint(as_cal_com_tells_it()) == fingerprint(as_cal_com_tells_it(price=5, title="renamed"))


@pytest.mark.parametrize(
    ("changes", "trait"),
    [
        ({"lengthInMinutes": 25}, "lengthInMinutes"),
        ({"lengthInMinutesOptions": [20, 40]}, "lengthInMinutesOptions"),
        ({"slug": "gw-other"}, "slug"),
        ({"hidden": False}, "hidden"),
        ({"bookingRequiresAuthentication": False}, "bookingRequiresAuthentication"),
        ({"scheduleId": 3}, "scheduleId"),
        ({"minimumBookingNotice": None}, "minimumBookingNotice"),
        ({"minimumBookingNotice": 60}, "minimumBookingNotice"),
        ({"slotInterval": 15}, "slotInterval"),
        ({"beforeEventBuffer": 10}, "beforeEventBuffer"),
        ({"afterEventBuffer": 10}, "afterEventBuffer"),
        ({"bookingFields": [{"type": "text", "slug": "car", "required": True}]}, "requiredFields"),
        ({"bookingFields": [{"type": "phone", "required": True}]}, "requiredFields"),
        ({"confirmationPolicy": {"type": "always"}}, "confirmationPolicy"),
        ({"seats": {"seatsPerTimeSlot": 3}}, "seats"),
        ({"seatsPerTimeSlot": 3}, "seats"),
        ({"recurrence": {"interval": 1, "occurrences": 4, "frequency": "weekly"}}, "recurrence"),
        ({"bookingLimitsCount": {"day": 2}}, "bookingLimitsCount"),
        ({"bookingLimitsDuration": {"day": 60}}, "bookingLimitsDuration"),
        ({"bookerActiveBookingsLimit": {"maximumActiveBookings": 1}}, "bookerActiveBookingsLimit"),
        ({"disableCancelling": {"disabled": True}}, "disableCancelling"),
        ({"disableRescheduling": {"minutesBefore": 60}}, "disableRescheduling"),
        ({"requiresBookerEmailVerification": True}, "requiresBookerEmailVerification"),
        ({"locations": [{"type": "integration", "integration": "cal-video"}]}, "locationType"),
        ({"locations": []}, "locationType"),
        ({"ownerId": 13}, "hosts"),
        ({"hosts": [{"userId": 12}, {"userId": 13}]}, "hosts"),
    ],
)
def test_every_change_that_could_book_wrongly_is_drift(changes: dict[str, Any], trait: str) -> None:
    """One changed setting, one difference by its name, another fingerprint."""
    told = as_cal_com_tells_it(**changes)
    assert [difference.trait for difference in drift(expected_traits(SPEC), traits(told))] == [trait]
    assert fingerprint(told) != fingerprint(as_cal_com_tells_it())


@given(
    st.dictionaries(
        st.sampled_from(sorted(as_cal_com_tells_it())),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_no_answer_however_odd_breaks_the_comparison(changes: dict[str, Any]) -> None:
    """Traits are taken of whatever comes; judging is the comparison's work."""
    assert len(fingerprint(as_cal_com_tells_it(**changes))) == 32
