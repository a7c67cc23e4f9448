"""The lists of the open samples beside the project, for tests that try further utterances on them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

_SAMPLES: Final = Path(__file__).resolve().parents[3].parent / "shared" / "samples"


def open_list(kind: str, first_id: str) -> Sequence[Mapping[str, object]]:
    """The list of `kind` ("staff" or "services") that begins with this id; skips the test where there are no samples."""
    path = _SAMPLES / f"{kind}.dev.jsonl"
    if not path.exists():
        pytest.skip("the open samples are not beside the project")
    for case in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        listed: list[Mapping[str, object]] = case[kind]
        if listed[0]["id"] == first_id:
            return listed
    pytest.skip(f"no open list begins with {first_id}")
