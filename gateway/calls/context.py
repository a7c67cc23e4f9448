"""What a signed request says about the phone call it belongs to.

Source: shared protocol notes on Retell's call object, sections 1.2, 1.3 and 3. Everything is optional here: chat agents
and "args only" tools send no call, and unknown fields and enum values must not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MAX_ID_CHARS: Final = 128


@dataclass(frozen=True, slots=True)
class CallContext:
    """The call as Retell signed it; never filled from tool arguments."""

    call_id: str
    """Empty when the request carries no call."""
    caller: str | None
    """The other party's number as delivered: E.164, "anonymous", empty, or anything else."""
    called: str | None
    """Our number, by which the tenant is found."""
    agent_id: str | None
    tool_call_id: str | None
    """The running invocation (last in `transcript_with_tool_calls`): one intent, however often it is delivered."""
    said_name: str | None = None
    """A name that the call's metadata or dynamic variables carry; a hint, never a proof."""


NO_CALL: Final = CallContext("", None, None, None, None)


def read_call(call: object, tool: str) -> CallContext:
    """The context in a request's `call` object; NO_CALL when there is none. Never raises on odd shapes."""
    if not isinstance(call, dict):
        return NO_CALL
    outbound = call.get("direction") == "outbound"
    ours, theirs = ("from_number", "to_number") if outbound else ("to_number", "from_number")
    return CallContext(
        call_id=_text(call.get("call_id")) or "",
        caller=_text(call.get(theirs)),
        called=_text(call.get(ours)),
        agent_id=_text(call.get("agent_id")),
        tool_call_id=_running_invocation(call.get("transcript_with_tool_calls"), tool),
        said_name=_said_name(call),
    )


def _text(value: object) -> str | None:
    """An id, a number or a name as one printable line; None for anything else: no database stores a NUL in a text."""
    if not isinstance(value, str) or not value or not value.isprintable():
        return None
    return value[:MAX_ID_CHARS]


def _running_invocation(transcript: object, tool: str) -> str | None:
    """The id of the last invocation, when it is one of this tool that has no result yet."""
    if not isinstance(transcript, list):
        return None
    for entry in reversed(transcript):
        if not isinstance(entry, dict):
            continue
        role = entry.get("role")
        if role == "tool_call_result":
            return None
        if role == "tool_call_invocation":
            return _text(entry.get("tool_call_id")) if entry.get("name") in (tool, None) else None
    return None


def _said_name(call: Mapping[str, Any]) -> str | None:
    """A customer's name in call metadata, dynamic variables or analysis, whichever comes first."""
    analysis = call.get("call_analysis")
    custom = analysis.get("custom_analysis_data") if isinstance(analysis, dict) else None
    for place in (call.get("metadata"), call.get("retell_llm_dynamic_variables"), custom):
        if isinstance(place, dict):
            for key in ("customer_name", "kundenname", "name"):
                if name := _text(place.get(key)):
                    return name
    return None
