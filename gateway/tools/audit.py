"""One audit line per recognition and per change: who was recognised how, and what they did. No names, no numbers."""

from __future__ import annotations

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
