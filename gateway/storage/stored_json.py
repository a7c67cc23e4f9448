"""JSON columns that people may have written by hand: what cannot be read is told by its field, and never raised.

Each reader gives the value (or what stands in for it) and what was wrong, as `booking.model.Unread`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gateway.booking.model import Policy, Segment, Unread

T = TypeVar("T")


class _Segment(BaseModel):
    """One element of `service.segments`; lengths in minutes."""

    model_config = ConfigDict(extra="ignore")

    key: str
    name: str
    duration: int
    gap_after: int = 0


_SEGMENTS: Final[TypeAdapter[list[_Segment]]] = TypeAdapter(list[_Segment])
_WORDS: Final[TypeAdapter[list[str]]] = TypeAdapter(list[str])
_DATES: Final[TypeAdapter[list[date]]] = TypeAdapter(list[date])
_POLICY: Final[TypeAdapter[Policy]] = TypeAdapter(Policy)


def segments(stored: Any, field: str) -> tuple[tuple[Segment, ...], Unread]:
    """The parts of a composite, all or none."""
    found, unread = _read(_SEGMENTS, stored, field, [])
    return tuple(Segment(s.key, s.name, s.duration, s.gap_after) for s in found), unread


def words(stored: Any, field: str) -> tuple[tuple[str, ...], Unread]:
    """A list of aliases."""
    found, unread = _read(_WORDS, stored, field, [])
    return tuple(found), unread


def dates(stored: Any, field: str) -> tuple[frozenset[date], Unread]:
    """A list of ISO dates."""
    found, unread = _read(_DATES, stored, field, [])
    return frozenset(found), unread


def settings(stored: Any, field: str) -> tuple[Mapping[str, Any], Unread]:
    """An object whose members their owner reads; nothing stored is an empty one."""
    if stored is None or isinstance(stored, dict):
        return stored or {}, ()
    return {}, ((field, "is no object"),)


def policy(stored: Any, field: str) -> tuple[Policy | None, Unread]:
    """House rules; what a younger version wrote and we do not know is left out. None: unreadable, or none stored."""
    if stored is None:
        return None, ()
    found, unread = _read(_POLICY, stored, field, Policy())
    return (None if unread else found), unread


def policy_of(text: str) -> Policy:
    """House rules that we stored ourselves. Raises ValueError."""
    return _POLICY.validate_json(text, strict=True)


def lenient(text: str) -> Any:
    """What a JSON column holds; of one that holds no JSON its text, which no reader takes for a value."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(adapter: TypeAdapter[T], stored: Any, field: str, instead: T) -> tuple[T, Unread]:
    try:
        # Through JSON: only there is strict reading at ease with dataclasses and dates.
        return adapter.validate_json(json.dumps(stored), strict=True), ()
    except ValidationError as wrong:
        return instead, tuple((_path(field, error["loc"]), error["msg"]) for error in wrong.errors())


def _path(field: str, place: tuple[int | str, ...]) -> str:
    return field + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
