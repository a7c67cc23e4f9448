"""Score `gateway.auth.names` on the open samples: python -m tests.evaluation.score_names (or run the file).

The sample is split in two halves by a hash of the case id: rules are tuned on "tune", figures are believed on "check".
"""

import json
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.auth.names import SAME, similarity

SAMPLE = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "names.dev.jsonl"
MOST_EXAMPLES = 12


@dataclass(slots=True)
class Tally:
    """Counts of one group of cases: how many should (not) be accepted, and which went wrong."""

    wanted: int = 0
    unwanted: int = 0
    false_rejects: list[str] = field(default_factory=list)
    false_accepts: list[str] = field(default_factory=list)

    def add(self, case: Mapping[str, Any], value: float) -> None:
        """Count one case with the similarity it got."""
        line = f"{case['stored']} | {case['heard']} ({value:.2f})"
        if case["same"]:
            self.wanted += 1
            if value < SAME:
                self.false_rejects.append(line)
        else:
            self.unwanted += 1
            if value >= SAME:
                self.false_accepts.append(line)

    def __str__(self) -> str:
        return (
            f"false accepts {len(self.false_accepts):3d} of {self.unwanted:4d} = {_percent(self.false_accepts, self.unwanted)}, "
            f"false rejects {len(self.false_rejects):3d} of {self.wanted:4d} = {_percent(self.false_rejects, self.wanted)}"
        )


def _percent(errors: list[str], total: int) -> str:
    return f"{100 * len(errors) / total:5.2f} %" if total else "    -  "


def half(case: Mapping[str, Any]) -> str:
    """The half a case belongs to, for ever: "tune" or "check"."""
    return "tune" if zlib.crc32(str(case["id"]).encode()) % 2 else "check"


def score(cases: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Tally]:
    """Tallies by (half, group); half also "all", group "core", "standard", "hard" (both core) or "non-core"."""
    tallies: dict[tuple[str, str], Tally] = {}
    for case in cases:
        value = similarity(case["stored"], case["heard"])
        groups = ("core", case["stratum"]) if case["core"] else ("non-core",)
        for part in ("all", half(case)):
            for group in groups:
                tallies.setdefault((part, group), Tally()).add(case, value)
    return tallies


def load(path: Path = SAMPLE) -> list[dict[str, Any]]:
    """The open sample, one mapping per case; raises FileNotFoundError where it is absent."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main() -> int:
    """Print figures per half and group, then examples of errors."""
    if not SAMPLE.exists():
        print(f"no sample at {SAMPLE}", file=sys.stderr)
        return 2
    tallies = score(load())
    for (part, group), tally in sorted(tallies.items()):
        print(f"{part:6s} {group:9s} {tally}")
    for group in ("core", "non-core"):
        for title, errors in (
            ("accepted", tallies["all", group].false_accepts),
            ("rejected", tallies["all", group].false_rejects),
        ):
            print(f"\n{group}, wrongly {title}:", *errors[:MOST_EXAMPLES], sep="\n  ")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
