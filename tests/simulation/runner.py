"""Many seeds over the cores at hand, with progress; what broke comes back as text, for it may come from another process."""

from __future__ import annotations

import concurrent.futures
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.simulation.plan import plan_of

CHUNK = 25


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one batch of seeds came to."""

    first: int
    count: int
    broken: tuple[tuple[int, str], ...]
    steps: int
    faults: int
    kills: int


@dataclass(slots=True)
class Totals:
    """Counts over all batches so far."""

    schedules: int = 0
    steps: int = 0
    faults: int = 0
    kills: int = 0
    broken: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.schedules / self.seconds if self.seconds else 0.0

    def add(self, chunk: Chunk) -> None:
        self.schedules += chunk.count
        self.steps += chunk.steps
        self.faults += chunk.faults
        self.kills += chunk.kills
        self.broken += chunk.broken


def run_chunk(first: int, count: int) -> Chunk:
    """Seeds `first` to `first + count - 1`."""
    from tests.simulation.world import Simulation

    broken: list[tuple[int, str]] = []
    steps = faults = kills = 0
    for seed in range(first, first + count):
        try:
            simulation = Simulation(plan_of(seed))
            violations = simulation.run()
        except Exception as error:  # noqa: BLE001  # the simulator's own fault, whatever it is: told with its seed
            broken.append((seed, f"simulator: {type(error).__name__}: {error}"))
            continue
        steps += simulation.scheduler.steps
        faults += simulation.weather.happened + simulation.database_faults
        kills += len(simulation.killed_at)
        if violations:
            broken.append((seed, "; ".join(map(str, violations[:3]))))
    return Chunk(first, count, tuple(broken), steps, faults, kills)


def run_seeds(
    first: int,
    count: int,
    *,
    processes: int,
    stop_at_first: bool = False,
    progress: Callable[[Totals], None] | None = None,
    seconds: float | None = None,
) -> Totals:
    """Run seeds in order over `processes`; `seconds`: begin no further batch after so long."""
    totals = Totals()
    began = time.perf_counter()
    for chunk in _chunks(first, count, processes, lambda: seconds is None or time.perf_counter() - began < seconds):
        totals.add(chunk)
        totals.seconds = time.perf_counter() - began
        if progress is not None:
            progress(totals)
        if stop_at_first and totals.broken:
            break
    totals.broken.sort()
    return totals


def settle_in() -> None:
    """A worker's first act: what every schedule shares is made, and the garbage collector need not look at it again
    (a twelfth of the time)."""
    from tests.simulation.world import Simulation

    Simulation(plan_of(0)).run()
    gc.collect()
    gc.freeze()


def _chunks(first: int, count: int, processes: int, go_on: Callable[[], bool]) -> Iterator[Chunk]:
    batches = [(at, min(CHUNK, first + count - at)) for at in range(first, first + count, CHUNK)]
    if processes <= 1:
        for first_seed, seeds in batches:
            if not go_on():
                return
            yield run_chunk(first_seed, seeds)
        return
    with concurrent.futures.ProcessPoolExecutor(processes, initializer=settle_in) as pool:
        # A few batches ahead of the workers, so that a million seeds are no million futures.
        pending: set[concurrent.futures.Future[Chunk]] = set()
        rest = iter(batches)
        try:
            while True:
                while len(pending) < processes * 2 and go_on() and (batch := next(rest, None)) is not None:
                    pending.add(pool.submit(run_chunk, *batch))
                if not pending:
                    return
                done, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in pending:
                future.cancel()


def bar(count: int) -> Callable[[Totals], None]:
    """A progress line on standard error."""

    def show(totals: Totals) -> None:
        share = totals.schedules / count
        left = (count - totals.schedules) / totals.rate if totals.rate else 0.0
        filled = "#" * int(share * 30)
        line = f"[{filled:<30}] {totals.schedules}/{count}  {totals.rate:.0f}/s  {len(totals.broken)} broken  {left:.0f} s left "
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{line}")
        elif totals.schedules % 10_000 == 0:
            # A log keeps lines: where a run that was cut short can be taken up again.
            sys.stderr.write(f"{line.strip()}\n")
        sys.stderr.flush()

    return show


def as_line(first: int, totals: Totals) -> str:
    """The counts for a person."""
    last = first + totals.schedules - 1
    return (
        f"{totals.schedules} schedules (seeds {first}-{last}), {totals.steps} steps, {totals.faults} faults, "
        f"{totals.kills} kills, {totals.seconds:.0f} s, {totals.rate:.1f}/s: {len(totals.broken)} violations"
    )


def as_json(first: int, totals: Totals) -> str:
    """Everything a nightly run wants to keep."""
    return json.dumps(
        {
            "first_seed": first,
            "schedules": totals.schedules,
            "steps": totals.steps,
            "faults": totals.faults,
            "kills": totals.kills,
            "seconds": round(totals.seconds, 1),
            "per_second": round(totals.rate, 1),
            "violations": [{"seed": seed, "what": what} for seed, what in totals.broken],
        }
    )
