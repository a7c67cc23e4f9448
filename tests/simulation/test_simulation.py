"""The simulator's CI size: random schedules, every crash point, replay, and a few planted bugs.

The full sizes are `make simulate` and `make mutants`; `docs/simulation.md` has their counts.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.simulation import bank, crashes, mutants
from tests.simulation.plan import plan_of
from tests.simulation.runner import run_seeds
from tests.simulation.shrink import shrink
from tests.simulation.world import Simulation

# Outside CI until it was seen to pass there: `pytest -m campaign tests/simulation`.
pytestmark = pytest.mark.campaign

SECONDS = float(os.environ.get("SIMULATE_SECONDS", "30"))
"""How long CI looks for a bad seed; `make simulate` takes its time."""
PROCESSES = os.cpu_count() or 1
CI_SEED = 0


def test_random_schedules_break_nothing() -> None:
    """As many of the first 20,000 seeds as fit into the time: no invariant breaks."""
    totals = run_seeds(CI_SEED, 20_000, processes=PROCESSES, seconds=SECONDS)
    assert totals.broken == []
    assert totals.schedules >= 25, "too slow to say anything"


@pytest.mark.campaign
def test_twenty_thousand_random_schedules_break_nothing() -> None:
    """The whole of the first 20,000 seeds."""
    totals = run_seeds(CI_SEED, 20_000, processes=PROCESSES)
    assert totals.broken == []
    assert totals.schedules == 20_000


@pytest.mark.campaign
def test_crashes_and_single_faults_break_nothing() -> None:
    """Every crash of the caller's process, every place of the worker's, and one in a hundred of the single faults."""
    assert crashes.run_all(PROCESSES, every=100).broken == []


def test_a_crash_at_every_await_point_breaks_nothing() -> None:
    """Each await of saga, adapter, reconciler and webhooks is crashed at; a new one that no scenario reaches fails here,
    with its place."""
    found = crashes.run_all(PROCESSES, brief=True)
    assert found.broken == []
    missing = crashes.unvisited(found.crashed_at)
    assert missing == [], "\n".join(map(str, missing))


def test_what_never_waits_is_still_there() -> None:
    """An exemption from the rule above names an await that exists."""
    known = {(Path(point.file).stem, point.function, point.text) for point in crashes.await_points()}
    assert set(crashes.NEVER_WAITS) <= known


def test_a_seed_replays_exactly() -> None:
    """The same seed takes the same steps and says the same words at the same instants."""

    def told(seed: int) -> list[str]:
        lines: list[str] = []
        Simulation(plan_of(seed), trace=lines.append).run()
        return lines

    for seed in (3, 11):
        first = told(seed)
        assert len(first) > 5
        assert told(seed) == first


def test_a_planted_violation_is_shrunk_to_what_it_needs() -> None:
    """A schedule that breaks something is cut down to a smaller one that breaks the same."""
    seed = next(seed for seed in range(200) if len(plan_of(seed).calls) == 3)
    plan = plan_of(seed)
    first = Simulation(plan)
    # Every answer counts as broken, so a single call without a fault has to remain.
    original = Simulation._answered

    def broken(self: Simulation, *arguments: object) -> None:
        original(self, *arguments)  # type: ignore[arg-type]
        self.broken("I0", "an answer")

    Simulation._answered = broken  # type: ignore[method-assign]
    try:
        smaller, found = shrink(plan, first.run()[0])
    finally:
        Simulation._answered = original  # type: ignore[method-assign]
    assert found[0].invariant == "I0"
    assert len(smaller.calls) == 1
    assert len(smaller.calls[0].ops) == 1
    assert smaller.disturbances == ()


def test_every_planted_bug_applies() -> None:
    """The bank follows the source: each patch finds its text exactly once."""
    assert bank.check(mutants.ROOT) == []
    assert len(bank.BANK) >= 30


def test_a_planted_bug_is_seen() -> None:
    """One of the bank; `make mutants` hunts them all."""
    mutant = next(mutant for mutant in bank.BANK if mutant.name == "an error means not done")
    found = mutants.hunt(mutant, first=100_000, seeds=1_000)
    assert found.seeds is not None
