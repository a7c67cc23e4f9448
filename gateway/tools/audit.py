"""One audit line per recognition and per change: who was recognised how, and what they did. No names, no numbers."""

from __future__ import annotations

import hashlib

from gateway.auth.limits import Refusal
from gateway.booking.ports import AuditLine
from gateway.tools.context import Outcome, ToolContext


def audit_line(ctx: ToolContext, tool: str, outcome: Outcome) -> AuditLine | None:
    """The line for this outcome; None where nobody was to be recognised and nothing changed.

    `actor` is the phone call, `action` the tool, `subject` the appointment, else the customer, else empty. A failed
    recognition leaves its line as well, with level 0 and its reason.
    """
    found = outcome.recognition
    if found is None and not outcome.effect:
        return None
    customer = found.customer if found else None
    return AuditLine(
        id=ctx.services.ids.new_id(),
        at=ctx.now,
        actor=f"call:{ctx.call.call_id}",
        action=tool,
        subject=outcome.appointment_id or (customer.id if customer else ""),
        details={
            "level": int(found.level) if found else 0,
            "reason": found.reason.value if found else "",
            "customer_id": customer.id if customer else None,
            "status": outcome.answer.status,
            "effect": outcome.effect,
        },
    )


def refusal_line(ctx: ToolContext, tool: str, refused: Refusal) -> AuditLine:
    """The line for a try to be recognised that a budget refused before anybody was looked for.

    One per call, tool and budget, however often it is tried (the id is made of them, and the store keeps the first):
    who hammers at a lock fills no table. The metric counts each.
    """
    parts = ("locked", ctx.salon.company_id, ctx.call.call_id, tool, refused.value)
    return AuditLine(
        id=hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32],
        at=ctx.now,
        actor=f"call:{ctx.call.call_id}",
        action=tool,
        subject="",
        details={
            "level": 0,
            "reason": "locked",
            "customer_id": None,
            "status": "locked",
            "effect": False,
            "budget": refused.value,
        },
    )
