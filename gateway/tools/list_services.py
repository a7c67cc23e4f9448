"""`list_services`: what the salon sells, and what one thing costs and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.booking import catalogue
from gateway.booking.catalogue import ServiceName
from gateway.booking.model import Service
from gateway.tools.arguments import Arguments
from gateway.tools.choose import active_services
from gateway.tools.context import Commit, Outcome, ToolContext, answered
from gateway.tools.facts import Facts, label

MAX_LISTED: Final = 8
MAX_SAID: Final = 4


@dataclass(frozen=True, slots=True)
class ListServices:
    """Reads only; nothing in it is personal."""

    name: str = "list_services"
    writes: bool = False

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        services = active_services(ctx.salon)
        wanted = args.get("query") or args.get("service")
        meant = _meant(services, wanted) if wanted else list(services)
        if not meant:
            return answered("listed", ctx.voice.say("unknown_service"), services=[])
        if len(meant) == 1:
            one = meant[0]
            price, takes = ctx.voice.price(one.price_cents, accusative=True), ctx.voice.takes(one.minutes)
            say = ctx.voice.say("listed_one", service=ctx.voice.service(one), price=price, takes=takes)
        else:
            say = ctx.voice.say("listed", choices=ctx.voice.services(_fewest_words(meant)[:MAX_SAID], "und"))
        return answered("listed", say, services=[_facts(s) for s in meant[:MAX_LISTED]])


def _meant(services: Sequence[Service], wanted: str) -> list[Service]:

    found = catalogue.resolve(wanted, [ServiceName(s.id, s.name, s.minutes, s.aliases) for s in services])
    return [s for s in services if s.id in found.ids]


def _fewest_words(services: list[Service]) -> list[Service]:
    """Short names first: a list is heard once."""
    return sorted(services, key=lambda s: len(s.name.split()))


def _facts(service: Service) -> Facts:
    return {"name": label(service.name)[:60], "minutes": service.minutes, "price_cents": service.price_cents}
