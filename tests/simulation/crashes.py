"""A crash at every await point x every single fault, for book, reschedule, cancel, recover and reconcile.

One caller, everybody in the order of arrival, so that a scenario always takes the same way. It is run once to count the
steps of the process under test, then once for each step at which that process dies, and that again for each fault of
Cal.com at each of its requests. What was crashed at is compared with the source: `unvisited` names every `await` of the
modules below that no crash has met.
"""

from __future__ import annotations

import ast
import concurrent.futures
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from gateway.booking import reconcile, remote_plan, saga, saga_answers, saga_pivot, saga_runner
from gateway.calcom import calendar, reconciler, webhooks
from gateway.calcom.simulated.faults import Fault, Kind, fits
from tests.simulation import meddling
from tests.simulation.plan import Call, Op, Plan, Repeat, Want
from tests.simulation.runner import settle_in
from tests.simulation.salon import ALPHA, COMPOSITE, SABINE, SIMPLE
from tests.simulation.scheduler import Place, places
from tests.simulation.world import Simulation

HOUSE: Final = str(Path(inspect.getfile(saga_runner)).parents[1])
"""Where the application's own code lies."""
WRITES: Final = (Kind.CREATE, Kind.MOVE, Kind.CANCEL)
LATE: Final = (1, 10 * 60)
LATER: Final = (1, 10 * 60 + 30)
"""Less than the composite's span away."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A plan, and who dies. `after`: only steps count once so many answers were given. `before`: what else befalls."""

    name: str
    plan: Plan
    target: str
    after: int = 0
    crash_first: int | None = None
    """The gateway dies at this step of its own, so that somebody has to recover."""
    down: float = 0.5
    """So long the gateway stays away after that."""
    reads: bool = False
    """Faults befall reads (the reconciler's food) instead of writes."""
    places: int = 4
    """At how many requests a fault is tried."""
    meddle: tuple[float, Callable[[Simulation], None]] | None = None
    """What somebody does to either side, and at which second."""
    given: tuple[Fault, ...] = ()
    """What the first requests meet in every run, so that there is a way to crash on."""
    never: Kind | None = None
    """This act is refused by a broken Cal.com until somebody was told so."""


@dataclass(frozen=True, slots=True)
class Run:
    """One point of the product: where it dies (None: nowhere), and which request meets which fault."""

    scenario: int
    step: int | None
    request: int = 0
    fault: Fault = Fault.OK


@dataclass(slots=True)
class Found:
    """What some runs came to."""

    runs: int = 0
    broken: list[str] = field(default_factory=list)
    crashed_at: set[Place] = field(default_factory=set)
    seen_at: set[Place] = field(default_factory=set)

    def add(self, other: Found) -> None:
        self.runs += other.runs
        self.broken += other.broken
        self.crashed_at |= other.crashed_at
        self.seen_at |= other.seen_at


def _plan(*ops: Op, **more: Any) -> Plan:
    call = Call(0, ALPHA, 0.0, SABINE.phone_e164 or "", SABINE.name, ops)
    defaults: dict[str, Any] = {"fault_odds": 0.0, "read_odds": 0.0, "busy_odds": 0.0, "in_order": True}
    return Plan(1, (call,), **(defaults | {"gateways": ("g1",), "workers": ("w1",)} | more))


def _book(service: str = COMPOSITE.name, *repeats: Repeat) -> Op:
    return Op(Want.BOOK, 1.0, service, LATE, "Emma", repeats)


def _next(service: str) -> Op:
    return Op(Want.BOOK, 1.0, service, LATER, "Emma")


def _aside() -> Op:
    """The very same as what `_MOVE` leads to, by somebody else."""
    return Op(Want.BOOK, 1.0, SIMPLE.name, LATER, "Fabian")


_MOVE: Final = Op(Want.MOVE, 1.0, "", LATER, None)
_CANCEL: Final = Op(Want.CANCEL, 1.0, "", LATE, None)
_HALF: Final = (Fault.OK, *[Fault.ERROR_BEFORE] * 6)
"""The first part goes through, the next one does not until patience ends."""
LINGER: Final = 420.0
"""Long enough for one whole pass after everything has settled."""


def _meddled(name: str, ops: list[Op], meddle: Callable[[Simulation], None], *, never: Kind | None = None) -> Scenario:
    """Everything is done, then somebody meddles; the worker that finds out dies."""
    return Scenario(
        f"reconcile: {name}",
        _plan(*ops, linger=LINGER),
        "w1",
        after=len(ops),
        reads=True,
        places=3,
        meddle=(120.0, meddle),
        never=never,
    )


