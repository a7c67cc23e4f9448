"""Who is calling: the strategies in their order, and what none of them may ever do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.identity import NOBODY, Evidence, Held, Level, Link, Reason, Recognition, recognise
from gateway.booking.model import Appointment, Customer, Phase, PhaseKind, Policy, Status

NUMBER = "+4915112345601"
SABINE = Customer("sabine", "Sabine Meier", NUMBER)
THOMAS = Customer("thomas", "Thomas Schröder", NUMBER)
JULIA = Customer("julia", "Julia Schröder", NUMBER)
HANSI = Customer("hansi", "Hansi Hinterseher")
START = datetime(2025, 10, 29, 10, 0, tzinfo=UTC)


def appointment(appointment_id: str = "a", customer: Customer = HANSI) -> Appointment:
    phase = Phase(PhaseKind.INITIAL, "a", "oliver", START, START + timedelta(minutes=20), True, True, 0)
    return Appointment(
        id=appointment_id,
        version=1,
        status=Status.CONFIRMED,
        customer_id=customer.id,
        service_id="52",
        service_name="Bartpflege",
        start=START,
        end=phase.end,
        zone="Europe/Berlin",
        price_cents=1800,
        code="K7RP2X",
        phases=(phase,),
        policy=Policy(),
    )


HELD = Held(appointment(), HANSI)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        # the number alone
        (Evidence(NUMBER, by_phone=[SABINE]), Recognition(Level.MATCHED, Reason.NUMBER, SABINE)),
        (Evidence(NUMBER), NOBODY),
        # the number and a name
        (
            Evidence(NUMBER, said_name="Sabine Meier", by_phone=[SABINE]),
            Recognition(Level.MATCHED, Reason.NUMBER_AND_NAME, SABINE),
        ),
        (
            Evidence(NUMBER, said_name="Sabine Maier", by_phone=[SABINE]),  # as the voice heard it
            Recognition(Level.MATCHED, Reason.NUMBER_AND_NAME, SABINE),
        ),
        (Evidence(NUMBER, said_name="Karl-Heinz Wagner", by_phone=[SABINE]), NOBODY),
        # several behind one number
        (Evidence(NUMBER, by_phone=[THOMAS, JULIA]), Recognition(Level.UNKNOWN, Reason.SAY_NAME)),
        (
            Evidence(NUMBER, said_name="Julia Schröder", by_phone=[THOMAS, JULIA]),
            Recognition(Level.MATCHED, Reason.NUMBER_AND_NAME, JULIA),
        ),
        (
            Evidence(NUMBER, said_name="Schröder", by_phone=[THOMAS, JULIA]),
            Recognition(Level.UNKNOWN, Reason.SAY_NAME),
        ),
        (Evidence(NUMBER, said_name="Karl-Heinz Wagner", by_phone=[THOMAS, JULIA]), NOBODY),
        # a hidden number: exact name and exactly one appointment at the time named
        (
            Evidence(None, said_name="Hinterseher, Hansi", named_a_time=True, at_named_time=[HELD]),
            Recognition(Level.MATCHED, Reason.NAME_AND_APPOINTMENT, HANSI, "a"),
        ),
        (Evidence(None, said_name="Hansi Hintersehr", named_a_time=True, at_named_time=[HELD]), NOBODY),
        (Evidence(None, said_name="Hansi Hinterseher", named_a_time=True), NOBODY),
        (
            Evidence(None, said_name="Hansi Hinterseher", at_named_time=[HELD]),  # no time was named
            Recognition(Level.UNKNOWN, Reason.SAY_MORE),
        ),
        (
            Evidence(None, named_a_time=True, at_named_time=[HELD]),  # no name was said
            Recognition(Level.UNKNOWN, Reason.SAY_MORE),
        ),
        (Evidence(None), Recognition(Level.UNKNOWN, Reason.SAY_MORE)),
        (
            Evidence(
                None,
                said_name="Hansi Hinterseher",
                named_a_time=True,
                at_named_time=[HELD, Held(appointment("b"), replace(HANSI, id="hansi2"))],
            ),
            NOBODY,  # two of that name at that time: neither
        ),
        # a name that the call carries: the same rule, and a name that was said outweighs it
        (
            Evidence(None, call_name="Hansi Hinterseher", named_a_time=True, at_named_time=[HELD]),
            Recognition(Level.MATCHED, Reason.NAME_AND_APPOINTMENT, HANSI, "a"),
        ),
        (
            Evidence(
                None,
                said_name="Karl Wagner",
                call_name="Hansi Hinterseher",
                named_a_time=True,
                at_named_time=[HELD],
            ),
            NOBODY,
        ),
        # an appointment named exactly is no key to somebody with a number that is shown
        (Evidence(NUMBER, said_name="Hansi Hinterseher", named_a_time=True, at_named_time=[HELD]), NOBODY),
        # made by this very call
        (Evidence(NUMBER, just_made=[appointment()]), Recognition(Level.MATCHED, Reason.JUST_MADE, None, "a")),
        (Evidence(None, just_made=[appointment("a"), appointment("b")]), Recognition(Level.UNKNOWN, Reason.SAY_MORE)),
    ],
)
def test_the_first_strategy_that_fits_decides(evidence: Evidence, expected: Recognition) -> None:
    """DESIGN section 8, line by line."""
    assert recognise(evidence) == expected


@pytest.mark.parametrize(
    ("link", "said_name", "expected"),
    [
        (Link(SABINE, Level.MATCHED), None, Recognition(Level.MATCHED, Reason.LINKED, SABINE)),
        (Link(SABINE, Level.MATCHED), "Sabine Meier", Recognition(Level.MATCHED, Reason.LINKED, SABINE)),
        (Link(SABINE, Level.PROVEN), None, Recognition(Level.PROVEN, Reason.CODE, SABINE)),
        (Link(HANSI, Level.MATCHED, "a"), None, Recognition(Level.MATCHED, Reason.LINKED, HANSI, "a")),
        (Link(SABINE, Level.PROVEN), "Karl-Heinz Wagner", Recognition(Level.UNKNOWN, Reason.NOBODY)),
    ],
)
def test_a_call_that_was_tied_to_somebody_stays_so_until_another_name_is_said(
    link: Link, said_name: str | None, expected: Recognition
) -> None:
    """The link comes first and keeps its level and its bounds; a different name is a different person."""
    assert recognise(Evidence(NUMBER, said_name=said_name, link=link)) == expected


@pytest.mark.parametrize(
    ("recognition", "counts"),
    [
        (NOBODY, True),
        (Recognition(Level.UNKNOWN, Reason.SAY_NAME), True),
        (Recognition(Level.UNKNOWN, Reason.SAY_MORE), False),
        (Recognition(Level.MATCHED, Reason.NUMBER, SABINE), False),
        (Recognition(Level.MATCHED, Reason.JUST_MADE, None, "a"), False),
    ],
)
def test_what_a_guesser_does_counts_as_a_failure(recognition: Recognition, counts: bool) -> None:
    """Naming somebody and missing is counted; not yet having said enough is not."""
    assert recognition.is_failure is counts


customers = st.sampled_from([SABINE, THOMAS, JULIA, HANSI])
names = st.none() | st.sampled_from(["Sabine Meier", "Meier", "Julia Schröder", "Hansi Hinterseher", "", "?", "Wagner"])
held = st.lists(st.builds(Held, st.sampled_from([appointment("a"), appointment("b")]), customers), max_size=3)


@given(
    st.builds(
        Evidence,
        phone_e164=st.none() | st.just(NUMBER),
        said_name=names,
        call_name=names,
        by_phone=st.lists(customers, max_size=3, unique=True),
        at_named_time=held,
        named_a_time=st.booleans(),
        just_made=st.lists(st.sampled_from([appointment("a"), appointment("b")]), max_size=2),
    )
)
def test_no_evidence_but_a_code_proves_anybody(evidence: Evidence) -> None:
    """Numbers and names never give more than L1, and a hidden number never more than one appointment."""
    found = recognise(evidence)
    assert found.level < Level.PROVEN
    assert found.known == (found.level is Level.MATCHED)
    if evidence.phone_e164 is None and found.known:
        assert found.appointment_id is not None
    if found.reason in (Reason.NUMBER, Reason.NUMBER_AND_NAME):
        assert found.customer in evidence.by_phone
