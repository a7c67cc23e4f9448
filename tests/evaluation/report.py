"""What one ability scored: the figures the goals speak of, and the errors behind them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

SAMPLES: Final = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
"""The open samples beside the project; absent where only the project was fetched."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure, the bound it is held to, and whether the bound is a floor. Shares are from 0 to 1."""

    name: str
    value: float
    bound: float
    is_floor: bool = True

    @property
    def reached(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.value >= self.bound if self.is_floor else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Report:
    """One ability on one set of cases."""

    ability: str
    cases: int
    accuracy: float
    confidently_wrong: float
    goals: tuple[Goal, ...]
    errors: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as plain data, goals with whether they were reached."""
        goals = [{**asdict(goal), "reached": goal.reached} for goal in self.goals]
        return {**asdict(self), "goals": goals, "errors": list(self.errors)}


def share(count: int, total: int) -> float:
    """Return count / total, and 0 of nothing."""
    return count / total if total else 0.0


def lines(name: str) -> Iterable[str]:
    """Yield the cases of one sample file; raises FileNotFoundError where the samples are absent."""
    for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield line
