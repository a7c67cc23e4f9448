"""What one seed asks for: who rings, what goes wrong, and when. A plan is a value, so it can be cut down and run again."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.simulation.prepared import stream
from tests.simulation.salon import ALPHA, BETA, COMPOSITE, HANS, SABINE, SIMPLE

# Few times, so that people meet: before and inside the paid window, overlapping each other, and moves by less than a
# composite's span. (Days after the first, minutes after midnight.)
TIMES = ((0, 14 * 60), (0, 14 * 60 + 30), (1, 10 * 60), (1, 10 * 60 + 30), (1, 11 * 60))


class Want(StrEnum):
    """What a caller asks for."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same wish once more, `after` seconds later: the very same request, or as a new invocation."""

    after: float
    new_id: bool


@dataclass(frozen=True, slots=True)
class Op:
    """One wish within a call, `after` seconds after the answer to the last one."""

    want: Want
    after: float
    service: str
    time: tuple[int, int]
    staff: str | None
    repeats: tuple[Repeat, ...] = ()
    agrees: bool = True
    """Agrees to a fee when asked."""


@dataclass(frozen=True, slots=True)
class Call:
    """One phone call."""

    number: int
    company_id: str
    begins: float
    caller_e164: str
    name: str
    ops: tuple[Op, ...]
    with_ids: bool = True
    """Whether the platform names its invocations."""


class Evil(StrEnum):
    """What befalls us besides Cal.com's own faults."""

    KILL = "kill"
    PAUSE = "pause"
    REDIS = "redis"
    HUMAN_BOOKS = "human_books"
    HUMAN_CANCELS = "human_cancels"
    HUMAN_MOVES = "human_moves"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """At scheduler step `at_step` (process evils) or second `at` (human ones)."""

    evil: Evil
    at_step: int = 0
    at: float = 0.0
    target: str = ""
    seconds: float = 0.0
    time: tuple[int, int] = (0, 0)
    staff: str = ""
    minutes: int = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule. `remote_faults` and `database_faults`: only so many happen; None: as many as are drawn."""

    seed: int
    calls: tuple[Call, ...]
    disturbances: tuple[Disturbance, ...] = ()
    fault_odds: float = 0.25
    read_odds: float = 0.08
    busy_odds: float = 0.02
    remote_faults: int | None = None
    database_faults: int | None = None
    in_order: bool = False
    """Everybody in the order of arrival, instead of by the seed."""
    refuse_on_outage: bool = False
    queue_cancels: bool = False
    workers: tuple[str, ...] = ("w1", "w2")
    gateways: tuple[str, ...] = ("g1", "g2")
    alone: bool = False
    """Nobody heals: no reconciler, no webhooks, no people, and nothing comes late. Then the sagas have to be right by
    themselves; what the reconciler would mend is not hidden by it."""
    worker_after: float = 0.5
    """When workers begin, where everybody goes in order."""
    linger: float = 0.0
    """So many seconds at least before the faults end, whoever has hung up."""


PEOPLES = (Evil.HUMAN_BOOKS, Evil.HUMAN_CANCELS, Evil.HUMAN_MOVES)
PEOPLE = (
    (SABINE.phone_e164, SABINE.name),
    (HANS.phone_e164, HANS.name),
    ("+4915112345677", "Petra Vogel"),
    ("+4915112345688", "Jonas Lang"),
)
SERVICES = (SIMPLE.name, COMPOSITE.name)


def plan_of(seed: int) -> Plan:
    """The plan behind a seed."""
    rng = stream(seed, "plan")
    alone = rng.random() < 0.3
    calls = tuple(_call(seed, number) for number in range(rng.choice((1, 2, 2, 3))))
    return Plan(
        seed=seed,
        calls=calls,
        disturbances=tuple(_fitting(_disturbances(rng), alone)),
        fault_odds=rng.choice((0.0, 0.15, 0.3, 0.5)),
        read_odds=rng.choice((0.0, 0.05, 0.15)),
        busy_odds=rng.choice((0.0, 0.0, 0.01, 0.03)),
        refuse_on_outage=rng.random() < 0.2,
        queue_cancels=rng.random() < 0.25,
        alone=alone,
    )


def _fitting(drawn: Iterable[Disturbance], alone: bool) -> Iterator[Disturbance]:
    """Where nobody heals there are no people, and nobody sleeps so long that what he then sends is past all settling."""
    for disturbance in drawn:
        if not alone:
            yield disturbance
        elif disturbance.evil is Evil.PAUSE:
            yield replace(disturbance, seconds=min(disturbance.seconds, 45.0))
        elif disturbance.evil not in PEOPLES:
            yield disturbance


def _call(seed: int, number: int) -> Call:
    rng = stream(seed, "call", number)
    e164, name = rng.choice(PEOPLE)
    company = BETA if rng.random() < 0.15 else ALPHA
    wants = [
        Want.BOOK,
        *rng.choice(((), (Want.MOVE,), (Want.CANCEL,), (Want.MOVE, Want.CANCEL), (Want.CANCEL, Want.BOOK))),
    ]
    ops = tuple(_op(rng, want) for want in wants)
    begins = rng.choice((0.0, 0.0, rng.uniform(0, 3), rng.uniform(0, 40)))
    return Call(number, company, begins, e164 or "", name, ops, with_ids=rng.random() < 0.85)


def _op(rng: random.Random, want: Want) -> Op:
    repeats = []
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        repeats.append(Repeat(rng.choice((0.0, rng.uniform(0, 2), rng.uniform(2, 12))), rng.random() < 0.4))
    return Op(
        want,
        after=rng.choice((0.5, rng.uniform(0, 4), rng.uniform(0, 30))),
        service=rng.choice(SERVICES),
        time=rng.choice(TIMES),
        staff=rng.choice((None, "Emma", "Fabian", "Emma")),
        repeats=tuple(repeats),
        agrees=rng.random() < 0.8,
    )


def _disturbances(rng: random.Random) -> tuple[Disturbance, ...]:
    made: list[Disturbance] = []
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        at_step = rng.randrange(3, rng.choice((40, 120, 260)))
        target = rng.choice(("g1", "g1", "g2", "w1", "w1", "w2"))
        if rng.random() < 0.6:
            made.append(
                Disturbance(Evil.KILL, at_step, target=target, seconds=rng.choice((0.5, 5.0, rng.uniform(0, 90))))
            )
        else:
            made.append(Disturbance(Evil.PAUSE, at_step, target=target, seconds=rng.uniform(0, 200)))
    if rng.random() < 0.15:
        made.append(Disturbance(Evil.REDIS, rng.randrange(3, 200)))
    if rng.random() < 0.15:
        made.append(Disturbance(Evil.OUTAGE, at=rng.uniform(0, 20), seconds=rng.uniform(5, 90)))
    for evil, odds in ((Evil.HUMAN_BOOKS, 0.3), (Evil.HUMAN_CANCELS, 0.1), (Evil.HUMAN_MOVES, 0.1)):
        if rng.random() < odds:
            made.append(
                Disturbance(
                    evil,
                    at=rng.choice((0.0, rng.uniform(0, 5), rng.uniform(0, 120))),
                    time=rng.choice(TIMES),
                    staff=rng.choice(("emma", "emma", "fabian")),
                    minutes=rng.choice((30, 60)),
                )
            )
    return tuple(made)
