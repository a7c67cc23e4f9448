"""One schedule: a plan run to its quiescence, and what broke on the way. `Simulation(plan).run()` is a function of the plan."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.auth.counters import MemoryCounters
from gateway.auth.limits import Limits
from gateway.booking.holds import HoldBook
from gateway.calcom import stored_accounts
from gateway.calcom.model import META_REF, BookingStatus
from gateway.calcom.rate import MemoryBucket
from gateway.calcom.signature import HEADER
from gateway.calcom.simulated.api import Request
from gateway.calcom.simulated.faults import Copy, Fault, Kind, Odds, SeededFaults
from gateway.calcom.simulated.service import Delivery, Exchange, SimulatedCalcom
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.calcom.simulated.virtual import VirtualClock
from gateway.calcom.simulated.world import ApiError
from gateway.storage.snapshot import SalonCache
from gateway.tools.envelope import ToolRequest, read_request
from gateway.worker import ROUND_SECONDS
from tests.simulation import house as houses
from tests.simulation import invariants
from tests.simulation.invariants import Said, Violation
from tests.simulation.memory import MemoryStore
from tests.simulation.plan import Call, Disturbance, Evil, Op, Plan, Want
from tests.simulation.prepared import BASE_URL, prepared, stream
from tests.simulation.salon import ALPHA, COMPANIES, NOW, NUMBERS, local
from tests.simulation.scheduler import Chooser, First, Process, Scheduler, Task
from tests.simulation.straight import Straight

ACTIVE_SECONDS: Final = 420.0
"""After this long nothing new goes wrong, whatever the plan says."""
QUIET_SECONDS: Final = 600.0
"""In this time, faults off, everything has to be as it should be (I8)."""
RETRIES: Final = 2
"""The platform repeats a failed call so often."""
GIVES_UP_SECONDS: Final = 20.0
MAX_STEPS: Final = 40_000
TOOL_SECONDS: Final = 8.0

REMEMBERED: Final = stored_accounts.REMEMBER_SECONDS
_SALONS: dict[tuple[bool, bool], SalonCache] = {}
_SOLD: dict[tuple[bool, bool], dict[Any, Any]] = {}
"""What follows from the configuration alone is worked out once per configuration, of which there are four."""

NOT_ALONE: Final = (
    Fault.TIMEOUT_LATE,
    Fault.SLOW,
    Fault.HUMAN_FIRST,
    # A refusal of what was done, and a list too old to show it: nothing speaks for looking again.
    Fault.CONFLICT_AFTER,
    Fault.REFUSED_AFTER,
)
"""What only a reconciler can make good."""

Hook = Callable[["Simulation"], None]


class Moods:
    """The database as one process meets it: quick, slow, busy, or gone with the acknowledgement."""

    def __init__(self, simulation: Simulation, rng: random.Random) -> None:
        self._simulation = simulation
        self._rng = rng

    async def before(self) -> None:
        clock, draw = self._simulation.clock, self._rng.random()
        slow = self._simulation.slow_database
        await clock.sleep(self._rng.random() * 0.4 if slow and draw < 0.05 else draw * 0.02 if slow else 0.0)

    def refuses(self) -> bool:
        return self._simulation.database_fault(self._rng, self._simulation.plan.busy_odds)

    def loses_the_answer(self) -> bool:
        return self._simulation.database_fault(self._rng, self._simulation.plan.busy_odds / 2)

    async def after(self) -> None:
        await self._simulation.clock.sleep(0.0)


class Weather(SeededFaults):
    """Cal.com's faults by the plan's odds, only while the simulation is active and only so many of them."""

    def __init__(self, rng: random.Random, plan: Plan) -> None:
        odds = Odds(call=plan.fault_odds, read=plan.read_odds)
        super().__init__(rng, odds, among=[f for f in Fault if not (plan.alone and f in NOT_ALONE)])
        self.active = True
        self.outage_until: datetime | None = None
        self.left = plan.remote_faults
        self.happened = 0
        self.humans = 0
        self.script: Callable[[Kind], Fault | None] | None = None

    def call(self, kind: Kind) -> Fault:
        fault = super().call(kind)
        if self.script is not None:
            scripted = self.script(kind) or Fault.OK
            self.humans += scripted is Fault.HUMAN_FIRST
            return scripted
        if fault is Fault.OK or not self.active or self.left is not None and self.happened >= self.left:
            return Fault.OK
        self.happened += 1
        self.humans += fault is Fault.HUMAN_FIRST
        return fault

    def deliveries(self) -> Sequence[Copy]:
        copies = super().deliveries()
        return copies if self.active else (Copy(),)


class Calcom(SimulatedCalcom):
    """Takes a different while each time, and is now and then not there at all."""

    jitter: random.Random | None = None
    down_until: datetime | None = None
    moods: Weather

    def begin(self, request: Request, now: datetime, *, timeout: float) -> Exchange:
        if self.jitter is not None:
            self._latency = self.jitter.choice((0.1, 0.2, self.jitter.uniform(0.05, 1.5)))
        if self.down_until is not None and now < self.down_until:
            script, self.moods.script = self.moods.script, lambda kind: Fault.CONNECT_REFUSED
            try:
                return super().begin(request, now, timeout=timeout)
            finally:
                self.moods.script = script
        return super().begin(request, now, timeout=timeout)


@dataclass(slots=True, eq=False)
class Asked:
    """One request of the platform and its end."""

    process: Process
    waiter: Task | None
    body: bytes | None = None
    ended: bool = False

    def end(self, body: bytes | None, now: datetime) -> None:
        self.body, self.ended = body, True
        if self.waiter is not None:
            self.waiter.wake_at = now


@dataclass
class Simulation:
    """Runs one plan."""

    plan: Plan
    trace: Callable[[str], None] | None = None
    watch_places: bool = False
    on_step: Hook | None = None
    violations: list[Violation] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan, made = self.plan, prepared()
        self.made = made
        self.memory = made.memory
        self.memory.restore()
        # Where await points are watched nothing is remembered, so that every one of them does wait.
        stored_accounts.REMEMBER_SECONDS = 0.0 if self.watch_places else REMEMBERED  # type: ignore[misc]
        self.variant = (plan.refuse_on_outage, plan.queue_cancels)
        self.memory.salons = SalonCache() if self.watch_places else _SALONS.setdefault(self.variant, SalonCache())
        if plan.refuse_on_outage or plan.queue_cancels:
            self._configure()
        self.clock = VirtualClock(NOW)
        chooser: Chooser = First() if plan.in_order else stream(plan.seed, "schedule")
        self.scheduler = Scheduler(self.clock, chooser, trace=self.trace, watch_places=self.watch_places)
        self.weather = Weather(stream(plan.seed, "weather"), plan)
        self.calcom = Calcom(seed=plan.seed & 0xFFFF, faults=self.weather)
        self.calcom.moods = self.weather
        service = made.calcom(plan.seed & 0xFFFF, self.weather, 0.2)
        self.calcom.world = service.world
        self.calcom.api.world = service.world
        if not plan.in_order:
            self.calcom.jitter = stream(plan.seed, "latency")
        self.slow_database = not plan.in_order
        self.transport = SimulatedTransport(self.calcom, self.clock)
        self.straight = Straight(self.calcom, self.clock, BASE_URL) if self.made.memory.quick else None
        self.bucket = MemoryBucket()
        self._share()
        self.outside = Process("outside")
        self.processes: dict[str, Process] = {}
        self.houses: dict[str, houses.House] = {}
        self.births = 0
        self.companies = [c for c in COMPANIES if c == ALPHA or any(call.company_id == c for call in self.plan.calls)]
        self.active = True
        self.database_faults = 0
        self.human_acted = False
        self.people_changed = False
        """Somebody cancelled or moved a booking of ours over there."""
        self.killed_at: list[datetime] = []
        self.pauses: list[tuple[datetime, datetime]] = []
        self.open_calls = 0
        self.asked: list[Asked] = []
        self._writes_seen = 0
        self._by_step = sorted((d for d in plan.disturbances if d.at_step), key=lambda d: d.at_step)
        self._unrest_seen: object = None
        self._unrest = ""

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self) -> list[Violation]:
        """Everything: the active part, quiescence, the final check."""
        self.start()
        until = NOW + timedelta(seconds=self.plan.linger)
        self.go(lambda: self.open_calls == 0 and not self._by_step_left() and self.clock.now() >= until, ACTIVE_SECONDS)
        if not self.violations:
            self.settle()
        self.scheduler.end()
        return self.violations

    def start(self) -> None:
        """Processes up, callers on the line."""
        for name in (*self.plan.gateways, *self.plan.workers):
            self.boot(name)
        for call in self.plan.calls:
            self.open_calls += 1
            at = NOW + timedelta(seconds=call.begins)
            self.scheduler.spawn(self.outside, f"call {call.number}", self._call(call), at=at, then=self._hung_up)
        for disturbance in self.plan.disturbances:
            if not disturbance.at_step:
                at = NOW + timedelta(seconds=disturbance.at)
                self.scheduler.spawn(self.outside, disturbance.evil.value, self._later(disturbance), at=at)

    def go(self, done: Callable[[], bool], seconds: float) -> None:
        """Step after step until `done`, or for so many virtual seconds, or until something breaks."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while not self.violations and not done():
            if self.scheduler.steps > MAX_STEPS:
                self.broken("I8", "the schedule does not end")
                return
            runnable = self.scheduler.runnable()
            if not runnable:
                instants = [at for at in (self.scheduler.next_wake(), self.calcom.next_at()) if at is not None]
                if not instants or min(instants) > until:
                    self.clock.move_to(until)
                    self._world_moves()
                    return
                self.clock.move_to(min(instants))
                self._world_moves()
                continue
            self.scheduler.step(runnable)
            self._after_step()

    def settle(self) -> None:
        """Faults off, everybody up: within ten minutes everything is as it should be."""
        self.calm()
        began = self.clock.now()
        found: list[Violation] = []
        looked = False
        while (self.clock.now() - began).total_seconds() < QUIET_SECONDS:
            self.go(lambda: self.quiet(), 60.0)
            if self.violations:
                return
            if not self.quiet():
                continue
            found = invariants.final(self)
            if not found and looked:
                return
            looked = not found
            if looked:
                self.look_once_more()  # what is right must also be left alone
            else:
                self.go(lambda: False, 30.0)
        if not self.quiet():
            self.broken("I8", "not at rest after ten minutes: " + invariants.unrest(self))
        self.violations += found or invariants.final(self)

    def look_once_more(self) -> None:
        """One whole pass over everything, by somebody who is up."""
        name = self.plan.workers[0]
        passes = [0]

        def passed(_: Any) -> None:
            passes[0] += 1

        for company_id in () if self.plan.alone else self.companies:
            work = self.houses[name].remote.reconciler.run(company_id, whole=True)
            self.spawn(self.processes[name], f"{name} looks once more", work, company_id=company_id, then=passed)
        self.go(lambda: self.plan.alone or passes[0] == len(self.companies), 60.0)

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.scheduler.say("-- faults off")
        self.active = self.weather.active = False
        self.weather.script = None
        self.calcom.down_until = None
        self._by_step.clear()
        now = self.clock.now()
        # What was still delayed comes now, in the disorder it was in.
        waiting = [(now, number, replace(delivery, at=now)) for _, number, delivery in sorted(self.calcom._post)]
        self.calcom._post[:] = waiting
        for name, process in list(self.processes.items()):
            process.paused_until = None
            if not process.alive:
                self.boot(name)

    def quiet(self) -> bool:
        """Nothing is under way and no pass has found anything lately."""
        if self.calcom.next_at() is not None or any(t.process is self.outside for t in self.scheduler.tasks):
            return False
        seen = (self.memory.raw.total_changes, self.human_acted, self.weather.humans)
        if self._unrest_seen != seen:
            self._unrest_seen, self._unrest = seen, invariants.unrest(self)
        return self._unrest == ""

    # -- processes ---------------------------------------------------------------------------------------------------

    def boot(self, name: str) -> None:
        """A new process under an old name."""
        self.births += 1
        process = Process(f"{name}.{self.births}")
        rng = stream(self.plan.seed, "process", name, self.births)
        store = MemoryStore(self.memory, self.clock, Moods(self, rng))

        def spawn(company_id: str, work: Coroutine[Any, Any, None]) -> None:
            self.spawn(process, f"{process.name} settles", work, company_id=company_id)

        built = houses.build(store, self.clock, rng, self.transport, self.limits, self.holds, spawn)
        object.__setattr__(built.remote.connections, "bucket", self.bucket)
        if self.straight is not None:
            object.__setattr__(built.remote.connections, "http", self.straight)
        built.dispatcher._as_sold = _SOLD.setdefault(self.variant, {})
        self.processes[name], self.houses[name] = process, built
        if name in self.plan.workers:
            for company_id in self.companies:
                first = self.plan.worker_after if self.plan.in_order else rng.uniform(0, ROUND_SECONDS)
                for job in (built.urgent,) if self.plan.alone else (built.urgent, built.steady):
                    task = job(company_id, first, self.memory)
                    self.spawn(process, f"{process.name} works for {company_id}", task, company_id=company_id)
        self.scheduler.say(f"booted {process.name}")

    def spawn(
        self,
        process: Process,
        name: str,
        coro: Coroutine[Any, Any, Any],
        *,
        company_id: str,
        then: Callable[[Any], None] | None = None,
    ) -> None:
        def failed(error: BaseException) -> None:
            self.broken("bug", f"{name}: {type(error).__name__}: {error}", error)

        self.scheduler.spawn(process, name, coro, then=then, failed=failed)

    def kill(self, name: str, down_seconds: float) -> None:
        process = self.processes[name]
        if not process.alive:
            return
        self.scheduler.kill(process)
        self.killed_at.append(self.clock.now())
        for asked in [asked for asked in self.asked if asked.process is process and not asked.ended]:
            asked.end(None, self.clock.now())  # the line breaks

        async def restart() -> None:
            await self.clock.sleep(down_seconds)
            if not self.processes[name].alive:
                self.boot(name)

        self.scheduler.spawn(self.outside, f"restart {name}", restart())

    # -- callers -----------------------------------------------------------------------------------------------------

    def _hung_up(self, _: Any) -> None:
        self.open_calls -= 1

    async def _call(self, call: Call) -> None:
        """One caller: wish after wish, each by what the last answer said."""
        known: dict[str, Any] = {}
        for index, op in enumerate(call.ops):
            answer = await self._wish(call, index, op, known, confirm=False)
            if answer is not None and answer.get("status") == "fee_confirm" and op.agrees:
                await self.clock.sleep(1.0)
                answer = await self._wish(call, index, op, known, confirm=True)
            if answer is not None and answer.get("status") in ("booked", "pending", "already_booked", "rescheduled"):
                known = answer
            await self.clock.sleep(op.after)

    async def _wish(
        self, call: Call, index: int, op: Op, known: dict[str, Any], *, confirm: bool
    ) -> dict[str, Any] | None:
        """Say it, and say it again as often as the plan wants; the last answer that came."""
        suffix = "c" if confirm else ""
        args = _arguments(call, op, known, confirm)
        heard: list[bytes] = []
        waiting = [1 + len(op.repeats)]

        async def deliver(after: float, invocation: str) -> None:
            await self.clock.sleep(after)
            body = await self._delivered(call, op.want, args, invocation)
            if body is not None:
                heard.append(body)

        caller = self.scheduler.current
        assert caller is not None  # it is running

        def ended(_: Any) -> None:
            waiting[0] -= 1
            caller.wake_at = self.clock.now()

        deliveries = [(0.0, f"i{index}{suffix}")]
        for n, repeat in enumerate(op.repeats):
            deliveries.append((repeat.after, f"i{index}{suffix}r{n}" if repeat.new_id else f"i{index}{suffix}"))
        for after, invocation in deliveries:
            name = f"call {call.number} {op.want} {invocation}"
            self.scheduler.spawn(self.outside, name, deliver(after, invocation), then=ended)
        while waiting[0]:
            await self.clock.sleep(ACTIVE_SECONDS)
        return json.loads(heard[0]) if heard else None

    async def _delivered(self, call: Call, want: Want, args: dict[str, str], invocation: str) -> bytes | None:
        """One delivery by the platform, repeated when the line breaks."""
        request = read_request(_TOOLS[want], _payload(call, want, args, invocation))
        for attempt in range(1 + RETRIES):
            name = self._gateway(call.number + attempt)
            if name is None:
                await self.clock.sleep(1.0)
                continue
            body = await self._ask(name, call, request)
            if body is not None:
                return body
            await self.clock.sleep(0.3)
        return None

    def _gateway(self, number: int) -> str | None:
        up = [name for name in self.plan.gateways if self.processes[name].alive]
        return up[number % len(up)] if up else None

    async def _ask(self, name: str, call: Call, request: ToolRequest) -> bytes | None:
        process, began = self.processes[name], self.clock.now()
        asked = Asked(process, self.scheduler.current)
        self.asked.append(asked)

        def then(body: bytes | None) -> None:
            asked.end(body, self.clock.now())
            if body is not None:
                self._answered(call, request, body, process, began)
            else:
                self.scheduler.say(f"call {call.number} {request.tool} {request.key}: unavailable")

        label = f"{process.name} {request.tool} of call {call.number}"
        self.spawn(process, label, self.houses[name].answer(request), company_id=call.company_id, then=then)
        await self.clock.sleep(GIVES_UP_SECONDS)
        asked.waiter = None
        return asked.body

    def _answered(self, call: Call, request: ToolRequest, body: bytes, process: Process, began: datetime) -> None:
        now = self.clock.now()
        facts = json.loads(body)
        self.scheduler.say(f"call {call.number} {request.tool} {request.key}: {facts['status']}")
        said = Said(
            call.company_id, request.call.call_id, request.key, request.tool, request.fingerprint, body, facts, now
        )
        self.said.append(said)
        seconds = (now - began).total_seconds()
        held_up = any(start <= now and began <= end for start, end in self.pauses)
        if seconds > TOOL_SECONDS and not held_up:
            self.broken("L5", f"{request.tool} took {seconds:.1f} s")
        self.violations += invariants.spoken(self, said)

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    def database_fault(self, rng: random.Random, odds: float) -> bool:
        if odds <= 0 or rng.random() >= odds or not self.active:
            return False
        if self.plan.database_faults is not None and self.database_faults >= self.plan.database_faults:
            return False
        self.database_faults += 1
        self.scheduler.say("database fault")
        return True

    def _by_step_left(self) -> bool:
        return bool(self._by_step) and self._by_step[0].at_step <= self.scheduler.steps

    def _after_step(self) -> None:
        while self._by_step and self._by_step[0].at_step <= self.scheduler.steps:
            self._befall(self._by_step.pop(0))
        if self.memory.writes != self._writes_seen:
            self._writes_seen = self.memory.writes
            self.violations += invariants.stepwise(self)
        if self.on_step is not None:
            self.on_step(self)

    def _befall(self, disturbance: Disturbance) -> None:
        now = self.clock.now()
        match disturbance.evil:
            case Evil.KILL:
                self.kill(disturbance.target, disturbance.seconds)
            case Evil.PAUSE:
                process = self.processes[disturbance.target]
                if process.alive:
                    self.scheduler.pause(process, disturbance.seconds)
                    self.pauses.append((now, now + timedelta(seconds=disturbance.seconds)))
            case Evil.REDIS:
                self.scheduler.say("redis lost everything")
                self._share()
                for name, house in self.houses.items():
                    if self.processes[name].alive:
                        services = house.dispatcher._services
                        object.__setattr__(services, "holds", self.holds)
            case Evil.OUTAGE:
                self.scheduler.say(f"Cal.com is down for {disturbance.seconds:.0f} s")
                self.calcom.down_until = now + timedelta(seconds=disturbance.seconds)
            case Evil.HUMAN_BOOKS:
                self._human_books(disturbance)
            case Evil.HUMAN_CANCELS | Evil.HUMAN_MOVES:
                self._human_changes(disturbance)

    async def _later(self, disturbance: Disturbance) -> None:
        if self.active:
            self._befall(disturbance)

    def _share(self) -> None:
        """What Redis holds: limits and soft holds, both new."""
        self.limits = Limits(MemoryCounters(self.clock.monotonic), self.clock)
        self.holds = HoldBook()

    def _human_books(self, disturbance: Disturbance) -> None:
        """Somebody books on a page of Cal.com, past us."""
        host = self.made.hosts[ALPHA, disturbance.staff]
        now = self.clock.now()
        self.calcom.advance(now)
        try:
            self.human_acted = True
            self.calcom.world.book_by_hand(host, local(*disturbance.time), disturbance.minutes, now)
            self.scheduler.say(f"a human books {disturbance.staff} at {disturbance.time}")
        except ApiError:
            self.scheduler.say("a human finds it taken")

    def _human_changes(self, disturbance: Disturbance) -> None:
        """The salon cancels or moves one of our bookings over there."""
        now = self.clock.now()
        self.calcom.advance(now)
        world = self.calcom.world
        host = self.made.hosts[ALPHA, disturbance.staff]
        ours = [b for b in world.active() if b.host_id == host and META_REF in b.metadata]
        if not ours or not self._at_rest_here(ours[0].uid):
            return
        target = ours[0]
        self.human_acted = self.people_changed = True
        try:
            if disturbance.evil is Evil.HUMAN_CANCELS:
                world.announce_cancel(target.uid, "krank", True, now)
                world.apply_cancel(target.uid, "krank", now)
                self.scheduler.say(f"a human cancels {target.uid[:6]}")
            elif target.metadata["gw_seg"].endswith("/1"):
                world.insert(world.check_move(target.uid, local(1, 15 * 60), "krank", now), now)
                self.scheduler.say(f"a human moves {target.uid[:6]}")
        except ApiError:
            return

    def _at_rest_here(self, uid: str) -> bool:
        """A human sees what stands; meddling with what is under way is nobody's wish and everybody's guess."""
        query = (
            "SELECT 1 FROM appointment_phase p JOIN appointment a ON a.company_id = p.company_id "
            "AND a.id = p.appointment_id WHERE p.remote_uid = ? AND a.status = 'confirmed' AND NOT EXISTS "
            "(SELECT 1 FROM saga s WHERE s.company_id = a.company_id AND s.appointment_id = a.id "
            "AND s.state IN ('running', 'compensating'))"
        )
        return bool(self.memory.rows(query, uid))

    def _configure(self) -> None:
        book = "refuse" if self.plan.refuse_on_outage else "pending"
        change = "queue" if self.plan.queue_cancels else "refuse"
        self.memory.raw.execute("UPDATE calcom_setup SET book_on_outage = ?, change_on_outage = ?", (book, change))
        # The salon as it is cached belongs to the version of the configuration it was read at.
        bump = 1 + 2 * self.plan.refuse_on_outage + 4 * self.plan.queue_cancels
        self.memory.raw.execute("UPDATE company SET config_version = config_version + ?", (bump,))
        self.memory.touched()

    # -- Cal.com's news ----------------------------------------------------------------------------------------------

    def _world_moves(self) -> None:
        for delivery in self.calcom.due(self.clock.now()):
            if not self.plan.alone:
                self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        """Cal.com looks at no answer and repeats nothing: with nobody up it is lost."""
        name = self._gateway(len(self.said))
        if name is None:
            return
        company_id = delivery.url.rsplit("/", 1)[1]
        signatures = [value.encode() for key, value in delivery.headers.items() if key.lower() == HEADER]
        process = self.processes[name]
        coro = self.houses[name].webhook(company_id, delivery.body, signatures)

        def then(word: str) -> None:
            self.scheduler.say(f"webhook: {word}")
            if word == "kept" and not delivery.genuine and b"wrong" not in delivery.body and _forged(delivery):
                self.broken("S1", "a forged webhook was kept")

        self.spawn(process, f"{process.name} webhook", coro, company_id=company_id, then=then)

    # -- verdicts ----------------------------------------------------------------------------------------------------

    def broken(self, invariant: str, text: str, error: BaseException | None = None) -> None:
        self.violations.append(Violation(invariant, text, error))
        self.scheduler.say(f"VIOLATION {invariant}: {text}")

    def bookings(self) -> list[Any]:
        """Cal.com's active bookings as they are."""
        return [b for b in self.calcom.world.active() if b.status is BookingStatus.ACCEPTED]


