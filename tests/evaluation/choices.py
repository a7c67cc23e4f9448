"""Score answers of the kind "which of these": exact, asked back, or confidently wrong.

Exact is the expected status with the expected ids in any order, or one of the accepted answers. Confidently wrong is a
match with a wrong id, or a claim of no preference where there was one; a question or a refusal costs a turn, no more.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tests.evaluation.report import Goal, Report, share

Case = Mapping[str, Any]
Resolver = Callable[[str, Sequence[Mapping[str, Any]]], Mapping[str, Any]]


def is_exact(answer: Case, case: Case) -> bool:
    """Whether the answer is the expected one or an accepted one."""
    return any(
        answer["status"] == right["status"] and sorted(answer["ids"]) == sorted(right["ids"])
        for right in (case["expect"], *case.get("accept", []))
    )


def score(ability: str, resolver: Resolver, listed: str, cases: Iterable[str], goals: Mapping[str, float]) -> Report:
    """Score `resolver` on JSON lines whose choices stand under `listed`.

    `goals` gives the bounds for `exact`, `exact_or_asked` and `confidently_wrong` (shares from 0 to 1).
    """
    total = exact = asked = wrong = 0
    errors: list[str] = []
    for case in map(json.loads, cases):
        answer = resolver(case["utterance"], case[listed])
        total += 1
        if is_exact(answer, case):
            exact += 1
            continue
        asked += answer["status"] == "ambiguous"
        wrong += answer["status"] in ("match", "any")
        errors.append(f"{case['utterance']!r}: {_short(answer)}, expected {_short(case['expect'])}")
    figures = {
        "exact": share(exact, total),
        "exact_or_asked": share(exact + asked, total),
        "confidently_wrong": share(wrong, total),
    }
    held = tuple(Goal(name, figures[name], bound, name != "confidently_wrong") for name, bound in goals.items())
    return Report(ability, total, figures["exact"], figures["confidently_wrong"], held, tuple(errors))


def _short(answer: Case) -> str:
    return f"{answer['status']} {', '.join(answer['ids'])}".strip()
