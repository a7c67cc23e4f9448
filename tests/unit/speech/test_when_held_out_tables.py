"""Held-out sets of phrases of the kinds public corpora hold, said on many days from 2006 to 2117.

The phrases, what each means, and how the grammar did when it first saw them stand in the tables `held_out_*.txt`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from gateway.speech.when import understand
from tests.evaluation.score_when import right
from tests.unit.speech.test_when_held_out import expected

TABLES = sorted(Path(__file__).parent.glob("held_out_*.txt"))
MISSED = pytest.mark.xfail(reason="known miss", strict=True)


def _rows() -> Iterator[tuple[bool, str, str, str, str]]:
    """Yield whether a phrase is a known miss, its language, when it is said, the phrase, and what it means."""
    lang, spoken_at = "de", ""
    for line in (line for table in TABLES for line in table.read_text(encoding="utf-8").splitlines()):
        if line.startswith("@ "):
            _, lang, spoken_at = line.split()
        elif line and not line.startswith("#"):
            said, meant = line.removeprefix("! ").rsplit(" = ", 1)
            yield line.startswith("! "), lang, spoken_at, said, meant


def _phrases() -> Iterator[object]:
    for missed, *row in _rows():
        yield pytest.param(*row, marks=[MISSED] if missed else [])


def _read_as(lang: str, spoken_at: str, said: str, meant: str) -> object:
    """The answer when it is wrong, None when it is one of those meant."""
    first, *others = [expected(reading) for reading in meant.split("|")]
    answer = understand(said, datetime.fromisoformat(spoken_at), lang).as_case()
    return None if right(answer, {"expect": first, "accept": others}) else (said, answer)


@pytest.mark.parametrize(("lang", "spoken_at", "said", "meant"), list(_phrases()))
def test_a_phrase_of_many_sources_is_understood(lang: str, spoken_at: str, said: str, meant: str) -> None:
    """Each phrase reads as one of the days or times a native speaker means by it; a non-date is refused."""
    assert _read_as(lang, spoken_at, said, meant) is None


WRITTEN_OUT = {ord(letter): two for letter, two in zip("äöüß", ("ae", "oe", "ue", "ss"), strict=True)}
DROPPED = str.maketrans("äöüß", "aous")
CHANGES: Mapping[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "umlauts written out": lambda said: said.translate(WRITTEN_OUT),
    "umlauts dropped": lambda said: said.translate(DROPPED),
    "a question": lambda said: said if said[-1] in ".!?" else said + "?",
    "wide spaces": lambda said: said.replace(" ", "  "),
}


@pytest.mark.parametrize("change", CHANGES)
def test_careless_writing_changes_no_meaning(change: str) -> None:
    """How speech recognition or a hasty hand writes a phrase does not change what it means."""
    changed = [(lang, at, CHANGES[change](said), meant) for missed, lang, at, said, meant in _rows() if not missed]
    assert [misread for misread in (_read_as(*row) for row in changed) if misread is not None] == []
