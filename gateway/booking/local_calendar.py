"""The calendar of a company that has no other: our own store is the whole truth, so no remote act is ever needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.booking.journal import SagaStep
from gateway.booking.model import Appointment, Salon


@dataclass(frozen=True, slots=True)
class LocalCalendar:
    """The embedded default behind the `Calendar` port."""

    def steps(
        self, salon: Salon, before: Appointment | None, after: Appointment | None, uids: Mapping[int, str]
    ) -> Sequence[SagaStep]:
        return ()
