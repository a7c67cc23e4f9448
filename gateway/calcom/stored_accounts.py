"""The companies' Cal.com keys as the store keeps them: sealed, opened at the moment of use, remembered for seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.booking.ports import Store
from gateway.booking.remote_ports import RemoteAccount, RemoteSetup
from gateway.calcom.accounts import Account
from gateway.clock import Clock
from gateway.secretbox import SealBroken, SecretBox

REMEMBER_SECONDS: Final = 15.0


def key_place(company_id: str, staff_id: str | None) -> str:
    """What a sealed key is bound to: moved to another row it does not open."""
    return f"company:{company_id}:calcom_key:{staff_id or ''}"


def webhook_place(company_id: str) -> str:
    return f"company:{company_id}:calcom_webhook"


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    setup: RemoteSetup | None
    accounts: Mapping[str, RemoteAccount]


@dataclass(slots=True)
class StoredAccounts:
    """Whose key acts for whom, out of the store. `box` None: GATEWAY_SECRET_KEY is not set, so no key opens."""

    store: Store
    box: SecretBox | None
    clock: Clock
    _known: dict[str, _Known] = field(default_factory=dict)

    async def key_for(self, company_id: str, staff_id: str) -> Account | None:
        known = await self._of(company_id)
        row = known.accounts.get(staff_id)
        if row is None or known.setup is None:
            return None
        own = row.sealed_key is not None
        sealed = row.sealed_key if own else known.setup.sealed_key
        key = self._opened(sealed, key_place(company_id, staff_id if own else None))
        if key is None:
            return None
        return Account(key, row.host_id, row.username, None if own else known.setup.team_id)

    async def setup(self, company_id: str) -> RemoteSetup | None:
        """How the company lives in Cal.com; None: it does not."""
        return (await self._of(company_id)).setup

    async def staff(self, company_id: str) -> Sequence[RemoteAccount]:
        """Everybody with an account, freshly read."""
        self._known.pop(company_id, None)
        return list((await self._of(company_id)).accounts.values())

    async def webhook_secrets(self, company_id: str) -> Mapping[str, str]:
        """The company's live webhook secrets by name ("current", "previous")."""
        setup = await self.setup(company_id)
        names = ("current", "previous")
        sealed = () if setup is None else setup.sealed_webhook_secrets
        opened = {
            name: self._opened(value, webhook_place(company_id)) for name, value in zip(names, sealed, strict=False)
        }
        return {name: secret for name, secret in opened.items() if secret is not None}

    async def problem(self, company_id: str, account: RemoteAccount) -> str | None:
        """What an operator has to do before this person can be booked, in one line; None: nothing known."""
        if self.box is None:
            return "GATEWAY_SECRET_KEY is not set, so no Cal.com key can be read"
        if await self.key_for(company_id, account.staff_id) is None:
            return "has no readable Cal.com key: set it with `gateway calcom key`"
        return account.problem

    def forget(self, company_id: str) -> None:
        """Read again at the next use."""
        self._known.pop(company_id, None)

    def _opened(self, sealed: str | None, place: str) -> str | None:
        if sealed is None or self.box is None:
            return None
        try:
            return self.box.open(sealed, place=place)
        except SealBroken:
            return None

    async def _of(self, company_id: str) -> _Known:
        now = self.clock.monotonic()
        known = self._known.get(company_id)
        if known is None or now - known.at >= REMEMBER_SECONDS:
            setup, accounts = await self.store.read(company_id, lambda tx: (tx.remote_setup(), tx.remote_accounts()))
            known = self._known[company_id] = _Known(now, setup, {row.staff_id: row for row in accounts})
        return known
