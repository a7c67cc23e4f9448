"""JSON from strangers, read once and strictly.

The standard reader forgives what an attacker needs: two keys of one name (the signature covers both, we would act on
one), NaN, numbers beyond a double, lone surrogates that explode at the next encode, nesting that exhausts the stack.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from gateway.errors import RequestRefused

MAX_DEPTH: Final = 32
# Only a body with an escaped surrogate needs the slow look at every string; a valid pair is common (emoji).
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
# Longer digit runs are quadratic to read (CPython refuses above 4300 itself) and mean nothing here.
_MAX_INT_DIGITS: Final = 32


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises RequestRefused(400, reason) with one plain line for whatever is wrong."""
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise RequestRefused(400, "not_utf8", "The body is not UTF-8.") from None
    except RecursionError:
        raise RequestRefused(400, "too_deep", "The body is nested too deeply.") from None
    except json.JSONDecodeError:
        raise RequestRefused(400, "not_json", "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise RequestRefused(400, "not_an_object", "The body must be a JSON object.")
    if _too_deep(value):
        raise RequestRefused(400, "too_deep", "The body is nested too deeply.")
    if _SURROGATE.search(body):
        _refuse_lone_surrogates(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RequestRefused(400, "duplicate_key", "The body names a key twice.")
    return found


def _no_constant(_: str) -> float:
    raise RequestRefused(400, "not_finite", "The body holds a number that is not finite.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise RequestRefused(400, "not_finite", "The body holds a number that is not finite.")
    return number


def _bounded(text: str) -> int:
    if len(text) > _MAX_INT_DIGITS:
        raise RequestRefused(400, "number_too_long", "The body holds a number that is too long.")
    return int(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded
)
_NESTING: Final = (dict, list)


def _too_deep(value: object) -> bool:
    """Level by level, so that no input can exhaust the stack."""
    level: list[dict[str, object] | list[object]] = [value] if isinstance(value, _NESTING) else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, _NESTING)
        ]
        if not level:
            return False
    return True


def _refuse_lone_surrogates(value: dict[str, Any]) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise RequestRefused(400, "lone_surrogate", "The body holds half a character.") from None
