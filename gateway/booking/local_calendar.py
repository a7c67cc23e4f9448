"""The calendar of a company that has no other: our own store is the whole truth, so no remote act is ever needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.booking.model import Appointment
from gateway.booking.ports import RemoteStep


@dataclass(frozen=True, slots=True)
class LocalCalendar:
    """The embedded default behind the `Calendar` port."""

    def steps(self, before: Appointment | None, after: Appointment | None) -> Sequence[RemoteStep]:
        return ()
