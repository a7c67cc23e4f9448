"""Score `understand` on the open samples: `python -m tests.evaluation.score_when [de|en] [file]`."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from gateway.speech.when import understand

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "time.dev.jsonl"
Case = Mapping[str, Any]


def cases(path: Path = SAMPLES) -> Iterator[dict[str, Any]]:
    """Yield the cases of a sample file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def right(answer: Case | None, case: Case) -> bool:
    """Tell whether an answer is one of the accepted ones."""
    return any(_fits(answer, expect) for expect in [case["expect"], *case.get("accept", [])])


def _fits(answer: Case | None, expect: Case) -> bool:
    if answer is None or answer["kind"] == "none":
        return bool(expect["kind"] == "none")
    if expect["kind"] == "none":
        return False
    if expect.get("within"):
        return _inside(answer, expect)
    if expect["grain"] == "part_of_day":
        return _overlaps(answer, expect)
    return all((answer.get(key) or None) == (expect.get(key) or None) for key in ("kind", "start", "end"))


def _stretch(case: Case) -> tuple[datetime, datetime] | None:
    """The stretch an answer covers; times without a day lie on one common day, 24:00 on the next."""
    start, end = case.get("start"), case.get("end")
    if start is None or (case["kind"] == "interval" and end is None):
        return None
    lo = _moment(start)
    if case["kind"] != "interval" or end is None:
        return lo, lo + (timedelta(days=1) if case["kind"] == "date" else timedelta(0))
    hi = _moment(end)
    return lo, hi + timedelta(days=1) if hi <= lo else hi


def _moment(text: str) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text)
    if ":" in text:
        return datetime.combine(date(2000, 1, 1), time()) + timedelta(hours=int(text[:2]), minutes=int(text[3:]))
    return datetime.combine(date.fromisoformat(text), time())


def _inside(answer: Case, expect: Case) -> bool:
    said, given = _stretch(answer), _stretch(expect)
    if said is None or given is None or not given[0] <= said[0] <= said[1] <= given[1]:
        return False
    must = expect.get("must_include")
    return must is None or said[0] <= _moment(must) < said[1]


def _overlaps(answer: Case, expect: Case) -> bool:
    if (len(answer.get("start") or "") > 5) != (len(expect["start"]) > 5):
        return False
    said, given = _stretch(answer), _stretch(expect)
    if said is None or given is None or answer["kind"] == "date":
        return False
    if said[0] == said[1]:
        return given[0] <= said[0] < given[1]
    common = min(said[1], given[1]) - max(said[0], given[0])
    return common * 2 >= min(said[1] - said[0], given[1] - given[0])


def main() -> int:
    """Print accuracy, the share of confidently wrong answers, and every error."""
    languages = [name for name in sys.argv[1:] if name in {"de", "en"}] or ["de", "en"]
    path = next((Path(name) for name in sys.argv[1:] if name not in {"de", "en"}), SAMPLES)
    for lang in languages:
        count: Counter[str] = Counter()
        for case in cases(path):
            if case["lang"] != lang:
                continue
            answer = understand(case["text"], datetime.fromisoformat(case["reference"]), lang).as_case()
            if right(answer, case):
                verdict = "right"
            elif answer is None:
                verdict = "missed"
            else:
                verdict = "wrong"
            count[verdict] += 1
            count["all"] += 1
            none = case["expect"]["kind"] == "none"
            count["none"] += none
            count["refused"] += none and answer is None
            if verdict != "right":
                print(f"{lang} {verdict:6} {case['reference'][:16]} {case['text']!r}: {answer} != {case['expect']}")
        total = count["all"] or 1
        print(
            f"{lang}: {total} cases, right {count['right'] / total:.1%}, confidently wrong {count['wrong'] / total:.1%}, "
            f"non-dates refused {count['refused']}/{count['none']}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
