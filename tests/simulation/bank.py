"""Planted bugs: small patches of the source, each of which the simulator has to find.

A patch that no longer applies is an error (`check`), so that the bank follows the code. Where two walls guard the same
promise, a mutant breaks both: one alone shows nowhere, which is what the second is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `old`, which occurs exactly once in `file`, by `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug."""

    name: str
    edits: tuple[Edit, ...]


def _m(name: str, *edits: tuple[str, str, str]) -> Mutant:
    return Mutant(name, tuple(Edit(*edit) for edit in edits))


_SAGA = "gateway/booking/saga.py"
_RUNNER = "gateway/booking/saga_runner.py"
_ANSWERS = "gateway/booking/saga_answers.py"
_PIVOT = "gateway/booking/saga_pivot.py"
_CHANGE = "gateway/booking/change.py"
_PLAN = "gateway/booking/remote_plan.py"
_JUDGE = "gateway/booking/reconcile.py"
_POLICY = "gateway/booking/policy.py"
_BOARDS = "gateway/booking/boards.py"
_CALENDAR = "gateway/calcom/calendar.py"
_OUTCOMES = "gateway/calcom/errors.py"
_RECONCILER = "gateway/calcom/reconciler.py"
_WEBHOOKS = "gateway/calcom/webhooks.py"
_SIGNATURE = "gateway/calcom/signature.py"
_SAGA_TX = "gateway/storage/saga_tx.py"
_SQL = "gateway/storage/statements.py"
_TABLES = "gateway/storage/tables.py"
_TX = "gateway/storage/tx.py"
_SCHEMA = "gateway/storage/migrations/versions/0001_first.py"
_REPLAY = "gateway/tools/replay.py"
_ENVELOPE = "gateway/tools/envelope.py"
_BOOK = "gateway/tools/book_appointment.py"
_CHANGING = "gateway/tools/changing.py"

