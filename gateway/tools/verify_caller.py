"""`verify_caller`: a one-time code to the address on file, and the proof (L2) when it comes back.

Whether there is an address, or a customer at all, is told by nothing: the same statements run, a decoy takes the place
of a code nobody gets, and it is wrong, used up and locked like a real one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.auth.challenge import (
    MAX_TRIES,
    Binding,
    Challenge,
    Issued,
    Purpose,
    State,
    Verdict,
    issue,
    judge,
    text_prefix,
    uncounted,
)
from gateway.auth.identity import Level, Reason, Recognition
from gateway.booking.model import Customer
from gateway.booking.ports import StoredChallenge, Tx
from gateway.notify.message import usable_address
from gateway.tools.arguments import Arguments
from gateway.tools.code_post import NOBODY, Recipient
from gateway.tools.context import Commit, Outcome, ToolContext, answered
from gateway.tools.gate import Gate
from gateway.tools.identify import Claim, identify
from gateway.tools.wish import hear

NAME: Final = "verify_caller"
_NOBODY: Final = ""

_SAYS: Final = {
    Verdict.VERIFIED: "code_verified",
    Verdict.WRONG: "code_wrong",
    Verdict.EXPIRED: "code_expired",
    Verdict.LOCKED: "locked",
}


# Puts a message into the outbox of the running transaction.
Post = Callable[[Tx, ToolContext, Recipient, str], None]


def nowhere(tx: Tx, ctx: ToolContext, recipient: Recipient, code: str) -> None:
    """The post of an installation without a secret key: `VerifyCaller` issues no code there."""


@dataclass(frozen=True, slots=True)
class VerifyCaller:
    """Writes: tries are counted in the store before the code is looked at."""

    gate: Gate
    code_key: bytes | None
    """32 bytes of the use "code"; None: this installation has no secret key, so nothing can be proven here."""
    post: Post
    name: str = NAME
    writes: bool = True

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        key = self.code_key
        if key is None or not ctx.call.call_id:
            return answered("locked", ctx.voice.say("locked"))
        code = args.get("code")
        if code:
            return lambda tx: _judge(tx, ctx, code, key)
        heard = hear(ctx, args)
        claim = Claim(args.get("name"), heard.moment, heard.day)
        recipient = await ctx.services.store.read(ctx.salon.company_id, lambda tx: _recipient(tx, ctx, claim))
        counted_as = recipient.address or args.get("name") or ctx.call.caller or ctx.call.call_id
        refused = await self.gate.limits.send_code(
            ctx.salon.company_id,
            self.gate.address_tag(ctx, counted_as),
            ctx.rules.limits,
            prefix=recipient.prefix,
            decoy=recipient.address is None,
        )
        if refused is not None:
            self.gate.metrics.limited.labels(refused.value).inc()
            recipient = NOBODY
        return lambda tx: _send(tx, ctx, recipient, key, self.post)


def _recipient(tx: Tx, ctx: ToolContext, claim: Claim) -> Recipient:
    """The e-mail address on file; where there is none, and the company pays for it, the number on file."""
    customer: Customer | None = identify(tx, ctx, claim).customer
    if customer is None:
        return NOBODY
    if (address := usable_address(customer.email)) is not None:
        return Recipient(customer.id, address)
    rules = ctx.rules
    prefix = text_prefix(customer.phone_e164, rules.text_prefixes) if rules.code_by_text else None
    return NOBODY if prefix is None else Recipient(customer.id, customer.phone_e164, prefix)


def _send(tx: Tx, ctx: ToolContext, recipient: Recipient, key: bytes, post: Post) -> Outcome:
    issued = _issued(ctx, recipient.customer_id, key)
    challenge = issued.challenge
    tx.add_challenge(
        StoredChallenge(
            id=challenge.id,
            call_id=ctx.call.call_id,
            customer_id=recipient.customer_id,
            purpose=challenge.binding.purpose.value,
            code_hash=challenge.code_hash,
            expires_at=challenge.expires_at,
            tries=0,
            state=State.OPEN.value,
        ),
        now=ctx.now,
    )
    post(tx, ctx, recipient, issued.code)
    return Outcome(answered("sent", ctx.voice.say("code_sent")).answer, effect=True, posts=True)


def _judge(tx: Tx, ctx: ToolContext, code: str, key: bytes) -> Outcome:
    stored = tx.latest_challenge(ctx.call.call_id)
    counted = tx.count_try(stored.id, most=MAX_TRIES) if stored else None
    if counted is None:
        known = None if stored is None else _challenge(ctx, stored)
        return _said(ctx, uncounted(known), None)
    verdict, after = judge(_challenge(ctx, counted), _binding(ctx, counted.customer_id), code, key=key, now=ctx.now)
    if after.state is not State.OPEN and not tx.close_challenge(counted.id, after.state.value):
        return _said(ctx, Verdict.EXPIRED, None)
    if verdict is not Verdict.VERIFIED or counted.customer_id is None:
        return _said(ctx, Verdict.WRONG if verdict is Verdict.VERIFIED else verdict, None)
    tx.link_call(ctx.call.call_id, counted.customer_id, level=Level.PROVEN, appointment_id=None)
    return _said(ctx, verdict, tx.customer(counted.customer_id))


def _said(ctx: ToolContext, verdict: Verdict, customer: Customer | None) -> Outcome:
    recognition = None if customer is None else Recognition(Level.PROVEN, Reason.CODE, customer)
    # A counted try is an effect: the same words said again are a new try, not a replay.
    return Outcome(answered(verdict.value, ctx.voice.say(_SAYS[verdict])).answer, effect=True, recognition=recognition)


def _issued(ctx: ToolContext, customer_id: str | None, key: bytes) -> Issued:
    return issue(_binding(ctx, customer_id), key=key, ids=ctx.services.ids, now=ctx.now)


def _binding(ctx: ToolContext, customer_id: str | None) -> Binding:
    return Binding(ctx.salon.company_id, ctx.call.call_id, customer_id or _NOBODY, Purpose.IDENTITY)


def _challenge(ctx: ToolContext, stored: StoredChallenge) -> Challenge:
    return Challenge(
        id=stored.id,
        binding=_binding(ctx, stored.customer_id),
        code_hash=stored.code_hash,
        expires_at=stored.expires_at,
        tries=stored.tries,
        state=State(stored.state),
    )
