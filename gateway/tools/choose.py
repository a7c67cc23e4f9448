"""Which service and whose chair: the arguments against this salon's own lists; unclear ones are asked back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.booking import catalogue, staff
from gateway.booking.catalogue import ServiceName
from gateway.booking.model import Salon, Service
from gateway.booking.staff import StaffName
from gateway.tools.arguments import Arguments
from gateway.tools.context import Asked, ToolContext, answered
from gateway.tools.facts import label

MAX_CHOICES: Final = 4


@dataclass(frozen=True, slots=True)
class StaffWish:
    """Who shall do it. `ids` None: anybody but `excluded`."""

    ids: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    same_as_before: bool = False


ANYBODY: Final = StaffWish()


def active_services(salon: Salon) -> Sequence[Service]:
    """What the phone may sell."""
    return [service for service in salon.services if service.active]


def chosen_service(ctx: ToolContext, args: Arguments) -> Service:
    """The one service meant. Raises Asked with `ask_service` or `unknown_service`."""
    text = args.get("service")
    if not text:
        raise Asked(answered("ask_service", ctx.voice.say("ask_service")))
    services = active_services(ctx.salon)
    names = [ServiceName(s.id, s.name, s.minutes, s.aliases) for s in services]
    found = catalogue.resolve(text, names)
    meant = [s for s in services if s.id in found.ids]
    if found.status == "match" and meant:
        return meant[0]
    if found.status == "ambiguous" and meant:
        choices = meant[:MAX_CHOICES]
        raise Asked(
            answered(
                "ask_service",
                ctx.voice.say("ask_service_of", choices=ctx.voice.services(choices)),
                services=[label(s.name) for s in choices],
            )
        )
    raise Asked(answered("unknown_service", ctx.voice.say("unknown_service")))


def chosen_staff(ctx: ToolContext, args: Arguments, service: Service) -> StaffWish:
    """The person wished for. Raises Asked with `ask_staff` or `unknown_staff`."""
    text = args.get("staff")
    if not text:
        return ANYBODY
    team = ctx.salon.staff
    found = staff.resolve(text, [StaffName(m.id, m.name, m.aliases) for m in team])
    if found.status == "any":
        return StaffWish(None, found.excluded, found.same_as_before)
    if found.status == "none":
        able = [m.first_name for m in team if m.id in service.staff_ids][:MAX_CHOICES]
        raise Asked(
            answered(
                "unknown_staff", ctx.voice.say("unknown_staff", choices=ctx.voice.names(able)), staff=_labels(able)
            )
        )
    if found.status == "ambiguous":
        names = [
            m.name if _shares_first_name(ctx.salon, m.first_name) else m.first_name for m in team if m.id in found.ids
        ]
        names = names[:MAX_CHOICES]
        phrase = "ask_staff" if len(names) > 1 else "ask_staff_one"
        raise Asked(answered("ask_staff", ctx.voice.say(phrase, choices=ctx.voice.names(names)), staff=_labels(names)))
    if not set(found.ids) & set(service.staff_ids):
        member = ctx.salon.member(found.ids[0])
        name = member.first_name if member else ""
        able = [m.first_name for m in team if m.id in service.staff_ids][:MAX_CHOICES]
        raise Asked(answered("ask_staff", ctx.voice.cannot(name), staff=_labels(able)))
    return StaffWish(found.ids, found.excluded)


def _labels(names: Sequence[str]) -> list[str]:
    return [label(name, person=True) for name in names]


def _shares_first_name(salon: Salon, first_name: str) -> bool:
    return sum(m.first_name == first_name for m in salon.staff) > 1
