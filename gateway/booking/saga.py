"""The saga as a table: what to do next, and what an outcome makes of it. Pure: no await, no I/O, no clock.

A saga turns remote acts (one booking per segment in the other calendar) and one local commit, the pivot, into all or
nothing. The other calendar knows no idempotency key, answers errors for things it did, and may do a thing after the
caller gave up. Hence three rules, and they are all here:

- An act is written down as an intent before it is sent. Whoever finds an intent without an outcome looks it up.
- An answer that is no plain yes is *unknown*: nothing is sent again before a look-up said that it is not there.
- What may still happen late is not believed to be undone before SETTLE has passed since the last send.

        running:  PLANNED --send--> INTENDED --yes / seen--> DONE        all DONE: pivot, then acts after it, then done
                     ^                 |  '--no, and not there--> DECLINED   any DECLINED: compensate
                     '--- not there ---'
   compensating:  DONE --send--> UNDOING --yes / seen gone--> UNDONE     INTENDED is looked up first
                     ^              |                                    everything UNDONE: failed
                     '--still there-'

All instants are `Clock.now`'s: a demo's shifted clock runs as evenly as the real one, and gateways that share a
database share the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from gateway.booking.journal import (
    Act,
    Action,
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
    Saga,
    SagaStep,
    Seen,
    Send,
    State,
    StepState,
    Unclear,
    Wait,
)
from gateway.errors import IllegalTransition

MAX_REQUEST_SECONDS: Final = 20.0
"""No remote request of ours is waited for longer."""
LEASE: Final = timedelta(seconds=60)
"""How long a claim holds; more than twice the longest request, so that a request never outlives its claim by much."""
SETTLE: Final = timedelta(seconds=MAX_REQUEST_SECONDS + 60)
"""After this long without a sign, an act that was sent is believed not to have happened."""
LAG: Final = timedelta(seconds=6)
"""How old a listing of the other calendar may be."""
QUICK_TRIES: Final = 2
"""Tries without a pause between them; later ones back off."""
FORWARD_CAP: Final = timedelta(minutes=2)
COMPENSATION_CAP: Final = timedelta(minutes=15)
PATIENCE: Final = timedelta(hours=6)
"""So long a booking is carried on with while the other calendar does not answer."""
TELL_AFTER: Final = timedelta(hours=1)
"""A compensation that takes longer is told to a person."""


# -- deciding --------------------------------------------------------------------------------------------------------


def next_action(journal: Journal, now: datetime) -> Action:
    """What has to happen now. Total: every state has an answer."""
    saga = journal.saga
    if not saga.live:
        return Finish(saga.state)
    action = _forward(journal, now) if saga.state is State.RUNNING else _backward(journal, now)
    if isinstance(action, Send | LookUp) and saga.next_run_at > now:
        return Wait(saga.next_run_at)
    return action


def _forward(journal: Journal, now: datetime) -> Action:
    before = [step for step in journal.steps if not step.after_pivot]
    if journal.saga.pivoted_at is None:
        declined = next((step for step in before if step.state is StepState.DECLINED), None)
        if declined is not None:
            return Compensate(declined.outcome)
        pending = next((step for step in before if step.state is not StepState.DONE), None)
        if pending is None:
            return Pivot()
        if now >= journal.saga.give_up_at:
            return Compensate("unreachable")
        return _send_or_ask(pending)
    pending = next((step for step in journal.steps if step.after_pivot and step.state is not StepState.DONE), None)
    return Finish(State.DONE) if pending is None else _send_or_ask(pending)


def _send_or_ask(step: SagaStep) -> Action:
    return Send(step.n, True) if step.state in (StepState.PLANNED, StepState.DECLINED) else LookUp(step.n, True)


def _backward(journal: Journal, now: datetime) -> Action:
    """Newest first. A create that may still come late is waited for while older ones are taken back."""
    waits: list[datetime] = []
    for step in reversed(journal.steps):
        if not _needs_undoing(step):
            continue
        if step.state is StepState.DONE:
            return Send(step.n, False)
        if step.outcome == ABSENT and not _settled(step, now):
            waits.append(_settles_at(step))
            if step.act is Act.CREATE:
                continue
            break
        return LookUp(step.n, False)
    return Wait(min(waits)) if waits else Finish(State.FAILED)


def _needs_undoing(step: SagaStep) -> bool:
    if step.after_pivot or step.state is StepState.UNDONE:
        return False
    if step.state is StepState.PLANNED:
        # Sent, and not found: what was sent may still come, and the list that was looked at may have been old.
        return step.attempts > 0
    # Declined at once: that request had no effect, and there was no other.
    return not (step.state is StepState.DECLINED and step.attempts == 1)


ABSENT: Final = "absent"
DOUBTFUL: Final = frozenset({"already_cancelled", "rescheduled", "gone"})
"""Refusals that sound as if it had happened already."""
AT_THE_DOOR: Final = frozenset(
    {"no_account", "bad_key", "forbidden", "drift", "invalid", "wrong_version", "out_of_window", "past"}
)
"""Refusals that no booking of ours can be the cause of."""
_DECLINED: Final = "declined:"
_DOUBTED: Final = "doubted:"


def _settles_at(step: SagaStep) -> datetime:
    assert step.intent_at is not None  # nothing is looked up that was never sent
    return step.intent_at + SETTLE


def _settled(step: SagaStep, now: datetime) -> bool:
    return now >= _settles_at(step)


# -- folding outcomes in ---------------------------------------------------------------------------------------------


def intend(journal: Journal, send: Send, now: datetime) -> Journal:
    """`send` written down, before it leaves."""
    step = journal.step(send.n)
    if send.forward:
        changed = replace(step, state=StepState.INTENDED, attempts=step.attempts + 1, intent_at=now, outcome="")
    else:
        # A cancel can only take away, so it does not put off the moment at which a late create is given up.
        sent_at = step.intent_at if step.act is Act.CREATE else now
        changed = replace(step, state=StepState.UNDOING, intent_at=sent_at, outcome="")
    return journal.with_step(changed)


def after(journal: Journal, asked: Send | LookUp, outcome: Outcome, now: datetime) -> Journal:
    """The journal once `asked` brought `outcome`. Raises IllegalTransition for an outcome it cannot have."""
    handlers = _AFTER_SEND if isinstance(asked, Send) else _AFTER_LOOK_UP
    handle = handlers.get((asked.forward, type(outcome)))
    if handle is None:
        raise IllegalTransition(f"{type(asked).__name__} does not know {type(outcome).__name__}")
    return handle(journal, journal.step(asked.n), outcome, now)


Handler = Callable[[Journal, SagaStep, Outcome, datetime], Journal]


def _made(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    assert isinstance(outcome, Made)
    return _done(journal, step, outcome.uid, now)


def _declined(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    """A no may be about our own earlier attempt: it counts once a look-up found nothing."""
    assert isinstance(outcome, Declined)
    if step.state is StepState.INTENDED and step.attempts == 1 and outcome.reason in AT_THE_DOOR:
        return journal.with_step(replace(step, state=StepState.DECLINED, outcome=outcome.reason))
    return journal.with_step(replace(step, outcome=_DECLINED + outcome.reason))


def _unclear(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    return journal.with_step(replace(step, outcome="unclear"))


def _not_sent(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    """It never left: back to where it was before the intent, unless an earlier one did."""
    assert isinstance(outcome, NotSent)
    never = step.attempts <= 1
    state = StepState.PLANNED if never else StepState.INTENDED
    changed = replace(step, state=state, attempts=step.attempts - 1, outcome=outcome.cause)
    return _later(journal.with_step(changed), now, outcome.retry_in)


def _undo_made(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    assert isinstance(outcome, Made)
    if step.act is Act.CREATE:
        if step.attempts > 1:
            # There may be a second one: looked for until it would have settled.
            return journal.with_step(replace(step, state=StepState.INTENDED, remote_uid=None, outcome="undone"))
        return _undone(journal, step, None, now)
    return _undone(journal, step, outcome.uid, now)


def _undo_not_sent(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    assert isinstance(outcome, NotSent)
    return _later(journal.with_step(replace(step, state=StepState.DONE, outcome=outcome.cause)), now, outcome.retry_in)


def _not_asked(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    """The look-up itself failed: nothing was learnt."""
    return _later(journal, now, outcome.retry_in if isinstance(outcome, NotSent) else 0.0)


def _seen(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    assert isinstance(outcome, Seen)
    return _SEEN[step.act](journal, step, outcome.bookings, now)


def _seen_back(journal: Journal, step: SagaStep, outcome: Outcome, now: datetime) -> Journal:
    assert isinstance(outcome, Seen)
    return _SEEN_BACK[step.act](journal, step, outcome.bookings, now)


Bookings = tuple[RemoteBooking, ...]


def _seen_create(journal: Journal, step: SagaStep, found: Bookings, now: datetime) -> Journal:
    for booking in found:
        if booking.active and booking.accepted and booking.start == step.start:
            return _done(journal, step, booking.uid, now)
    return _not_there(journal, step, now)


def _seen_move(journal: Journal, step: SagaStep, found: Bookings, now: datetime) -> Journal:
    if not found or not found[0].active:
        # Somebody cancelled it over there meanwhile: there is nothing to move any more.
        return journal.with_step(replace(step, state=StepState.DECLINED, outcome="gone"))
    latest = found[0]
    if latest.uid != step.old_uid and latest.start == step.start:
        return _done(journal, step, latest.uid, now)
    return _not_there(journal, step, now)


def _seen_cancel(journal: Journal, step: SagaStep, found: Bookings, now: datetime) -> Journal:
    if not found or not found[0].active:
        return _done(journal, step, step.old_uid, now)
    if found[0].uid != step.old_uid:
        # Moved by somebody meanwhile: the booking goes on under another name, and that one is to be cancelled.
        step = replace(step, old_uid=found[0].uid, state=StepState.PLANNED, outcome="renamed")
        return _later(journal.with_step(step), now, 0.0)
    return _not_there(journal, step, now)


def _not_there(journal: Journal, step: SagaStep, now: datetime) -> Journal:
    """It has not happened: refused for good, or to be tried again."""
    if step.after_pivot:
        return _later(journal.with_step(replace(step, state=StepState.PLANNED, outcome=ABSENT)), now, 0.0)
    if step.outcome.startswith(_DECLINED):
        reason = step.outcome.removeprefix(_DECLINED)
        if step.attempts > 1 or reason in DOUBTFUL:
            # Our own act may be what is in the way, and what we were shown a few seconds old: look once more.
            doubted = journal.with_step(replace(step, outcome=_DOUBTED + reason))
            return replace(doubted, saga=replace(doubted.saga, next_run_at=now + LAG))
        return journal.with_step(replace(step, state=StepState.DECLINED, outcome=reason))
    if step.outcome.startswith(_DOUBTED):
        reason = step.outcome.removeprefix(_DOUBTED)
        return journal.with_step(replace(step, state=StepState.DECLINED, outcome=reason))
    return _later(journal.with_step(replace(step, state=StepState.PLANNED, outcome=ABSENT)), now, 0.0)


def _back_create(journal: Journal, step: SagaStep, found: Bookings, now: datetime) -> Journal:
    there = next((booking for booking in found if booking.active), None)
    if there is not None:
        again = step.state is StepState.UNDOING
        journal = journal.with_step(replace(step, state=StepState.DONE, remote_uid=there.uid, outcome="there"))
        return _later(journal, now, 0.0) if again else journal
    if _settled(step, now):
        return _undone(journal, step, None, now)
    return journal.with_step(replace(step, state=StepState.INTENDED, remote_uid=None, outcome=ABSENT))


def _back_move(journal: Journal, step: SagaStep, found: Bookings, now: datetime) -> Journal:
    if not found or not found[0].active:
        return _undone(journal, step, None, now)  # cancelled by somebody: nothing to bring back, the reconciler sees it
    latest = found[0]
    if latest.start == step.old_start:
        if step.state is StepState.UNDOING or _settled(step, now):
            return _undone(journal, step, latest.uid, now)
        return journal.with_step(replace(step, outcome=ABSENT))
    again = step.state is StepState.UNDOING
    journal = journal.with_step(replace(step, state=StepState.DONE, remote_uid=latest.uid, outcome="there"))
    return _later(journal, now, 0.0) if again else journal


def _back_cancel(journal: Journal, step: SagaStep, found: Bookings, now: datetime) -> Journal:
    """Asked by uid while INTENDED (was it cancelled?), by the undo ref while UNDOING (was it made again?)."""
    there = next((booking for booking in found if booking.active), None)
    if step.state is StepState.UNDOING:
        if there is not None:
            return _undone(journal, step, there.uid, now)
        return _later(journal.with_step(replace(step, state=StepState.DONE, outcome=ABSENT)), now, 0.0)
    if there is None:
        return journal.with_step(replace(step, state=StepState.DONE, outcome="there"))
    if _settled(step, now):
        return _undone(journal, step, there.uid, now)
    return journal.with_step(replace(step, outcome=ABSENT))


_AFTER_SEND: Final[Mapping[tuple[bool, type[Outcome]], Handler]] = {
    (True, Made): _made,
    (True, Declined): _declined,
    (True, Unclear): _unclear,
    (True, NotSent): _not_sent,
    (False, Made): _undo_made,
    (False, Declined): _declined,
    (False, Unclear): _unclear,
    (False, NotSent): _undo_not_sent,
}
_AFTER_LOOK_UP: Final[Mapping[tuple[bool, type[Outcome]], Handler]] = {
    (True, Seen): _seen,
    (True, Unclear): _not_asked,
    (True, NotSent): _not_asked,
    (True, Declined): _not_asked,
    (False, Seen): _seen_back,
    (False, Unclear): _not_asked,
    (False, NotSent): _not_asked,
    (False, Declined): _not_asked,
}
_SEEN: Final = {Act.CREATE: _seen_create, Act.MOVE: _seen_move, Act.CANCEL: _seen_cancel}
_SEEN_BACK: Final = {Act.CREATE: _back_create, Act.MOVE: _back_move, Act.CANCEL: _back_cancel}


def begun(
    saga_id: str,
    kind: Kind,
    appointment_id: str,
    steps: Sequence[SagaStep],
    *,
    start: datetime,
    on_deadline: OnDeadline,
    now: datetime,
) -> Journal:
    """A new saga in the hands of whoever begins it (fence 1). It is given up when its time has come (`start`)."""
    saga = Saga(
        id=saga_id,
        kind=kind,
        appointment_id=appointment_id,
        state=State.RUNNING,
        fence=1,
        lease_until=now + LEASE,
        next_run_at=now,
        give_up_at=min(start, now + PATIENCE),
        on_deadline=on_deadline,
        created_at=now,
    )
    return Journal(saga, tuple(steps))


def pivoted(journal: Journal, now: datetime) -> Journal:
    """The change stands here."""
    return replace(journal, saga=replace(journal.saga, pivoted_at=now, attempts=0, next_run_at=now))


def compensating(journal: Journal, reason: str, now: datetime) -> Journal:
    """From now on everything is taken back. Raises IllegalTransition once the change stands."""
    saga = journal.saga
    if saga.state is not State.RUNNING or saga.pivoted_at is not None:
        raise IllegalTransition(f"a saga that is {saga.state} cannot be taken back")
    begun = replace(saga, state=State.COMPENSATING, compensating_since=now, next_run_at=now, reason=reason)
    return replace(journal, saga=begun)


def finished(journal: Journal, state: State, now: datetime) -> Journal:
    return replace(journal, saga=replace(journal.saga, state=state, ended_at=now))


def worth_telling(journal: Journal, now: datetime) -> bool:
    """It takes so long that a person should know, and none does."""
    since = journal.saga.compensating_since or journal.saga.pivoted_at
    return journal.saga.told_at is None and since is not None and now - since >= TELL_AFTER


def _done(journal: Journal, step: SagaStep, uid: str | None, now: datetime) -> Journal:
    done = replace(step, state=StepState.DONE, remote_uid=uid, done_at=now, outcome="")
    journal = journal.with_step(done)
    return replace(journal, saga=replace(journal.saga, attempts=0))


def _undone(journal: Journal, step: SagaStep, uid: str | None, now: datetime) -> Journal:
    journal = journal.with_step(replace(step, state=StepState.UNDONE, remote_uid=uid, done_at=now, outcome=""))
    return replace(journal, saga=replace(journal.saga, compensation_attempts=0))


def _later(journal: Journal, now: datetime, retry_in: float) -> Journal:
    """The next try: at once for the first two, then with pauses that double up to a cap."""
    saga = journal.saga
    back = saga.state is State.COMPENSATING or saga.pivoted_at is not None
    tries = (saga.compensation_attempts if back else saga.attempts) + 1
    pause = backoff(tries, COMPENSATION_CAP if back else FORWARD_CAP)
    pause = max(pause, min(timedelta(seconds=retry_in), COMPENSATION_CAP))
    counted = replace(saga, compensation_attempts=tries) if back else replace(saga, attempts=tries)
    return replace(journal, saga=replace(counted, next_run_at=now + pause))


def backoff(tries: int, cap: timedelta) -> timedelta:
    """0, then 2, 4, 8 ... seconds up to `cap`."""
    if tries < QUICK_TRIES:
        return timedelta(0)
    return min(cap, timedelta(seconds=2 ** min(tries - QUICK_TRIES + 1, 20)))
