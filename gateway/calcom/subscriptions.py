"""Our webhook in Cal.com: one subscription per person's account, made, adopted, renewed and looked after.

A webhook belongs to the user of a key and tells of that user's bookings. So where everybody has a key of their own each
account is subscribed; a team's admin (layout B) would only hear of the own ones, and the published contract knows a
team's webhooks per event type only: there a person does it in the team's settings, and is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.booking.remote_ports import RemoteAccount
from gateway.calcom.accounts import Account
from gateway.calcom.calendar import BACKGROUND_RESERVE, Connections
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import Webhook
from gateway.calcom.outcome import Done, Outcome, Reason, Refused, problem_line
from gateway.calcom.payloads import BOOKING_TRIGGERS

REQUEST_SECONDS: Final = 15.0
MEND: Final = "`gateway calcom connect` mends it"
BY_HAND: Final = "acts with a team's key: subscribe the address in the team's own settings in Cal.com, by hand"


class Subscribed(StrEnum):
    """What became (or, in a dry run, would become) of one account's subscription."""

    MADE = "made"
    RENEWED = "renewed"
    """One with this address was there: adopted, and given our secret and events."""
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person's. `problem`: one line, None when all is well."""

    staff_id: str
    did: Subscribed
    problem: str | None = None


def webhook_path(slug: str) -> str:
    """Where the gateway takes a company's deliveries."""
    return f"/calcom/webhook/{slug}"


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The subscriptions of every company that lives in Cal.com."""

    connections: Connections

    async def subscribe(
        self, company_id: str, address: str, secret: str, *, staff_id: str | None = None, dry_run: bool = False
    ) -> list[Subscription]:
        """Have everybody's bookings (or one person's) told to `address`, signed with `secret`. May be done again at any
        time: what is there is adopted. One result per account; a problem of one person does not stop the others."""
        accounts = await self.connections.accounts.staff(company_id)
        return [
            await self._subscribe(company_id, account, address, secret, dry_run)
            for account in accounts
            if staff_id in (None, account.staff_id)
        ]

    async def _subscribe(
        self, company_id: str, account: RemoteAccount, address: str, secret: str, dry_run: bool
    ) -> Subscription:
        opened = await self._opened(company_id, account)
        if isinstance(opened, str):
            return Subscription(account.staff_id, Subscribed.NOT, opened)
        client, hooks = opened
        known = next((hook for hook in hooks if hook.subscriber_url == address), None)
        did = Subscribed.MADE if known is None else Subscribed.RENEWED
        if dry_run:
            return Subscription(account.staff_id, did)
        made: Outcome[Webhook]
        if known is None:
            made = await client.create_webhook(address, secret)
        else:
            made = await client.update_webhook(known.id, address, secret)
        if isinstance(made, Done):
            return Subscription(account.staff_id, did)
        why = problem_line(made)
        if isinstance(made, Refused) and made.reason is Reason.INVALID:
            why = f"{why}; Cal.com wants an https address that it can reach from outside"
        return Subscription(account.staff_id, Subscribed.NOT, why)

    async def missing(self, company_id: str, account: RemoteAccount) -> str | None:
        """One line when this person's bookings are not (all) told to us; None: they are, or nobody can say."""
        setup = await self.connections.accounts.setup(company_id)
        opened = await self._opened(company_id, account)
        if setup is None or isinstance(opened, str):
            return None  # the account's own problem, which is told elsewhere
        hooks = [hook for hook in opened[1] if hook.subscriber_url.endswith(webhook_path(setup.slug))]
        if not hooks:
            return f"no webhook is subscribed: {MEND}"
        return next((why for why in map(_flaw, hooks) if why is None), _flaw(hooks[0]))

    async def _opened(self, company_id: str, account: RemoteAccount) -> tuple[CalcomClient, Sequence[Webhook]] | str:
        """The person's client and their subscriptions, or one line about what is in the way."""
        accounts = self.connections.accounts
        key: Account | None = await accounts.key_for(company_id, account.staff_id)
        if key is None:
            return await accounts.problem(company_id, account) or "has no readable Cal.com key"
        if key.team_id is not None:
            return BY_HAND
        client = self.connections.of(company_id, key, within=REQUEST_SECONDS, reserve=BACKGROUND_RESERVE)
        listed = await client.list_webhooks()
        return (client, listed.value) if isinstance(listed, Done) else problem_line(listed)


def _flaw(hook: Webhook) -> str | None:
    if not hook.active:
        return f"the webhook is switched off in Cal.com: {MEND}"
    lacking = [trigger for trigger in BOOKING_TRIGGERS if trigger not in hook.triggers]
    return f"the webhook does not tell of {', '.join(lacking)}: {MEND}" if lacking else None