def _forged(delivery: Delivery) -> bool:
    """Signed by nobody or by somebody else (a wrong event's name is signed properly)."""
    from gateway.calcom.signature import sign
    from gateway.calcom.simulated.service import FOREIGN_SECRET, NO_SECRET

    value = delivery.headers["x-cal-signature-256"]
    return value == NO_SECRET or value == sign(delivery.body, FOREIGN_SECRET)


_TOOLS: Final = {
    Want.BOOK: "book_appointment",
    Want.MOVE: "reschedule_appointment",
    Want.CANCEL: "cancel_appointment",
}


def _arguments(call: Call, op: Op, known: dict[str, Any], confirm: bool) -> dict[str, str]:
    """What the agent passes on: plain dates and times, as a model writes them."""
    wished = local(*op.time).astimezone(_zone())
    args: dict[str, str] = {"name": call.name}
    if confirm:
        args["confirm"] = "ja"
    old = datetime.fromisoformat(known["start"]) if "start" in known else None
    if op.want is Want.BOOK:
        args |= {"service": op.service, "date": f"{wished:%Y-%m-%d}", "time": f"{wished:%H:%M}"}
        if op.staff is not None:
            args["staff"] = op.staff
    elif op.want is Want.MOVE:
        args |= {"date": f"{wished:%Y-%m-%d}", "time": f"{wished:%H:%M}"}
        if old is not None:
            args |= {"old_date": f"{old:%Y-%m-%d}", "old_time": f"{old:%H:%M}"}
        if op.staff is not None:
            args["staff"] = op.staff
    else:
        day = old or wished
        args |= {"date": f"{day:%Y-%m-%d}", "time": f"{day:%H:%M}"}
    return args


def _zone() -> Any:
    from tests.simulation.salon import ZONE

    return ZONE


def _payload(call: Call, want: Want, args: dict[str, str], invocation: str) -> dict[str, Any]:
    """The body the platform sends."""
    made: dict[str, Any] = {
        "call_id": f"call_{call.company_id}_{call.number}",
        "direction": "inbound",
        "from_number": call.caller_e164,
        "to_number": NUMBERS[call.company_id],
    }
    if call.with_ids:
        made["transcript_with_tool_calls"] = [
            {"role": "tool_call_invocation", "tool_call_id": invocation, "name": _TOOLS[want], "arguments": "{}"}
        ]
    return {"name": _TOOLS[want], "args": args, "call": made}
