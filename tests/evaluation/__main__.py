"""Score the four abilities on the open samples: `python -m tests.evaluation [--json] [--examples N]`.

Ends with 0 when every goal is reached, 1 when one is missed, 2 when the samples are absent or an ability cannot run.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.evaluation import adapters
from tests.evaluation.report import SAMPLES, Goal, Report, lines, share

# Floors and ceilings of the goals, as shares.
_WHEN_GOALS: Final = {"de": (0.95, 0.02), "en": (0.92, 0.03)}
_REFUSED: Final = 0.95
_FALSE_ACCEPTS, _FALSE_REJECTS, _HARD_ACCEPTS = 0.003, 0.05, 0.01


def _when(lang: str) -> Report:
    from tests.evaluation.score_when import right

    total = exact = wrong = refusals = refused = 0
    errors: list[str] = []
    for case in map(json.loads, lines("time.dev.jsonl")):
        if case["lang"] != lang:
            continue
        answer = adapters.when(case["text"], datetime.fromisoformat(case["reference"]), lang)
        total += 1
        refusals += case["expect"]["kind"] == "none"
        refused += case["expect"]["kind"] == "none" and answer is None
        if right(answer, case):
            exact += 1
        else:
            wrong += answer is not None
            errors.append(f"{case['reference'][:16]} {case['text']!r}: {answer}, expected {case['expect']}")
    accurate, confident = _WHEN_GOALS[lang]
    goals = [
        Goal("exact", share(exact, total), accurate),
        Goal("confidently_wrong", share(wrong, total), confident, is_floor=False),
    ]
    goals += [Goal("non_dates_refused", share(refused, refusals), _REFUSED)] if refusals else []
    return Report(f"when ({lang})", total, share(exact, total), share(wrong, total), tuple(goals), tuple(errors))


def _names() -> Report:
    total = accepts = rejects = same = other = hard = hard_accepts = 0
    errors: list[str] = []
    threshold = adapters.names_threshold()
    for case in map(json.loads, lines("names.dev.jsonl")):
        if not case["core"]:  # partial names and carrier phrases are counted by score_names
            continue
        likeness = adapters.names(case["stored"], case["heard"])
        accepted = likeness >= threshold
        total += 1
        if case["stratum"] == "hard" and not case["same"]:
            hard += 1
            hard_accepts += accepted
        same, other = same + case["same"], other + (not case["same"])
        rejects += case["same"] and not accepted
        accepts += accepted and not case["same"]
        if accepted != case["same"]:
            verdict = "accepted" if accepted else "rejected"
            errors.append(f"{case['stored']!r} heard {case['heard']!r}: wrongly {verdict} ({likeness:.2f})")
    goals = (
        Goal("false_accepts", share(accepts, other), _FALSE_ACCEPTS, is_floor=False),
        Goal("false_rejects", share(rejects, same), _FALSE_REJECTS, is_floor=False),
        Goal("hard_accepts", share(hard_accepts, hard), _HARD_ACCEPTS, is_floor=False),
    )
    accuracy = share(total - accepts - rejects, total)
    return Report("names (core)", total, accuracy, share(accepts, total), goals, tuple(errors))


def _staff() -> Report:
    from tests.evaluation.score_staff import report

    return report()


def _services() -> Report:
    from tests.evaluation.score_services import report

    return report()


ABILITIES: Final[dict[str, Callable[[], Report]]] = {
    "when (de)": lambda: _when("de"),
    "when (en)": lambda: _when("en"),
    "names (core)": _names,
    "staff": _staff,
    "services": _services,
}


def main(arguments: list[str] | None = None) -> int:
    """Print the scores, as tables or as one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--examples", type=int, default=10, metavar="N", help="errors shown per ability (default 10)")
    chosen = parser.parse_args(arguments)
    if not SAMPLES.is_dir():
        print(f"no samples: {SAMPLES.name}/ is looked for in the directory beside the project", file=sys.stderr)
        return 2
    reports: list[Report] = []
    broken: dict[str, str] = {}
    for ability, run in ABILITIES.items():
        try:
            reports.append(run())
        except Exception as error:  # noqa: BLE001 - one broken ability must not hide the scores of the others
            broken[ability] = f"{type(error).__name__}: {error}"
    if chosen.json:
        print(
            json.dumps({"reports": [one.as_json() for one in reports], "broken": broken}, ensure_ascii=False, indent=1)
        )
    else:
        _show(reports, broken, chosen.examples)
    if broken:
        return 2
    return 0 if all(goal.reached for one in reports for goal in one.goals) else 1


def _show(reports: list[Report], broken: dict[str, str], examples: int) -> None:
    console = Console()
    table = Table(title="Understanding callers, open samples")
    for column in ("ability", "cases", "accuracy", "confidently wrong", "goals"):
        table.add_column(column, justify="left" if column in ("ability", "goals") else "right")
    for one in reports:
        goals = "\n".join(map(_goal, one.goals))
        table.add_row(one.ability, str(one.cases), f"{one.accuracy:.1%}", f"{one.confidently_wrong:.1%}", goals)
    for ability, reason in broken.items():
        table.add_row(ability, "-", "-", "-", f"[red]cannot run: {reason}[/red]")
    console.print(table)
    for one in reports:
        if one.errors and examples > 0:
            console.print(f"\n{one.ability}: {len(one.errors)} errors", style="bold")
            for error in one.errors[:examples]:
                console.print(f"  {error}", markup=False, highlight=False)


def _goal(goal: Goal) -> str:
    sign, colour = (">=", "green") if goal.is_floor else ("<=", "green")
    colour = colour if goal.reached else "red"
    return f"[{colour}]{goal.name} {goal.value:.1%} {sign} {goal.bound:.1%}[/{colour}]"


if __name__ == "__main__":
    raise SystemExit(main())
