"""`python -m benchmarks`: every figure of one run, as ratios, against the goals we set ourselves."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import calcom, million, search, tools

# Median of one caller on SQLite, as a multiple of the floor's median.
GOALS = {"check_availability": 8.0, "book_appointment": 25.0}
SEARCH_GOAL_MS = 1.0
MILLION_GOAL = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed as ratios, one run.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="leave out the million appointments and Cal.com")
    arguments = parser.parse_args()
    result: dict[str, Any] = {"tools": asyncio.run(tools.run()), "search": search.run(500)}
    if not arguments.quick:
        result["calcom"] = asyncio.run(calcom.run())
        result["million"] = asyncio.run(million.run())
    if arguments.json:
        print(json.dumps(result))
        return
    console = Console()
    _tools(console, result["tools"])
    figure = result["search"]["search"]
    console.print(
        f"slot search, 20 staff x 60 days x 4 segments: p50 {figure['p50_ms']} ms, p99 {figure['p99_ms']} ms "
        f"(goal p50 <= {SEARCH_GOAL_MS} ms)"
    )
    if "calcom" in result:
        calcom.show(console, result["calcom"])
    if "million" in result:
        _million(console, result["million"])


def _tools(console: Console, rows: list[dict[str, Any]]) -> None:
    table = Table(title="each tool against bare Starlette with the same HMAC and JSON (SQLite, synchronous=FULL)")
    for heading in ("tool", "callers", "p50 ms", "p50 / floor", "p99 ms", "p99 / floor", "goal"):
        table.add_column(heading, justify="right" if heading != "tool" else "left")
    for row in rows:
        goal = GOALS.get(row["tool"]) if row["callers"] == 1 else None
        table.add_row(
            row["tool"],
            str(row["callers"]),
            f"{row['p50_ms']:.2f}",
            f"{row['p50_ratio']:.1f}",
            f"{row['p99_ms']:.2f}",
            f"{row['p99_ratio']:.1f}",
            "" if goal is None else f"<= {goal:g}",
        )
    console.print(table)


def _million(console: Console, rows: list[dict[str, Any]]) -> None:
    table = Table(title=f"a thousand and a million appointments (goal: ratio <= {MILLION_GOAL})")
    for heading in rows[0]:
        table.add_column(heading, justify="left" if heading == "tool" else "right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


if __name__ == "__main__":
    main()
