"""`python -m tests.simulation`: random schedules by the seed, one seed exactly, or every crash point.

python -m tests.simulation --count 1000000 --from 0     many; counts, seeds and the first failure, shrunk
python -m tests.simulation --seed 4711                  one, with its trace
python -m tests.simulation --crashes                    a crash at every await point x every single fault
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback

from tests.simulation.plan import Plan, plan_of
from tests.simulation.runner import as_json, as_line, bar, run_seeds
from tests.simulation.shrink import shrink
from tests.simulation.world import Simulation


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, help="run this one and show its trace")
    parser.add_argument("--count", type=int, default=1000, help="how many seeds")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed: resume where a run ended")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, help="begin nothing new after so long")
    parser.add_argument("--json", action="store_true", help="counts as one JSON object on standard output")
    parser.add_argument("--first-only", action="store_true", help="stop at the first violation")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--crashes", action="store_true", help="every await point x every single fault")
    parser.add_argument("--every", type=int, default=1, help="with --crashes: only every n-th of the faults")
    wanted = parser.parse_args()
    if wanted.seed is not None:
        return _one(wanted.seed, not wanted.no_shrink)
    if wanted.crashes:
        from tests.simulation.crashes import main as crash_main

        return crash_main(wanted.processes, as_json=wanted.json, every=wanted.every)
    return _many(wanted)


def _many(wanted: argparse.Namespace) -> int:
    show = None if wanted.json else bar(wanted.count)
    totals = run_seeds(
        wanted.first,
        wanted.count,
        processes=wanted.processes,
        stop_at_first=wanted.first_only,
        progress=show,
        seconds=wanted.seconds,
    )
    if show is not None and sys.stderr.isatty():
        print(file=sys.stderr)
    if wanted.json:
        print(as_json(wanted.first, totals))
    else:
        print(as_line(wanted.first, totals))
        for seed, what in totals.broken[:20]:
            print(f"  seed {seed}: {what}")
        if totals.broken and not wanted.no_shrink:
            _explain(totals.broken[0][0])
    return 1 if totals.broken else 0


def _one(seed: int, shrinking: bool) -> int:
    simulation = Simulation(plan_of(seed), trace=print)
    violations = simulation.run()
    for violation in violations:
        print(violation)
        if violation.error is not None:
            traceback.print_exception(violation.error)
    if violations and shrinking:
        _explain(seed)
    if not violations:
        print("no violation")
    return 1 if violations else 0


def _explain(seed: int) -> None:
    """The seed again, cut down to what it needs."""
    plan = plan_of(seed)
    violations = Simulation(plan).run()
    smaller, found = shrink(plan, violations[0])
    print(f"\nseed {seed}, shrunk to:")
    print(_told(smaller))
    Simulation(smaller, trace=lambda line: print(f"  {line}")).run()
    for violation in found:
        print(f"  {violation}")


def _told(plan: Plan) -> str:
    lines = [f"  {call}" for call in plan.calls] + [f"  {disturbance}" for disturbance in plan.disturbances]
    lines.append(
        f"  faults {plan.remote_faults}, odds {plan.fault_odds}/{plan.read_odds}/{plan.busy_odds}, "
        f"refuse_on_outage {plan.refuse_on_outage}, queue_cancels {plan.queue_cancels}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
