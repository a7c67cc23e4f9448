"""The saga as a table: what follows from each state and each outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.booking.journal import (
    Act,
    Compensate,
    Declined,
    Finish,
    Journal,
    Kind,
    LookUp,
    Made,
    NotSent,
    OnDeadline,
    Outcome,
    Pivot,
    RemoteBooking,
    SagaStep,
    Seen,
    Send,
    State,
    StepState,
    Unclear,
    Wait,
)
from gateway.booking.saga import (
    COMPENSATION_CAP,
    FORWARD_CAP,
    LAG,
    SETTLE,
    after,
    backoff,
    begun,
    compensating,
    intend,
    next_action,
    pivoted,
)
from gateway.errors import IllegalTransition

NOW = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
TEN = NOW + timedelta(days=2)
HOUR = timedelta(hours=1)


def step(n: int = 0, act: Act = Act.CREATE, **other: object) -> SagaStep:
    moved = {"old_uid": f"old{n}", "old_start": TEN - HOUR} if act is not Act.CREATE else {}
    values = {"staff_id": "emma", "start": TEN + n * HOUR, "end": TEN + (n + 1) * HOUR, "event_type_id": 1, **moved}
    return SagaStep(n=n, ref="a-1", act=act, segment=n, segments=2, **(values | other))  # type: ignore[arg-type]


def saga(*steps: SagaStep, kind: Kind = Kind.BOOK) -> Journal:
    return begun("s", kind, "a", steps, start=TEN, on_deadline=OnDeadline.CONTINUE, now=NOW)


def there(uid: str, start: datetime = TEN, *, active: bool = True, accepted: bool = True) -> RemoteBooking:
    return RemoteBooking(uid, start, start + HOUR, active, accepted)


def sent(journal: Journal, outcome: Outcome, at: datetime = NOW) -> Journal:
    """The next act sent at `at`, with this outcome."""
    action = next_action(journal, at)
    assert isinstance(action, Send), action
    return after(intend(journal, action, at), action, outcome, at)


def asked(journal: Journal, outcome: Outcome, at: datetime = NOW) -> Journal:
    """The next look-up at `at`, with this outcome."""
    action = next_action(journal, at)
    assert isinstance(action, LookUp), action
    return after(journal, action, outcome, at)


# -- forward -----------------------------------------------------------------------------------------------------------


def test_steps_go_one_after_the_other_and_then_comes_the_pivot() -> None:
    journal = saga(step(0), step(1))
    assert next_action(journal, NOW) == Send(0, True)
    journal = sent(journal, Made("u0"))
    assert next_action(journal, NOW) == Send(1, True)
    journal = sent(journal, Made("u1"))
    assert next_action(journal, NOW) == Pivot()
    assert next_action(pivoted(journal, NOW), NOW) == Finish(State.DONE)
    assert journal.uids == {0: "u0", 1: "u1"}


# what a request brought -> what has to happen next
AFTER_A_CREATE = [
    (Made("u"), Pivot()),
    (Unclear(), LookUp(0, True)),  # never sent again unseen
    (Declined("slot_gone"), LookUp(0, True)),  # it may be our own attempt that is in the way
    (Declined("bad_key"), Compensate("bad_key")),  # turned away at the door: nothing of ours can be the cause
    (NotSent(), Send(0, True)),  # it never left
]


@pytest.mark.parametrize(("outcome", "follows"), AFTER_A_CREATE)
def test_what_follows_a_create(outcome: Outcome, follows: object) -> None:
    assert next_action(sent(saga(step()), outcome), NOW) == follows


# what a look-up saw after an unclear create -> what has to happen next
SEEN_AFTER_UNCLEAR = [
    (Seen((there("u"),)), Pivot()),
    (Seen(()), Send(0, True)),
    (Seen((there("u", active=False),)), Send(0, True)),
    (Seen((there("u", TEN + HOUR),)), Send(0, True)),  # ours, but not at this time
    (Seen((there("u", accepted=False),)), Send(0, True)),  # somebody would have to agree first
    (Unclear(), LookUp(0, True)),
]


@pytest.mark.parametrize(("outcome", "follows"), SEEN_AFTER_UNCLEAR)
def test_what_follows_a_look_up(outcome: Outcome, follows: object) -> None:
    assert next_action(asked(sent(saga(step()), Unclear()), outcome), NOW) == follows


def test_a_refusal_that_is_not_ours_ends_the_saga() -> None:
    journal = asked(sent(saga(step()), Declined("slot_gone")), Seen(()))
    assert next_action(journal, NOW) == Compensate("slot_gone")


def test_a_refusal_that_is_our_own_attempt_is_none() -> None:
    journal = asked(sent(saga(step()), Declined("conflict")), Seen((there("u"),)))
    assert next_action(journal, NOW) == Pivot()


def test_after_two_tries_a_refusal_is_looked_at_twice() -> None:
    """The first may have worked, and the list may be behind."""
    journal = asked(sent(saga(step()), Unclear()), Seen(()))
    journal = asked(sent(journal, Declined("slot_gone")), Seen(()))
    assert next_action(journal, NOW) == Wait(NOW + LAG)
    assert next_action(asked(journal, Seen(()), NOW + LAG), NOW + LAG) == Compensate("slot_gone")


def test_a_third_try_waits() -> None:
    journal = saga(step())
    for _ in range(2):
        journal = sent(journal, NotSent())
    assert isinstance(next_action(journal, NOW), Wait)


def test_the_other_side_says_how_long_to_wait() -> None:
    journal = sent(saga(step()), NotSent("breaker_open", 60.0))
    assert next_action(journal, NOW) == Wait(NOW + timedelta(seconds=60))


def test_a_saga_is_given_up_when_its_time_has_come() -> None:
    assert next_action(saga(step()), TEN) == Compensate("unreachable")


def test_a_moved_booking_is_known_by_its_chain() -> None:
    journal = sent(saga(step(act=Act.MOVE), kind=Kind.RESCHEDULE), Unclear())
    assert next_action(asked(journal, Seen((there("new"),))), NOW) == Pivot()
    assert next_action(asked(journal, Seen((there("old0", TEN - HOUR),))), NOW) == Send(0, True)
    assert next_action(asked(journal, Seen(())), NOW) == Compensate("gone")


def test_a_cancel_that_was_done_before_is_done() -> None:
    journal = sent(saga(step(act=Act.CANCEL), kind=Kind.CANCEL), Declined("already_cancelled"))
    assert next_action(asked(journal, Seen((there("old0", active=False),))), NOW) == Pivot()


def test_what_follows_the_pivot_is_tried_for_ever() -> None:
    """The old booking of a person who no longer does it: nothing can take the pivot back."""
    journal = pivoted(saga(step(act=Act.CANCEL, after_pivot=True)), NOW)
    at = NOW
    for _ in range(30):
        journal = asked(sent(journal, Declined("permanent"), at), Seen((there("old0"),)), at)
        waiting = next_action(journal, at)
        if isinstance(waiting, Wait):
            assert waiting.until - at <= COMPENSATION_CAP
            at = waiting.until
    assert next_action(sent(journal, Made("old0"), at), at) == Finish(State.DONE)


# -- taking back -------------------------------------------------------------------------------------------------------


def taken_back(journal: Journal) -> Journal:
    return compensating(journal, "slot_gone", NOW)


def test_the_newest_is_taken_back_first() -> None:
    journal = taken_back(sent(sent(saga(step(0), step(1)), Made("u0")), Made("u1")))
    assert next_action(journal, NOW) == Send(1, False)
    journal = sent(journal, Made("u1"))
    assert next_action(journal, NOW) == Send(0, False)
    assert next_action(sent(journal, Made("u0")), NOW) == Finish(State.FAILED)


def test_what_was_never_sent_needs_nothing() -> None:
    assert next_action(taken_back(saga(step())), NOW) == Finish(State.FAILED)


def test_what_may_still_come_late_is_waited_for() -> None:
    """A create without an answer: not there now proves nothing, not there after it settled does."""
    journal = asked(taken_back(sent(saga(step()), Unclear())), Seen(()))
    assert next_action(journal, NOW) == Wait(NOW + SETTLE)
    late = NOW + SETTLE
    assert next_action(asked(journal, Seen((there("u"),)), late), late) == Send(0, False)
    assert next_action(asked(journal, Seen(()), late), late) == Finish(State.FAILED)


def test_older_ones_are_taken_back_while_a_late_one_is_waited_for() -> None:
    journal = taken_back(sent(sent(saga(step(0), step(1)), Made("u0")), Unclear()))
    assert next_action(asked(journal, Seen(())), NOW) == Send(0, False)


def test_after_two_creates_there_may_be_two_bookings() -> None:
    journal = asked(sent(saga(step()), Unclear()), Seen(()))
    journal = sent(taken_back(sent(journal, Made("u2"))), Made("u2"))
    assert next_action(journal, NOW) == LookUp(0, False)
    journal = asked(journal, Seen((there("u1"),)))
    assert next_action(journal, NOW) == Send(0, False)


def test_a_move_is_moved_back_and_keeps_its_newest_name() -> None:
    journal = taken_back(sent(saga(step(act=Act.MOVE), kind=Kind.RESCHEDULE), Made("new")))
    journal = sent(journal, Made("newer"))
    assert next_action(journal, NOW) == Finish(State.FAILED)
    assert journal.uids == {0: "newer"}


def test_a_cancel_is_taken_back_by_booking_again() -> None:
    journal = taken_back(sent(saga(step(act=Act.CANCEL), kind=Kind.CANCEL), Made("old0")))
    journal = sent(journal, Made("again"))
    assert journal.uids == {0: "again"}


def test_compensation_never_ends_without_proof() -> None:
    """Refused a hundred times, it is tried again, at the latest a quarter of an hour later."""
    journal, at = taken_back(sent(saga(step()), Made("u"))), NOW
    for _ in range(100):
        action = next_action(journal, at)
        if isinstance(action, Wait):
            assert action.until - at <= COMPENSATION_CAP
            at = action.until
            continue
        if isinstance(action, Send):
            journal = sent(journal, Declined("permanent"), at)
        else:
            journal = asked(journal, Seen((there("u"),)), at)
    assert journal.saga.state is State.COMPENSATING


def test_nothing_is_taken_back_after_the_pivot() -> None:
    with pytest.raises(IllegalTransition):
        taken_back(pivoted(saga(), NOW))


def test_pauses_double_up_to_the_cap() -> None:
    assert [backoff(n, FORWARD_CAP).total_seconds() for n in range(9)] == [0, 0, 2, 4, 8, 16, 32, 64, 120]
    assert backoff(10_000, COMPENSATION_CAP) == COMPENSATION_CAP


# -- whatever happens --------------------------------------------------------------------------------------------------

BOOKINGS = st.sampled_from(
    [
        there("u"),
        there("old0", TEN - HOUR),
        there("u", active=False),
        there("u", TEN + HOUR),
        there("x", accepted=False),
    ]
)
OUTCOMES = st.one_of(
    st.builds(Made, st.sampled_from(["u", "v"])),
    st.builds(Declined, st.sampled_from(["slot_gone", "already_cancelled", "bad_key", "permanent", "rescheduled"])),
    st.just(Unclear()),
    st.builds(NotSent, st.just("x"), st.sampled_from([0.0, 60.0])),
)
LOOKS = st.one_of(st.just(Unclear()), st.just(NotSent()), st.builds(Seen, st.lists(BOOKINGS, max_size=2).map(tuple)))


@given(
    acts=st.lists(st.sampled_from(Act), min_size=1, max_size=3),
    outcomes=st.lists(st.tuples(OUTCOMES, LOOKS), max_size=40),
    turn=st.integers(0, 40),
)
def test_every_saga_ends_once_the_other_side_answers(
    acts: list[Act], outcomes: list[tuple[Outcome, Outcome]], turn: int
) -> None:
    """Whatever came before: with honest answers it is done or failed within a bounded number of acts."""
    journal, now = saga(*(step(n, act) for n, act in enumerate(acts))), NOW
    for number, (on_send, on_look) in enumerate(outcomes):
        action = next_action(journal, now)
        if number == turn and journal.saga.state is State.RUNNING and journal.saga.pivoted_at is None:
            journal = compensating(journal, "deadline", now)
            continue
        journal, now = _turn(journal, action, on_send, on_look, now)
    for _ in range(60):
        action = next_action(journal, now)
        if isinstance(action, Finish):
            return
        honest: Outcome = Made("u")
        look: Outcome = Seen(())
        if isinstance(action, LookUp):
            done = journal.step(action.n)
            if done.act is Act.MOVE:
                look = Seen((there("z", done.start if action.forward else done.old_start or TEN),))
        journal, now = _turn(journal, action, honest, look, now)
    raise AssertionError(f"does not end: {journal}")


def _turn(
    journal: Journal, action: object, on_send: Outcome, on_look: Outcome, now: datetime
) -> tuple[Journal, datetime]:
    match action:
        case Send():
            return after(intend(journal, action, now), action, on_send, now), now
        case LookUp():
            return after(journal, action, on_look, now), now
        case Wait(until=until):
            assert until > now
            return journal, until
        case Pivot():
            return pivoted(journal, now), now
        case Compensate(reason=reason):
            return compensating(journal, reason, now), now
        case _:
            return journal, now


def test_an_outcome_that_cannot_be_is_a_bug() -> None:
    """A send does not see."""
    journal = intend(saga(step()), Send(0, True), NOW)
    with pytest.raises(IllegalTransition):
        after(journal, Send(0, True), Seen(()), NOW)


def test_a_finished_saga_stays_finished() -> None:
    done = saga(step())
    done = replace(done, saga=replace(done.saga, state=State.DONE))
    assert next_action(done, NOW) == Finish(State.DONE)
    assert all(s.state is StepState.PLANNED for s in done.steps)