SCENARIOS: Final = (
    Scenario("book", _plan(_book()), "g1"),
    Scenario("book, refused on outage", _plan(_book(), refuse_on_outage=True), "g1", places=3),
    Scenario("reschedule", _plan(_book(), _MOVE), "g1", after=1),
    Scenario("reschedule to somebody else", _plan(_book(), Op(Want.MOVE, 1.0, "", LATER, "Fabian")), "g1", after=1),
    Scenario("cancel", _plan(_book(), _CANCEL), "g1", after=1),
    Scenario("cancel, queued", _plan(_book(), _CANCEL, queue_cancels=True), "w1", after=2),
    Scenario("join", _plan(_book(COMPOSITE.name, Repeat(0.1, False))), "g1", crash_first=8),
    Scenario(
        "join when nobody is at work",
        _plan(_book(COMPOSITE.name, Repeat(70.0, False), Repeat(72.0, False)), worker_after=200.0),
        "g1",
        crash_first=8,
        down=66.0,
    ),
    Scenario("book, with naps", _plan(_book()), "g1", given=(Fault.CONNECT_REFUSED,) * 3, places=2),
    Scenario("book, out of patience", _plan(_book()), "g1", given=(Fault.TIMEOUT_BEFORE,) * 3, places=2),
    Scenario("move, unclear", _plan(_book(), _MOVE), "g1", after=1, given=(Fault.TIMEOUT_AFTER,), places=2),
    Scenario("cancel, unclear", _plan(_book(), _CANCEL), "g1", after=1, given=(Fault.ERROR_AFTER,), places=2),
    Scenario("take back a booking", _plan(_book()), "g1", given=(Fault.OK, Fault.HUMAN_FIRST), places=3),
    Scenario("take back a move", _plan(_book(), _MOVE), "g1", after=1, given=(Fault.OK, Fault.HUMAN_FIRST), places=3),
    Scenario("take back a cancel", _plan(_book(), _CANCEL), "w1", after=1, given=_HALF, places=3),
    Scenario(
        "take back a cancel where our own stands again",
        _plan(_book(), _CANCEL),
        "w1",
        after=1,
        given=_HALF,
        places=3,
        meddle=(6.0, meddling.revives),
    ),
    Scenario("overtaken at the pivot", _plan(_aside(), _book(SIMPLE.name), _MOVE), "g1", after=2, places=3),
    Scenario("recover a booking", _plan(_book()), "w1", crash_first=8, down=300.0),
    Scenario("recover a move", _plan(_book(), _MOVE), "w1", after=1, crash_first=24, down=300.0),
    Scenario("recover a cancel", _plan(_book(), _CANCEL), "w1", after=1, crash_first=24, down=300.0),
    Scenario(
        "news that cannot be asked for",
        _plan(_book(SIMPLE.name), linger=LINGER),
        "w1",
        reads=True,
        given=(Fault.ERROR_BEFORE,) * 12,
        meddle=(30.0, meddling.human_cancels),
        places=1,
    ),
    Scenario("reconcile", _plan(_book(), linger=LINGER), "w1", after=1, reads=True, places=6),
    _meddled("a cancel over there", [_book(SIMPLE.name)], meddling.human_cancels),
    _meddled("a cancel over there, told early", [_book(SIMPLE.name)], meddling.human_announces_cancel),
    _meddled("a booking made elsewhere that vanishes", [_book(SIMPLE.name)], meddling.human_books_and_vanishes),
    _meddled("a move over there", [_book(SIMPLE.name)], meddling.human_moves),
    _meddled("a move over there of one part", [_book()], meddling.human_moves),
    _meddled("a move over there into our time", [_book(SIMPLE.name), _next(SIMPLE.name)], meddling.human_moves_onto_us),
    _meddled("a booking made elsewhere", [_book(SIMPLE.name)], meddling.human_books),
    _meddled("a booking made elsewhere that goes", [_book(SIMPLE.name)], meddling.human_books_and_leaves),
    _meddled("a cancelled one that stands again", [_book(), _CANCEL], meddling.revives),
    _meddled("a name forgotten here", [_book(SIMPLE.name)], meddling.forgets_here),
    _meddled("one that nobody here knows", [_book(SIMPLE.name)], meddling.adds_orphan),
    _meddled("one that vanished there", [_book(SIMPLE.name)], meddling.vanishes),
    _meddled("both sides forgot", [_book(SIMPLE.name)], meddling.forgets_on_both_sides),
    _meddled("a key that is not accepted", [_book(SIMPLE.name)], meddling.changes_key),
    _meddled("a key that is not there", [_book(SIMPLE.name)], meddling.loses_key),
    _meddled("a move that came late", [_book(SIMPLE.name), _MOVE], meddling.moves_late, never=Kind.MOVE),
    _meddled("a cancel that came late", [_book(SIMPLE.name), _CANCEL], meddling.cancels_late, never=Kind.CANCEL),
    _meddled("an old row", [_book(SIMPLE.name)], meddling.leaves_old_row),
)


