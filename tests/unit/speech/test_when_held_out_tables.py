"""Held-out sets of phrases of the kinds public corpora hold, said on many days from 2006 to 2117.

The phrases, what each means, and how the grammar did when it first saw them stand in the tables `held_out_*.txt`.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gateway.speech.when import understand
from tests.evaluation.score_when import right
from tests.unit.speech.test_when_held_out import expected

TABLES = sorted(Path(__file__).parent.glob("held_out_*.txt"))
MISSED = pytest.mark.xfail(reason="known miss", strict=True)


def _phrases() -> Iterator[object]:
    lang, spoken_at = "de", ""
    for line in (line for table in TABLES for line in table.read_text(encoding="utf-8").splitlines()):
        if line.startswith("@ "):
            _, lang, spoken_at = line.split()
        elif line and not line.startswith("#"):
            said, meant = line.removeprefix("! ").rsplit(" = ", 1)
            yield pytest.param(lang, spoken_at, said, meant, marks=[MISSED] if line.startswith("! ") else [])


@pytest.mark.parametrize(("lang", "spoken_at", "said", "meant"), list(_phrases()))
def test_a_phrase_of_many_sources_is_understood(lang: str, spoken_at: str, said: str, meant: str) -> None:
    """Each phrase reads as one of the days or times a native speaker means by it; a non-date is refused."""
    first, *others = [expected(reading) for reading in meant.split("|")]
    answer = understand(said, datetime.fromisoformat(spoken_at), lang).as_case()
    assert right(answer, {"expect": first, "accept": others}), f"{said!r} understood as {answer}"
