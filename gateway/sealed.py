"""What every sealed value is bound to, and which of them the configured secrets cannot open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.calcom.stored_accounts import key_place, webhook_place
from gateway.notify.message import sealed_place
from gateway.secretbox import SealBroken, SecretBox
from gateway.storage.sealed import Kind, SealedValue


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A sealed value that does not open, and why; ids only."""

    value: SealedValue
    why: str

    @property
    def name(self) -> str:
        """ "company/staff_key/anna": what it is and whose."""
        return "/".join(part for part in (self.value.company_id, self.value.kind.value, self.value.owner) if part)


def place_of(value: SealedValue) -> str:
    """The place the value was sealed for."""
    match value.kind:
        case Kind.COMPANY_KEY:
            return key_place(value.company_id, None)
        case Kind.STAFF_KEY:
            return key_place(value.company_id, value.owner)
        case Kind.WEBHOOK_SECRET | Kind.WEBHOOK_SECRET_OLD:
            return webhook_place(value.company_id)
        case Kind.LETTER:
            return sealed_place(value.company_id, value.owner)


def unreadable(values: Iterable[SealedValue], box: SecretBox | None) -> list[Unreadable]:
    """Those that do not open; all of them when no secret is set."""
    found = []
    for value in values:
        if box is None:
            found.append(Unreadable(value, "GATEWAY_SECRET_KEY is not set"))
            continue
        try:
            box.open(value.text, place=place_of(value))
        except SealBroken as broken:
            found.append(Unreadable(value, str(broken)))
    return found
