"""Every failure we expect, as one tree.

GatewayError
 +-- SettingsError         a wrong setting; stops the start
 +-- RequestRefused        the request never reaches a tool: plain HTTP, nothing echoed
 +-- StoreUnavailable      the database did not answer in time
 |    +-- OutcomeUnknown   it went away while committing
 +-- SlotTaken             free when offered, gone when booked
 +-- AlreadyBooked         the same person has the same service at the same start
 +-- VersionConflict       somebody changed the row since it was read
 +-- IllegalTransition     a status change the table does not know
 +-- InvalidPlan           a service whose segments make no sense

`str(error)` is for the log and holds no personal data; what a caller hears is made in `tools/phrases.py`.
"""

from __future__ import annotations

from typing import ClassVar


class GatewayError(Exception):
    """A failure we expected."""

    retryable: ClassVar[bool] = False


class SettingsError(GatewayError):
    """A wrong setting: the message names the setting and says why, in one line."""


class RequestRefused(GatewayError):
    """Refused before any tool: `status_code` is HTTP's, `reason` a fixed word for log and metric."""

    def __init__(self, status_code: int, reason: str, detail: str = "") -> None:
        super().__init__(f"{status_code} {reason}")
        self.status_code = status_code
        self.reason = reason
        self.detail = detail
        """One plain line for the sender, empty where even that would tell too much."""


class StoreUnavailable(GatewayError):
    """The database did not answer, or not in time. Nothing was changed (but see OutcomeUnknown)."""

    retryable = True


class OutcomeUnknown(StoreUnavailable):
    """The connection broke while COMMIT was under way, so the change may or may not be there.

    Whoever asks again under the same request key gets the truth: the stored answer, or a first attempt.
    """


class SlotTaken(GatewayError):
    """The store refused the phases: another blocking phase of the same person overlaps."""


class AlreadyBooked(GatewayError):
    """The same customer already has this service at this start."""


class VersionConflict(GatewayError):
    """The row's version is not the one that was read; nothing was changed."""

    retryable = True


class IllegalTransition(GatewayError):
    """The status table knows no such step; nothing was changed."""


class InvalidPlan(GatewayError):
    """The service's segments break a rule of `booking/validation.py`, so no appointment can be laid out."""