# -- one run ---------------------------------------------------------------------------------------------------------


class Crasher:
    """Kills the target at one of its steps, and before that the gateway where the scenario wants it."""

    def __init__(self, scenario: Scenario, step: int | None) -> None:
        self.scenario = scenario
        self.step = step
        self.steps = 0
        self.gateway_steps = 0
        self.stacks: dict[frozenset[Place], list[int]] = {}
        """At which steps the target stood at which awaits."""
        self.done = False
        self.first_done = scenario.crash_first is None

    def __call__(self, simulation: Simulation) -> None:
        current = simulation.scheduler.current
        assert current is not None  # a step was just done
        name = current.process.name.split(".")[0]
        if not self.first_done and name == "g1" and len(simulation.said) >= self.scenario.after:
            self.gateway_steps += 1
            if self.gateway_steps == self.scenario.crash_first:
                self.first_done = True
                simulation.kill("g1", self.scenario.down)
                return
        if name != self.scenario.target or not self.first_done or len(simulation.said) < self.scenario.after:
            return
        stack = frozenset(place for place in places(current.coro) if place[0].startswith(HOUSE))
        if not stack:
            return  # asleep between two rounds: nothing is under way
        self.steps += 1
        self.stacks.setdefault(stack, []).append(self.steps)
        if self.steps == self.step and not self.done:
            self.done = True
            simulation.kill(self.scenario.target, 0.5)


def run(point: Run) -> tuple[Simulation, Crasher]:
    """Run one point of the product."""
    scenario = SCENARIOS[point.scenario]
    crasher = Crasher(scenario, point.step)
    simulation = Simulation(scenario.plan, watch_places=True, on_step=crasher)
    asked = [0]

    if scenario.meddle is not None:
        simulation.scheduler.spawn(simulation.outside, "meddling", _meddle(simulation, *scenario.meddle))

    def script(kind: Kind) -> Fault | None:
        if kind is scenario.never and not any(said.status == "unavailable" for said in simulation.said):
            return Fault.ERROR_BEFORE
        if (kind in WRITES) == scenario.reads or len(simulation.said) < scenario.after:
            return None
        asked[0] += 1
        if asked[0] <= len(scenario.given):
            return scenario.given[asked[0] - 1] if fits(scenario.given[asked[0] - 1], kind) else None
        return point.fault if asked[0] - 1 - len(scenario.given) == point.request and fits(point.fault, kind) else None

    simulation.weather.script = script
    simulation.run()
    return simulation, crasher


async def _meddle(simulation: Simulation, at: float, how: Callable[[Simulation], None]) -> None:
    await simulation.clock.sleep(at)
    simulation.human_acted = simulation.people_changed = True
    simulation.calcom.advance(simulation.clock.now())
    how(simulation)
    await simulation.clock.sleep(0.0)
    for follow in meddling.AFTERWARDS.get(how, ()):
        await simulation.clock.sleep(5.0)
        follow(simulation)


def run_many(points: Iterable[Run]) -> Found:
    """Run some points; what broke, and every place a crash met."""
    found = Found()
    for point in points:
        simulation, _ = run(point)
        found.runs += 1
        found.crashed_at |= simulation.scheduler.crashed_at
        found.seen_at |= simulation.scheduler.seen_at
        if simulation.violations:
            where = f"{SCENARIOS[point.scenario].name}, dies at {point.step}, {point.fault} at {point.request}"
            found.broken.append(f"{where}: {'; '.join(map(str, simulation.violations[:2]))}")
    return found