BANK: Final[tuple[Mutant, ...]] = (
    # -- the store's promises
    _m(
        "check, then act: no constraint, and a board nobody looks at again",
        (_SCHEMA, 'made.append(SQLITE_OVERLAP.format(when="insert", event="INSERT", others=""))', "pass"),
        (_BOARDS, "if moving is None:\n", "if moving is None:\n        return offered.board\n    if moving is None:\n"),
    ),
    _m(
        "released while it is taken back",
        (_TABLES, "(Status.CANCELLED, Status.FAILED)", "(Status.CANCELLED, Status.FAILED, Status.COMPENSATING)"),
    ),
    _m("an ended appointment keeps its time", (_TABLES, "(Status.CANCELLED, Status.FAILED)", "(Status.CANCELLED,)")),
    _m(
        "one person twice for the same: no constraint, and nobody looks",
        (
            _SCHEMA,
            '        ["company_id", "customer_id", "service_id", "starts_at"],\n        unique=True,',
            '        ["company_id", "customer_id", "service_id", "starts_at"],\n        unique=False,',
        ),
        (_CHANGE, "return next((a for a in found if a.service_id == choice.service.id), None)", "return None"),
    ),
    _m(
        "no company filter where a calendar is bumped",
        (
            _SQL,
            "BUMP: Final = (\n    update(STAFF)\n    .where(ours(STAFF), STAFF",
            "BUMP: Final = (\n    update(STAFF)\n    .where(STAFF",
        ),
    ),
    _m(
        "no company filter where sagas and their steps are kept",
        (
            _SAGA_TX,
            "return table.c.company_id == self._company_id",
            "return table.c.company_id == (table.c.company_id if table is SAGA or table is STEP else self._company_id)",
        ),
    ),
    # -- lease and fence
    _m("the fence is not compared", (_SAGA_TX, "_s.fence == before.saga.fence, _live)", "_live)")),
    _m(
        "the fence is used again",
        (_SAGA_TX, "values(fence=fence + 1, lease_until=until)", "values(fence=fence, lease_until=until)"),
        (_SAGA_TX, "values(fence=_s.fence + 1, lease_until=until)", "values(fence=_s.fence, lease_until=until)"),
    ),
    _m(
        "a lease is never given back",
        (
            _RUNNER,
            "put_down = replace(journal.saga, lease_until=now)",
            "put_down = replace(journal.saga, lease_until=now + 100 * LEASE)",
        ),
    ),
    _m(
        "nobody recovers",
        (_SAGA_TX, "return [row[0] for row in rows]\n\n    def finish_answer", "return []\n\n    def finish_answer"),
    ),
    _m(
        "two may hold one saga",
        (_RUNNER, "not seen.journal.saga.live or seen.journal.saga.lease_until >= now:", "not seen.journal.saga.live:"),
        (_SAGA_TX, "_s.lease_until < now, _live)\n        changed", "_live)\n        changed"),
        (_SAGA_TX, "_s.fence == before.saga.fence, _live)", "_live)"),
        (_SAGA_TX, "_s.next_run_at <= now, _s.lease_until < now)", "_s.next_run_at <= now)"),
    ),
    # -- intents, look-ups, compensation
    _m(
        # A blind retry alone is harmless here: Cal.com refuses the same time twice, and a refusal is looked into.
        "blind retry, as if nothing had been sent",
        (
            _SAGA,
            'return journal.with_step(replace(step, outcome="unclear"))',
            'return journal.with_step(replace(step, state=StepState.PLANNED, attempts=0, outcome="unclear") if step.state is StepState.INTENDED else replace(step, outcome="unclear"))',
        ),
    ),
    _m(
        "an error means not done",
        (_CALENDAR, "            return Unclear(cause.value)", '            return Declined("invalid")'),
    ),
    _m("a refusal is believed at once", (_SAGA, " and outcome.reason in AT_THE_DOOR:", ":")),
    _m(
        "a repeated refusal is believed",
        (_SAGA, "if step.attempts > 1 or reason in DOUBTFUL:", "if False:"),
        (
            _SAGA,
            "return not (step.state is StepState.DECLINED and step.attempts == 1)",
            "return step.state is not StepState.DECLINED",
        ),
    ),
    _m(
        "the intent is written after the act",
        (_RUNNER, "            journal = intend(journal, action, now)\n", "            pass\n"),
    ),
    _m(
        "compensation is given up",
        (
            _SAGA,
            "    if step.after_pivot or step.state is StepState.UNDONE:",
            "    if step.after_pivot or step.state in (StepState.UNDOING, StepState.UNDONE):",
        ),
    ),
    _m(
        "what was sent and not answered is not taken back",
        (
            _SAGA,
            "    if step.after_pivot or step.state is StepState.UNDONE:",
            "    if step.after_pivot or step.state in (StepState.INTENDED, StepState.UNDONE):",
        ),
    ),
    _m(
        "what was sent and not found is believed never to come",
        (_SAGA, "        return step.attempts > 0\n", "        return False\n"),
    ),
    _m(
        "only the newest step is taken back",
        (_SAGA, "    for step in reversed(journal.steps):", "    for step in journal.steps[-1:]:"),
    ),
    _m(
        "absent means undone, at once, and nobody heals",
        (
            _SAGA,
            "    if _settled(step, now):\n        return _undone(journal, step, None, now)\n    return journal.with_step(replace(step, state=StepState.INTENDED",
            "    if True:\n        return _undone(journal, step, None, now)\n    return journal.with_step(replace(step, state=StepState.INTENDED",
        ),
        (_RECONCILER, "Verdict.UNWANTED: self._unwanted,", "Verdict.UNWANTED: self._forget,"),
    ),
    _m(
        "a cancel that is taken back is believed to be undone",
        (
            _SAGA,
            '        return journal.with_step(replace(step, state=StepState.DONE, outcome="there"))\n    if _settled(step, now):\n        return _undone(journal, step, there.uid, now)',
            "        return _undone(journal, step, step.old_uid, now)\n    if _settled(step, now):\n        return _undone(journal, step, there.uid, now)",
        ),
    ),
    _m(
        "the look-up ignores the part",
        (
            _CALENDAR,
            "asked = await client.find_bookings(after_start=step.start, before_end=step.end)",
            "asked = await client.find_bookings()",
        ),
        (
            _CALENDAR,
            "mine = [b for b in ours if b.bears(_ref(order))]",
            "mine = [b for b in ours if b.metadata.get(META_REF) == order.ref]",
        ),
        (_SAGA, "if booking.active and booking.accepted and booking.start == step.start:", "if booking.active:"),
    ),
    # -- the pivot
    _m(
        "pivot before the last segment",
        (
            _SAGA,
            "pending = next((step for step in before if step.state is not StepState.DONE), None)",
            "pending = next((step for step in before[:-1] or before if step.state is not StepState.DONE), None)",
        ),
    ),
    _m(
        "the answer before the commit",
        (
            _BOOK,
            "pending = booked(ctx, begun.appointment, recognition)",
            "pending = booked(ctx, begun.wanted, recognition)",
        ),
    ),
    _m(
        "the names of new bookings are not kept",
        (
            _PIVOT,
            "    _name(tx, appointment, {**known, **journal.uids})\n    if stored.plan",
            "    _name(tx, appointment, known)\n    if stored.plan",
        ),
    ),
    _m(
        "cancel the old before the new stands",
        (
            _PLAN,
            "yield from _cancels(before, uids, salon, after_pivot=True, only=changed_hands)",
            "yield from _cancels(before, uids, salon, after_pivot=False, only=changed_hands)",
        ),
    ),
    _m(
        "the old booking of a part that changed hands stays",
        (_PLAN, "    yield from _cancels(before, uids, salon, after_pivot=True, only=changed_hands)\n", ""),
    ),
    _m(
        "the hold of a move that failed stays",
        (
            _PIVOT,
            "replace(appointment, phases=without_holds(appointment.phases))",
            "replace(appointment, notes=appointment.notes)",
        ),
    ),
    _m(
        "the record of a cancel is not written",
        (
            _PIVOT,
            "    if stored.plan.modification is not None:\n        tx.add_modification(stored.plan.modification)\n",
            "",
        ),
    ),
    # -- answers
    _m(
        "a final answer is replaced",
        (_SAGA_TX, "t.call_id == call_id, t.key == key, t.status == STARTED)", "t.call_id == call_id, t.key == key)"),
    ),
    _m(
        "what is said at the end of patience is not kept",
        (_ANSWERS, "        tx.finish_answer(call_id, key, status=status_of(body), body=body, effect=goes_on)\n", ""),
    ),
    _m(
        "nothing changes, it is said, and it goes on",
        (_ANSWERS, "                decide_end(tx, seized, now)", "                pass"),
    ),
    _m(
        "a failure is kept as the answer of what goes on",
        (_ANSWERS, "        body = recorded.body\n", '        body = stored.answers["failed"].encode()\n'),
    ),
    _m(
        "changes go on behind the caller's back",
        (_CHANGE, "    patient = kind is Kind.BOOK and not", "    patient = not"),
    ),
    _m(
        "a withdrawn booking goes on",
        (_CHANGE, '    tx.save_saga(stored.journal, sagas.compensating(stored.journal, "withdrawn", house.now))\n', ""),
        # The second wall: a saga that finds its appointment cancelled at the pivot takes back what it did.
        (_RUNNER, '                instead = Compensate("overtaken")\n', ""),
    ),
    _m(
        "a withdrawn booking's answer stays open",
        (_CHANGE, "    if saga.call_id is not None and saga.answer_key is not None:", "    if False:"),
        # The second wall: who waits to the end of their patience is told what became of it.
        (
            _ANSWERS,
            "goes_on = saga.state is State.RUNNING and",
            "goes_on = saga.state is not State.DONE and",
        ),
    ),
    _m(
        "nobody rings back after pending failed",
        (
            _RUNNER,
            "        if saga.kind is Kind.BOOK:\n            self._follow_up",
            "        if saga.kind is Kind.CANCEL:\n            self._follow_up",
        ),
    ),
    _m(
        "every delivery is decided anew",
        (_REPLAY, "        if request.call.tool_call_id or _still_stands(tx, ctx, seen):", "        if False:"),
        (_REPLAY, "        if recent is None or recent.fingerprint != request.fingerprint:", "        if True:"),
    ),
    _m(
        "one key for all that a call asks", (_ENVELOPE, 'return f"t:{self.call.tool_call_id}" if', 'return "t:same" if')
    ),
    # -- fees
    _m("moving away first makes a late cancel free", (_POLICY, "    return max(0, owed - paid_cents)", "    return 0")),
    _m(
        "the paid window begins at the start",
        (_POLICY, "free_until = appointment.start - timedelta(hours=free_hours)", "free_until = appointment.start"),
    ),
    _m(
        "any confirmation is agreement to nothing",
        (
            _CHANGE,
            "    if ruling.verdict is Verdict.FEE and agreed_cents != ruling.fee_cents:\n        return FeeDue(appointment, ruling)\n    cancelled",
            "    ruling = replace(ruling, fee_cents=agreed_cents or 0)\n    cancelled",
        ),
    ),
    # -- reconciler and webhooks
    _m("orphans are left", (_RECONCILER, "Verdict.UNWANTED: self._unwanted,", "Verdict.UNWANTED: self._forget,")),
    _m(
        "everything of ours is cancelled that is not confirmed",
        (
            _JUDGE,
            "    if local.last_act is not None and now - local.last_act < SETTLE:\n        return Verdict.LATER\n    if local.second",
            "    if local.second",
        ),
        (
            _JUDGE,
            "    if local.busy_with:\n        return Verdict.LATER\n    if local.appointment.status not in ACTIVE:",
            "    if local.appointment.status not in (Status.CONFIRMED,):",
        ),
        (
            _JUDGE,
            "return booking.active and appointment.status in (Status.CANCELLED, Status.FAILED)",
            "return booking.active",
        ),
    ),
    _m(
        "bookings made elsewhere close nothing",
        (_RECONCILER, "Verdict.FOREIGN: self._foreign,", "Verdict.FOREIGN: self._forget,"),
    ),
    _m(
        "a booking made elsewhere closes for ever",
        (_RECONCILER, "Verdict.GONE: self._forget,", "Verdict.GONE: self._foreign,"),
    ),
    _m(
        "a cancel over there is not heard",
        (_RECONCILER, "Verdict.CANCELLED_THERE: self._cancelled_there,", "Verdict.CANCELLED_THERE: self._forget,"),
    ),
    _m(
        "a move over there is not heard",
        (_RECONCILER, "Verdict.MOVED_THERE: self._moved_there,", "Verdict.MOVED_THERE: self._forget,"),
    ),
    _m(
        "unsigned webhooks are believed",
        (
            _SIGNATURE,
            "    if matched is None:\n        raise",
            '    if matched is None and values[0] != b"no-secret-provided":\n        raise',
        ),
        (_SIGNATURE, "    return matched\n", '    return matched or "current"\n'),
        (
            _SIGNATURE,
            "not _HEX_DIGEST.fullmatch(values[0]):",
            'not _HEX_DIGEST.fullmatch(values[0]) and values[0] != b"no-secret-provided":',
        ),
    ),
    _m(
        "any signature is believed",
        (_SIGNATURE, "    if matched is None:\n        raise", "    if not secrets:\n        raise"),
        (_SIGNATURE, "    return matched\n", '    return matched or "current"\n'),
    ),
)


def check(root: Path) -> list[str]:
    """Patches that do not apply to the source under `root`, one line each."""
    wrong: list[str] = []
    for mutant in BANK:
        for edit in mutant.edits:
            count = (root / edit.file).read_text().count(edit.old)
            if count != 1:
                wrong.append(f"{mutant.name}: {edit.file} has its text {count} times: {edit.old[:60]!r}")
    return wrong


def apply(mutant: Mutant, root: Path) -> None:
    """Plant the bug in the copy under `root`."""
    for edit in mutant.edits:
        path = root / edit.file
        text = path.read_text()
        assert text.count(edit.old) == 1, f"{mutant.name} does not apply"
        path.write_text(text.replace(edit.old, edit.new))
