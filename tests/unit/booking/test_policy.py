"""House rules: free, for a fee, too late, moved too often; and no way round the fee (I11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.booking.model import Appointment, Fee, Phase, PhaseKind, Policy, Status
from gateway.booking.policy import Verdict, floor_after_move, may_cancel, may_move

START = datetime(2025, 10, 28, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def appointment(policy: Policy | None = None, **other: object) -> Appointment:
    """An hour for 85 euros."""
    phase = Phase(PhaseKind.INITIAL, "a", "emma", START, START + timedelta(hours=1), True, True, 0)
    made = Appointment(
        id="a",
        version=1,
        status=Status.CONFIRMED,
        customer_id="c",
        service_id="177",
        service_name="Ansatzfärbung",
        start=START,
        end=phase.end,
        zone="Europe/Berlin",
        price_cents=8500,
        code="K7RP2X",
        phases=(phase,),
        policy=policy or Policy(),
    )
    return replace(made, **other)  # type: ignore[arg-type]


def before(**how_long: int) -> datetime:
    return START - timedelta(**how_long)


# -- fees -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fee", "price", "cents"),
    [
        (Fee(percent=50), 8500, 4250),
        (Fee(percent=50), 1, 1),  # half a cent is rounded up
        (Fee(percent=33), 100, 33),
        (Fee(percent=0), 8500, 0),
        (Fee(percent=100), 8500, 8500),
        (Fee(cents=2000), 8500, 2000),
        (Fee(cents=2000), 1500, 1500),  # never more than the price
        (Fee(), 8500, 0),
        (Fee(percent=50, cents=100), 8500, 4250),  # both set: percent, as the check says
    ],
)
def test_a_fee_is_a_share_or_a_sum(fee: Fee, price: int, cents: int) -> None:
    """In whole cents, rounded half up."""
    assert fee.amount(price) == cents


# -- when -----------------------------------------------------------------------------------------------------------------

RULES = Policy(
    cancel_free_hours=24,
    cancel_latest_hours=2,
    cancel_fee=Fee(percent=50),
    move_free_hours=12,
    move_latest_hours=1,
    move_fee=Fee(cents=1000),
)


@pytest.mark.parametrize(
    ("now", "cancel", "move"),
    [
        (before(days=30), (Verdict.FREE, 0), (Verdict.FREE, 0)),
        (before(hours=24), (Verdict.FREE, 0), (Verdict.FREE, 0)),  # the very minute still counts as in time
        (before(hours=24) + MINUTE, (Verdict.FEE, 4250), (Verdict.FREE, 0)),
        (before(hours=12), (Verdict.FEE, 4250), (Verdict.FREE, 0)),
        (before(hours=12) + MINUTE, (Verdict.FEE, 4250), (Verdict.FEE, 1000)),
        (before(hours=2), (Verdict.FEE, 4250), (Verdict.FEE, 1000)),
        (before(hours=2) + MINUTE, (Verdict.TOO_LATE, 0), (Verdict.FEE, 1000)),
        (before(hours=1), (Verdict.TOO_LATE, 0), (Verdict.FEE, 1000)),
        (before(hours=1) + MINUTE, (Verdict.TOO_LATE, 0), (Verdict.TOO_LATE, 0)),
        (START, (Verdict.TOO_LATE, 0), (Verdict.TOO_LATE, 0)),
        (START + MINUTE, (Verdict.TOO_LATE, 0), (Verdict.TOO_LATE, 0)),
    ],
)
def test_the_clock_decides(now: datetime, cancel: tuple[Verdict, int], move: tuple[Verdict, int]) -> None:
    """Free until the first mark, for the fee until the second, not at all after it."""
    made = appointment(RULES)
    rulings = may_cancel(made, now=now), may_move(made, now=now)
    assert [(ruling.verdict, ruling.fee_cents) for ruling in rulings] == [cancel, move]


def test_without_a_latest_hour_it_is_possible_until_the_start() -> None:
    """One minute before: for the fee. At the start: too late."""
    assert may_cancel(appointment(), now=START - MINUTE).verdict is Verdict.FEE
    assert may_cancel(appointment(), now=START).verdict is Verdict.TOO_LATE


def test_a_fee_of_nothing_is_free() -> None:
    """Nobody is asked to agree to zero euros."""
    ruling = may_cancel(appointment(Policy(cancel_fee=Fee())), now=before(hours=1))
    assert (ruling.verdict, ruling.within_policy) == (Verdict.FREE, True)


def test_only_a_free_change_is_within_policy() -> None:
    """What the record of a change says of it."""
    assert may_cancel(appointment(), now=before(days=3)).within_policy
    assert not may_cancel(appointment(), now=before(hours=3)).within_policy


def test_the_ruling_names_the_end_of_the_free_time() -> None:
    """24 hours before the start, whatever the time is now."""
    assert may_cancel(appointment(), now=before(days=30)).free_until == before(hours=24)
    assert may_move(appointment(), now=before(hours=1)).free_until == before(hours=24)


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.HELD, Status.SCHEDULED, Status.CONFIRMED)])
def test_what_is_not_upcoming_is_too_late(status: Status) -> None:
    """Begun, finished, cancelled, failed: nothing to cancel or move."""
    made = appointment(status=status)
    assert may_cancel(made, now=before(days=3)).verdict is Verdict.TOO_LATE
    assert may_move(made, now=before(days=3)).verdict is Verdict.TOO_LATE


@pytest.mark.parametrize(("most", "moves", "allowed"), [(None, 99, True), (2, 1, True), (2, 2, False), (0, 0, False)])
def test_an_appointment_moves_as_often_as_the_house_allows(most: int | None, moves: int, allowed: bool) -> None:
    """None: as often as one likes."""
    ruling = may_move(appointment(Policy(max_moves=most), moves=moves), now=before(days=3))
    assert ruling.verdict is (Verdict.FREE if allowed else Verdict.TOO_MANY_MOVES)


# -- no way round (I11) -----------------------------------------------------------------------------------------------------


def moved(made: Appointment, now: datetime, to: datetime) -> tuple[Appointment, int] | None:
    """The appointment after a move at `now`, and what the move cost; None when the house forbids it."""
    ruling = may_move(made, now=now)
    if ruling.verdict not in (Verdict.FREE, Verdict.FEE):
        return None
    floor = floor_after_move(made, now=now, paid_cents=ruling.fee_cents)
    length = made.end - made.start
    return replace(made, start=to, end=to + length, moves=made.moves + 1, floor_cents=floor), ruling.fee_cents


def test_a_free_move_far_ahead_keeps_what_a_cancel_would_have_cost() -> None:
    """Moves are free until the start, cancels are not: moved first, cancelled for the same money."""
    made = appointment(Policy(move_free_hours=0))
    result = moved(made, before(hours=3), START + timedelta(days=30))
    assert result is not None
    after, paid = result
    assert (paid, after.floor_cents) == (0, 4250)
    assert may_cancel(after, now=before(hours=3)).fee_cents == 4250


def test_a_paid_move_counts_towards_it() -> None:
    """Ten euros paid for moving are not paid again."""
    made = appointment(Policy(move_fee=Fee(cents=1000)))
    result = moved(made, before(hours=3), START + timedelta(days=30))
    assert result is not None
    assert result[0].floor_cents == 3250


def test_a_move_in_good_time_leaves_nothing_owed() -> None:
    """Three days before: free to move, free to cancel."""
    result = moved(appointment(), before(days=3), START + timedelta(days=30))
    assert result is not None
    assert may_cancel(result[0], now=before(days=3)).verdict is Verdict.FREE


hours = st.integers(min_value=0, max_value=72)
fees = st.builds(Fee, percent=st.integers(0, 100)) | st.builds(Fee, cents=st.integers(0, 9000))
steps = st.lists(st.tuples(hours, st.integers(min_value=1, max_value=400)), max_size=4)


def owed_at_first(made: Appointment, now: datetime) -> int:
    """What the caller would have had to pay to be rid of the appointment when they first rang."""
    ruling = may_cancel(made, now=now)
    late = ruling.verdict is Verdict.TOO_LATE and now < made.start
    return made.policy.cancel_fee.amount(made.price_cents) if late else ruling.fee_cents


def play(policy: Policy, first_hours: int, moves: list[tuple[int, int]]) -> tuple[int, int] | None:
    """What was owed at the first call, and what was paid in all after these moves and a cancel; None when the house
    does not let the caller cancel at the end."""
    made, now, paid = appointment(policy), before(hours=first_hours) + MINUTE, 0
    owed = owed_at_first(made, now)
    for wait, ahead in moves:
        result = moved(made, now, now + timedelta(hours=ahead))
        if result is not None:
            made, cost = result
            paid += cost
        now += timedelta(hours=wait)
    last = may_cancel(made, now=now)
    return None if last.verdict is Verdict.TOO_LATE else (owed, paid + last.fee_cents)


@given(
    policy=st.builds(Policy, cancel_free_hours=hours, cancel_fee=fees, move_free_hours=hours, move_fee=fees),
    first_hours=hours,
    moves=steps,
)
def test_no_order_of_moves_makes_a_late_cancel_cheaper(
    policy: Policy, first_hours: int, moves: list[tuple[int, int]]
) -> None:
    """Whatever is moved when, getting rid of the appointment costs at least what it cost at the first call."""
    played = play(policy, first_hours, moves)
    assert played is None or played[1] >= played[0]


@given(
    policy=st.builds(
        Policy,
        cancel_free_hours=hours,
        cancel_latest_hours=hours,
        cancel_fee=fees,
        move_free_hours=hours,
        move_latest_hours=hours,
        move_fee=fees,
    ),
    first_hours=hours,
    moves=steps,
)
@example(policy=Policy(cancel_latest_hours=12, move_free_hours=0), first_hours=6, moves=[(0, 400)])
def test_neither_does_an_hour_in_which_cancelling_is_forbidden_but_moving_is_not(
    policy: Policy, first_hours: int, moves: list[tuple[int, int]]
) -> None:
    """Six hours before the salon cancels nothing any more but moves freely: moved away, a cancel must not be free."""
    played = play(policy, first_hours, moves)
    assert played is None or played[1] >= played[0]
