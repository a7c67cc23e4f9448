"""Every request of a whole `gateway demo --calcom`, as it came over the wire, against Cal.com's own published contract.

The demo books a composite and a simple service, moves, cancels, lets one booking fail half way and be taken back; it
makes the event types first, and the worker follows all of it.
"""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from gateway import remote
from gateway.calcom.rate import MemoryBucket, Rate
from gateway.calcom.simulated.api import Request
from gateway.cli import app
from gateway.demo import play, second_calendar
from gateway.demo.second_calendar import SecondCalendar
from tests.integration.calcom.contract import DOCUMENT, NO_DOCUMENT, judged, replayed, template

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason=NO_DOCUMENT)


@pytest.fixture(scope="module")
def demo() -> list[Request]:
    """What the demo asked of the simulated Cal.com, in order."""
    made: list[SecondCalendar] = []
    make = SecondCalendar.make
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(play, "configure_logging", lambda level: None)  # this process is the tests' own
        patch.setattr(second_calendar, "LATENCY_SECONDS", 0.02)
        patch.setattr(remote, "MemoryBucket", lambda: MemoryBucket(Rate(burst=80)))  # the budget only spreads it out
        patch.setattr(SecondCalendar, "make", lambda clock: made.append(make(clock)) or made[-1])
        played = CliRunner().invoke(app, ["demo", "--calcom", "--json"])
    assert played.exit_code == 0, played.output
    statuses = [answer["status"] for call in json.loads(played.stdout)["calls"] for answer in call]
    assert {"booked", "rescheduled", "cancelled", "taken"} <= set(statuses)
    return [asked.request for asked in made[0].service.asked]


def test_the_demo_shows_what_a_second_calendar_is_asked(demo: list[Request]) -> None:
    """The proof below is worth what it covers: each kind of act is there."""
    assert {
        ("GET", "/v2/event-types"),
        ("POST", "/v2/event-types"),
        ("POST", "/v2/bookings"),
        ("GET", "/v2/bookings"),
        ("POST", "/v2/bookings/{bookingUid}/reschedule"),
        ("POST", "/v2/bookings/{bookingUid}/cancel"),
        ("GET", "/v2/webhooks"),
        ("POST", "/v2/webhooks"),
    } <= {(request.method, template(request)) for request in demo}


def test_every_request_of_the_demo_is_valid_by_the_published_contract(demo: list[Request]) -> None:
    """Path, method, version header, query and body of each, with no property the contract does not name."""
    assert judged(demo) == []


def test_a_mock_generated_from_the_contract_accepts_every_request_of_the_demo(demo: list[Request], prism: str) -> None:
    """Each is replayed to a mock that is not of our making, and answered with a success and without a violation."""
    assert replayed(demo, prism) == []
