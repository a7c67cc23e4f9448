"""From a schedule that breaks something to a smaller one that breaks the same: fewer faults, callers and wishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.invariants import Violation
from tests.simulation.plan import Plan
from tests.simulation.world import Simulation

MOST_RUNS = 200


def shrink(plan: Plan, first: Violation, most_runs: int = MOST_RUNS) -> tuple[Plan, list[Violation]]:
    """The smallest plan found that still breaks the same invariant, and what it breaks."""
    found = [first]
    runs = 0
    progress = True
    while progress and runs < most_runs:
        progress = False
        for smaller in _smaller(plan):
            runs += 1
            violations = Simulation(smaller).run()
            if any(v.invariant == first.invariant for v in violations):
                plan, found, progress = smaller, violations, True
                break
            if runs >= most_runs:
                break
    return plan, found


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Candidates, the boldest first."""
    for index in range(len(plan.calls)):
        if len(plan.calls) > 1:
            yield replace(plan, calls=plan.calls[:index] + plan.calls[index + 1 :])
    for index in range(len(plan.disturbances)):
        yield replace(plan, disturbances=plan.disturbances[:index] + plan.disturbances[index + 1 :])
    if plan.busy_odds:
        yield replace(plan, busy_odds=0.0)
    if plan.remote_faults != 0:
        yield replace(plan, remote_faults=0)
        most = plan.remote_faults if plan.remote_faults is not None else 16
        yield from (replace(plan, remote_faults=count) for count in range(1, most))
    for number, call in enumerate(plan.calls):
        for index in range(len(call.ops)):
            if len(call.ops) > 1:
                cut = replace(call, ops=call.ops[:index] + call.ops[index + 1 :])
                yield replace(plan, calls=(*plan.calls[:number], cut, *plan.calls[number + 1 :]))
        for index, op in enumerate(call.ops):
            if op.repeats:
                cut = replace(
                    call, ops=(*call.ops[:index], replace(op, repeats=op.repeats[1:]), *call.ops[index + 1 :])
                )
                yield replace(plan, calls=(*plan.calls[:number], cut, *plan.calls[number + 1 :]))
    if len(plan.workers) > 1:
        yield replace(plan, workers=plan.workers[:1])
    if len(plan.gateways) > 1 and all(d.target != "g2" for d in plan.disturbances):
        yield replace(plan, gateways=plan.gateways[:1])
