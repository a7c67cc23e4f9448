"""The simulator's CI size: random schedules, every await point, replay, and a few planted bugs.

The full sizes are `make simulate` and `make mutants`; `docs/simulation.md` has their counts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import bank, crashes, mutants
from tests.simulation.invariants import Said, Violation
from tests.simulation.plan import plan_of
from tests.simulation.prepared import prepared
from tests.simulation.runner import as_line, run_seeds
from tests.simulation.shrink import shrink
from tests.simulation.world import Simulation

CI_SEED = 0
CI_SCHEDULES = 20_000
SECONDS = float(os.environ.get("SIMULATE_SECONDS", "330"))
"""CI begins nothing new after so long, should its machine be slow or shared; `make simulate` takes its time."""
PROCESSES = os.cpu_count() or 1


def test_random_schedules_break_nothing(report: Callable[[str], None]) -> None:
    """The first 20,000 seeds, or as many of them as the time allows: no invariant breaks."""
    totals = run_seeds(CI_SEED, CI_SCHEDULES, processes=PROCESSES, seconds=SECONDS)
    report(as_line(CI_SEED, totals))
    assert totals.broken == []
    assert totals.schedules >= min(CI_SCHEDULES, 5 * SECONDS), "too slow to say anything"


@pytest.mark.parametrize("seed", [12_087, 12_827, 12_863, 21_150, 22_734, 25_850])
def test_a_seed_that_broke_something_once_does_not_again(seed: int) -> None:
    """Late first tries beside a move that is taken back, a lost lease at the pivot, an overtaken saga's answer."""
    assert Simulation(plan_of(seed)).run() == []


def test_a_crash_at_every_await_point_breaks_nothing(report: Callable[[str], None]) -> None:
    """Each await of saga, adapter, reconciler and webhooks is crashed at; a new one that no scenario reaches fails here,
    with its place."""
    found = crashes.run_all(PROCESSES, brief=True)
    missing = crashes.unvisited(found.crashed_at)
    report(f"{found.runs} crashes, {len(crashes.await_points())} await points, {len(missing)} not crashed at")
    assert found.broken == []
    assert missing == [], "\n".join(map(str, missing))


@pytest.mark.campaign
def test_crashes_and_single_faults_break_nothing() -> None:
    """Every crash of the caller's process, every place of the worker's, and one in a hundred of the single faults."""
    assert crashes.run_all(PROCESSES, every=100).broken == []


def test_what_never_waits_is_still_there() -> None:
    """An exemption from the rule above names an await that exists."""
    known = {(Path(point.file).stem, point.function, point.text) for point in crashes.await_points()}
    assert set(crashes.NEVER_WAITS) <= known


def _told(seed: int) -> list[str]:
    lines: list[str] = []
    Simulation(plan_of(seed), trace=lines.append).run()
    return lines


def test_a_seed_replays_exactly() -> None:
    """The same seed takes the same steps and says the same words at the same instants."""
    for seed in (3, 11):
        first = _told(seed)
        assert len(first) > 5
        assert _told(seed) == first


def test_the_short_ways_change_nothing() -> None:
    """What schedules leave out for speed, an engine around SQLite and a library around HTTP, leads to the same steps."""
    memory = prepared().memory
    quick = memory.quick
    assert quick is not None
    for seed in range(20):
        memory.quick = None
        try:
            long = _told(seed)
        finally:
            memory.quick = quick
        assert _told(seed) == long


def test_in_fair_weather_nobody_is_put_off() -> None:
    """With nothing in the way, one caller at a time gets what is wished: whoever always refuses breaks no invariant."""
    told: Counter[str] = Counter()
    for seed in range(60):
        drawn = plan_of(seed)
        ops = tuple(replace(op, repeats=(), after=30.0) for op in drawn.calls[0].ops)
        calls = (replace(drawn.calls[0], ops=ops),)
        fair = replace(drawn, calls=calls, disturbances=(), fault_odds=0.0, read_odds=0.0, busy_odds=0.0)
        simulation = Simulation(fair)
        assert simulation.run() == []
        told.update(said.status for said in simulation.said)
    assert set(told) <= {"booked", "rescheduled", "cancelled", "fee_confirm", "unchanged"}, told
    assert told["booked"] >= 60, told


def test_a_planted_violation_is_shrunk_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule that breaks something is cut down to a smaller one that breaks the same."""
    seed = next(seed for seed in range(200) if len(plan_of(seed).calls) == 3)

    # Every answer counts as broken, so a single call without a fault has to remain.
    def spoken(simulation: Simulation, said: Said) -> list[Violation]:
        return [Violation("I0", said.status)]

    monkeypatch.setattr("tests.simulation.invariants.spoken", spoken)
    plan = plan_of(seed)
    smaller, found = shrink(plan, Simulation(plan).run()[0])
    assert found[0].invariant == "I0"
    assert len(smaller.calls) == 1
    assert len(smaller.calls[0].ops) == 1
    assert smaller.disturbances == ()


def test_every_planted_bug_applies() -> None:
    """The bank follows the source: each patch finds its text exactly once."""
    assert bank.check(mutants.ROOT) == []
    assert len(bank.BANK) >= 30


@pytest.mark.parametrize("name", ["an error means not done", "the fence is not compared"])
def test_a_planted_bug_is_seen(name: str) -> None:
    """Two of the bank; `make mutants` hunts them all."""
    mutant = next(mutant for mutant in bank.BANK if mutant.name == name)
    assert mutants.hunt(mutant, first=100_000, seeds=1_000).seeds is not None
