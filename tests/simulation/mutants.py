"""`python -m tests.simulation.mutants`: plants every bug of the bank and counts the seeds until the simulator sees it.

Each bug is planted in a copy of the package in a folder of its own, and the very same simulator runs against that copy.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.bank import BANK, Mutant, apply, check

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 20_000


@dataclass(frozen=True, slots=True)
class Hunt:
    """How one mutant fared. `seeds` None: not found."""

    name: str
    seeds: int | None
    what: str
    seconds: float


def hunt(mutant: Mutant, first: int = 0, seeds: int = SEEDS) -> Hunt:
    """Plant one bug and run seeds until something breaks."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "gateway", copy / "gateway", ignore=shutil.ignore_patterns("__pycache__"))
        apply(mutant, copy)
        # The folder comes first on the path, so `gateway` is the mutant; `tests` is ours.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join((folder, str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"}
        wanted = [
            "--count",
            str(seeds),
            "--from",
            str(first),
            "--first-only",
            "--no-shrink",
            "--json",
            "--processes",
            "1",
        ]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.simulation", *wanted],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    seconds = time.perf_counter() - began
    try:
        report = json.loads(done.stdout)
    except ValueError:
        # The bug kept even the first schedule from being set up.
        return Hunt(mutant.name, 1, "does not start: " + done.stderr.strip().splitlines()[-1][:120], seconds)
    if not report["violations"]:
        return Hunt(mutant.name, None, "", seconds)
    seen = report["violations"][0]
    return Hunt(mutant.name, seen["seed"] - first + 1, seen["what"], seconds)


def hunt_all(bank: Sequence[Mutant], *, first: int, seeds: int, processes: int) -> list[Hunt]:
    """Every mutant, a few at a time; each is a process of its own."""
    found: list[Hunt] = []
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        for result in pool.map(lambda mutant: hunt(mutant, first, seeds), bank):
            found.append(result)
            told = "NOT FOUND" if result.seeds is None else f"{result.seeds:>6}"
            print(f"{told}  {result.seconds:>5.0f} s  {result.name:<70} {result.what[:80]}", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="give up after so many")
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="mutants whose name holds this")
    wanted = parser.parse_args()
    if wrong := check(ROOT):
        print("\n".join(wrong))
        return 2
    bank = [mutant for mutant in BANK if wanted.only in mutant.name]
    found = hunt_all(bank, first=wanted.first, seeds=wanted.seeds, processes=wanted.processes)
    missed = [result.name for result in found if result.seeds is None]
    print(f"{len(found) - len(missed)} of {len(found)} found" + "".join(f"\n  not found: {name}" for name in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