def points(*, every: int = 1) -> Iterator[Run]:
    """The whole product; `every` n-th fault of it besides all crashes without one.

    A fault is tried with the first and the last crash at each distinct stack of awaits: steps between them stand at the
    very same places. In the caller's process each of those is crashed at without a fault as well.
    """
    number = 0
    for index, scenario in enumerate(SCENARIOS):
        crasher = run(Run(index, None))[1]
        if scenario.target == "g1":
            steps = list(range(1, crasher.steps + 1))
        else:  # a worker comes by the same places again and again
            steps = sorted({step for at in crasher.stacks.values() for step in (at[0], at[len(at) // 2], at[-1])})
        kinds = (Kind.READ,) if scenario.reads else WRITES
        faults = [fault for fault in Fault if fault is not Fault.OK and any(fits(fault, kind) for kind in kinds)]
        yield from (Run(index, step) for step in (None, *steps))
        telling = sorted({step for at in crasher.stacks.values() for step in (at[0], at[-1])})
        for step in (None, *telling):
            for request in range(scenario.places):
                for fault in faults:
                    number += 1
                    if number % every == 0:
                        yield Run(index, step, request, fault)


def points_in_brief() -> Iterator[Run]:
    """One crash at each stack of awaits that no earlier scenario stood at: every await once, in a minute."""
    met: set[frozenset[Place]] = set()
    for index in range(len(SCENARIOS)):
        stacks = run(Run(index, None))[1].stacks
        yield from (Run(index, steps[0]) for stack, steps in stacks.items() if stack not in met)
        met |= set(stacks)


# -- against the source ----------------------------------------------------------------------------------------------

WATCHED: Final[tuple[ModuleType, ...]] = (
    saga,
    saga_runner,
    saga_answers,
    saga_pivot,
    reconcile,
    remote_plan,
    calendar,
    reconciler,
    webhooks,
)
"""What has to be crashed at wherever it waits. Four of them are pure and must stay so, or be visited."""


@dataclass(frozen=True, slots=True)
class AwaitPoint:
    """One `await` in the source."""

    file: str
    first_line: int
    last_line: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.first_line} {self.function}: {self.text}"


def await_points(modules: Iterable[ModuleType] = WATCHED) -> list[AwaitPoint]:
    """Every `await` of these modules, worked out from their source."""
    found: list[AwaitPoint] = []
    for module in modules:
        file = inspect.getfile(module)
        source = Path(file).read_text()
        _Awaits(file, source, found).visit(ast.parse(source))
    return found


class _Awaits(ast.NodeVisitor):
    def __init__(self, file: str, source: str, found: list[AwaitPoint]) -> None:
        self.file, self.source, self.found = file, source, found
        self.function = ""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        outer, self.function = self.function, node.name
        self.generic_visit(node)
        self.function = outer

    def visit_Await(self, node: ast.Await) -> None:
        text = " ".join((ast.get_source_segment(self.source, node) or "").split())[:80]
        self.found.append(AwaitPoint(self.file, node.lineno, node.end_lineno or node.lineno, self.function, text))
        self.generic_visit(node)


def unvisited(crashed_at: set[Place], modules: Iterable[ModuleType] = WATCHED) -> list[AwaitPoint]:
    """Await points at which nothing has died yet and that are not known to never wait."""
    lines = set(crashed_at)
    return [
        point
        for point in await_points(modules)
        if not any((point.file, line) in lines for line in range(point.first_line, point.last_line + 1))
        and (Path(point.file).stem, point.function, point.text) not in NEVER_WAITS
    ]


NEVER_WAITS: Final[dict[tuple[str, str, str], str]] = {}


# -- all of it -------------------------------------------------------------------------------------------------------


def run_all(
    processes: int,
    *,
    every: int = 1,
    brief: bool = False,
    progress: Callable[[Found], None] | None = None,
) -> Found:
    """Every point (or every n-th fault, or each await once) over the cores at hand."""
    wanted = list(points_in_brief() if brief else points(every=every))
    batches = [wanted[at : at + 25] for at in range(0, len(wanted), 25)]
    found = Found()
    if processes <= 1:
        for batch in batches:
            found.add(run_many(batch))
            if progress is not None:
                progress(found)
        return found
    with concurrent.futures.ProcessPoolExecutor(processes, initializer=settle_in) as pool:
        for part in pool.map(run_many, batches):
            found.add(part)
            if progress is not None:
                progress(found)
    return found


def main(processes: int, *, as_json: bool, every: int = 1) -> int:
    """For the command line: counts, what broke, what was not visited."""

    live = sys.stderr.isatty()

    def show(found: Found) -> None:
        if live or found.runs % 5_000 == 0:
            sys.stderr.write(f"\r{found.runs} runs, {len(found.broken)} broken " + ("" if live else "\n"))
            sys.stderr.flush()

    found = run_all(processes, every=every, progress=show)
    missing = unvisited(found.crashed_at)
    total = len(await_points())
    if as_json:
        print(
            json.dumps(
                {
                    "runs": found.runs,
                    "await_points": total,
                    "not_crashed_at": [str(point) for point in missing],
                    "violations": found.broken,
                }
            )
        )
    else:
        print(f"{found.runs} runs, {total} await points, {len(missing)} not crashed at, {len(found.broken)} violations")
        for line in (*found.broken[:20], *(f"not crashed at: {point}" for point in missing)):
            print(f"  {line}")
    return 1 if found.broken or missing else 0
