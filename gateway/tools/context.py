"""What a tool is given: one salon, one call, one moment, and the house's services behind ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from gateway.auth.identity import Recognition
from gateway.auth.phone import caller_number
from gateway.auth.rights import IdentityRules, identity_rules
from gateway.booking.change import House
from gateway.booking.free_time import CalendarCache
from gateway.booking.holds import Holds
from gateway.booking.model import Salon
from gateway.booking.offers import Offer
from gateway.booking.ports import AuditLine, Calendar, Store, Tx
from gateway.booking.saga_answers import SagaAnswers
from gateway.calls.context import CallContext
from gateway.clock import Ids
from gateway.metrics import Metrics
from gateway.tools.arguments import Arguments
from gateway.tools.envelope import Answer
from gateway.tools.phrases import Voice, local, voice_of


@dataclass(frozen=True, slots=True)
class Services:
    """What every tool may use; built once in `app.py`."""

    store: Store
    holds: Holds
    cache: CalendarCache
    calendar: Calendar
    ids: Ids
    metrics: Metrics
    sagas: SagaAnswers | None = None
    """Finishes what a second calendar has a say in; None where no salon can have one."""
    wake_post: Callable[[], None] = lambda: None
    """Called after a commit that put something into the outbox."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """One tool call within one phone call, at `now` (aware UTC, the domain's clock)."""

    salon: Salon
    versions: Mapping[str, int]
    """Calendar versions as of the snapshot; a booking reads them again under its lock."""
    call: CallContext
    now: datetime
    services: Services

    @property
    def today(self) -> date:
        return self.local_now.date()

    @property
    def local_now(self) -> datetime:
        """The salon's wall clock, naive."""
        return local(self.salon, self.now)

    @property
    def voice(self) -> Voice:
        return voice_of(self.salon, self.today)

    @property
    def caller_e164(self) -> str | None:
        """The caller's number, or None when it is hidden."""
        return caller_number(self.call.caller).e164

    @property
    def rules(self) -> IdentityRules:
        """What the company allows callers, and asks of them."""
        return identity_rules(self.salon.identity)

    @property
    def house(self) -> House:
        return House(self.salon, self.services.calendar, self.services.ids, self.now)


@dataclass(frozen=True, slots=True)
class Later:
    """The final answer is a saga's: one prepared for each of its ends ("done", "taken", "failed")."""

    saga_id: str
    ends: Mapping[str, Answer]
    offers: Sequence[Offer] = ()
    """What the end "taken" offers instead: remembered for this call when that is what it comes to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A tool's answer and what goes with it."""

    answer: Answer
    appointment_id: str | None = None
    """The appointment the answer is about; recorded with it."""
    effect: bool = False
    """Something changed in the store."""
    offers: Sequence[Offer] = ()
    """To be remembered for this call under their tokens once the answer stands."""
    holds_offers: bool = True
    """Keep the offered times from other callers for a while."""
    frees_holds: bool = False
    posts: bool = False
    """Something was put into the outbox: it goes out as soon as this is committed."""
    recognition: Recognition | None = None
    line: AuditLine | None = None
    """The audit's line of a refusal, whose answer is not recorded."""
    later: Later | None = None
    """Set: `answer` is provisional, said only when the caller's patience ends before the saga does."""


# A decision that must happen inside one write transaction. May run more than once: no outside effects.
Commit = Callable[[Tx], Outcome]


class Tool(Protocol):
    """One function the agent may call."""

    @property
    def name(self) -> str: ...

    @property
    def writes(self) -> bool:
        """Whether its answers are stored inside a transaction (writes) or just after (reads)."""
        ...

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        """An answer at once (a question back, a read), or the decision to run in a transaction."""
        ...


def answered(status: str, say: str, *, ok: bool = True, **facts: Any) -> Outcome:
    """An outcome that is only an answer."""
    return Outcome(Answer(status, say, ok, facts))


@dataclass(frozen=True, slots=True)
class Asked(Exception):
    """A question back to the caller, raised where an argument turns out unusable; the dispatcher answers it."""

    outcome: Outcome = field()
