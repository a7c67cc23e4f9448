"""How long the search for free times takes: 20 people x 60 days x 4 segments.

    python benchmarks/search.py [--json] [--rounds N]

Four figures, each p50 and p99 in milliseconds over fresh boards of a fairly full salon:

    search        `starts` for one person doing all parts, on calendars never searched before (goal: p50 <= 1 ms)
    search_split  the same with parts shared between people
    search_again  `starts` on cached calendars, as most tool calls find them
    rank          search and ranking of three offers for one day, on calendars never searched before

No clock is read by the code under test; the calendars are the same in every run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.booking.availability import starts
from gateway.booking.free_time import Board, Rota, fresh_board, make_rota
from gateway.booking.model import Hours, Interval, PausePolicy, Salon, Segment, Service, StaffMember
from gateway.booking.offers import Wish, rank
from gateway.booking.timeline import Window, set_bits, window_for

PEOPLE = tuple(f"staff-{n}" for n in range(20))
NOW = datetime(2025, 10, 6, 7, 0, tzinfo=UTC)
COLOUR = Service(
    id="colour",
    name="Ansatzfärbung, waschen, schneiden, föhnen",
    minutes=150,
    price_cents=8500,
    staff_ids=PEOPLE,
    composite=True,
    segments=(Segment("A", "A", 30, 45), Segment("B", "B", 15), Segment("C", "C", 30), Segment("D", "D", 30)),
    pause_policy=PausePolicy.FREE,
)
BEARD = Service("beard", "Bartpflege", 20, 1500, PEOPLE)
SALON = Salon(
    "bench",
    "main",
    "Salon",
    "Europe/Berlin",
    "BE",
    Hours({**dict.fromkeys(range(5), ((540, 1140),)), 5: ((540, 960),)}),
    (COLOUR, BEARD),
    tuple(StaffMember(name, name) for name in PEOPLE),
    horizon_days=60,
)


def bookings(window: Window) -> Mapping[str, Sequence[Interval]]:
    """About six bookings a day and person, each person's a little different."""

    def one(n: int, k: int) -> Interval:
        begin = window.start + timedelta(minutes=95 * k + (k * k * 7 + n * 35) % 12 * 5)
        return Interval(begin, begin + timedelta(minutes=20 + (k + n) % 4 * 15))

    return {name: [one(n, k) for k in range(window.grains * 5 // 95)] for n, name in enumerate(PEOPLE)}


def measure(work: Callable[[Board], object], boards: Callable[[], Board], rounds: int) -> dict[str, float]:
    """p50 and p99 of `work` in milliseconds; making the board is not counted."""
    took: list[float] = []
    for _ in range(rounds):
        board = boards()
        begun = perf_counter()
        work(board)
        took.append((perf_counter() - begun) * 1000)
    took.sort()
    return {"p50_ms": round(took[len(took) // 2], 3), "p99_ms": round(took[len(took) * 99 // 100], 3)}


def run(rounds: int) -> dict[str, dict[str, float]]:
    """All figures by name."""
    window = window_for(SALON, NOW)
    rota, busy = make_rota(SALON, window), bookings(window)
    warm = fresh_board(SALON, NOW, busy, rota=rota)
    found = starts(warm, COLOUR).bits
    if not any(set_bits(found)):
        raise SystemExit("nothing free: the benchmark would measure an empty search")
    split = replace(COLOUR, same_staff=False)
    wish = Wish.on(SALON, date(2025, 10, 14))

    def fresh() -> Board:
        return fresh_board(SALON, NOW, busy, rota=_unsearched(rota))

    return {
        "search": measure(lambda board: starts(board, COLOUR), fresh, rounds),
        "search_split": measure(lambda board: starts(board, split), fresh, rounds),
        "search_again": measure(lambda board: starts(board, COLOUR), lambda: warm, rounds),
        "rank": measure(lambda board: rank(board, COLOUR, wish), fresh, rounds),
    }


def _unsearched(rota: Rota) -> Rota:
    """The same rota with nothing remembered of earlier searches."""
    return replace(rota, opening=type(rota.opening)(rota.opening.working, rota.opening.free))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=500)
    arguments = parser.parse_args()
    figures = run(arguments.rounds)
    if arguments.json:
        print(json.dumps({"people": len(PEOPLE), "days": SALON.horizon_days, "segments": 4, **figures}))
        return
    print(f"{len(PEOPLE)} people x {SALON.horizon_days} days x 4 segments, {arguments.rounds} rounds")
    for name, figure in figures.items():
        print(f"  {name:<13} p50 {figure['p50_ms']:7.3f} ms   p99 {figure['p99_ms']:7.3f} ms")


if __name__ == "__main__":
    main()
