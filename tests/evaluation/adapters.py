"""The four abilities as plain callables over plain data: what the scorers and the sealed evaluation call.

Each callable imports its ability by itself, so that one missing or broken ability leaves the other scores standing;
what can be imported is loaded with this module, so that no call is timed with its import. Shapes are those of the sample files (`shared/samples/FORMAT.md` beside the project).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from typing import Any

for ability in ("gateway.speech.when", "gateway.auth.names", "gateway.booking.staff", "gateway.booking.catalogue"):
    with suppress(ImportError):
        import_module(ability)

Answer = Mapping[str, Any]


def when(text: str, reference: datetime, lang: str = "de") -> Answer | None:
    """Read a date or time; `reference` is naive local time. None, or `kind`, `start`, `end`, `part`."""
    from gateway.speech.when import understand

    return understand(text, reference, lang).as_case()


def names(stored: str, heard: str) -> float:
    """How alike a customer's record and a heard name are, from 0 to 1."""
    from gateway.auth.names import similarity

    return similarity(stored, heard)


def names_threshold() -> float:
    """From which similarity on two names count as the same person."""
    from gateway.auth.names import SAME

    return SAME


def staff(utterance: str, staff: Sequence[Mapping[str, Any]]) -> Answer:
    """Resolve a wish for a person among `[{id, name}]` to `{status, ids}`.

    There is no history here, so "wieder bei derselben" names nobody of the list: `none`, as the samples have it.
    """
    from gateway.booking.staff import StaffName, resolve

    found = resolve(utterance, [StaffName(str(one["id"]), str(one["name"])) for one in staff])
    status = "none" if found.same_as_before and found.status == "any" else found.status
    return {"status": status, "ids": list(found.ids)}


def services(utterance: str, services: Sequence[Mapping[str, Any]]) -> Answer:
    """Resolve a wish for a service among `[{id, name, duration_min}]` to `{status, ids}`."""
    from gateway.booking.catalogue import ServiceName, resolve

    listed = [ServiceName(str(one["id"]), str(one["name"]), int(one["duration_min"])) for one in services]
    found = resolve(utterance, listed)
    return {"status": found.status, "ids": list(found.ids)}
