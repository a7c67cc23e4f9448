"""A tool call as it arrives and an answer as it leaves (DESIGN section 9)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.calls.context import CallContext, read_call
from gateway.tools.arguments import Arguments, read_arguments

MAX_NAME_CHARS: Final = 64
# Built once: `json.dumps` with options builds an encoder for every answer.
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One function call of the voice agent."""

    tool: str
    """As named by the path or the body; it may name nothing we know."""
    arguments: Arguments
    call: CallContext
    body_name: str = ""
    """The tool as the signed body names it; the signature does not cover the path."""
    fingerprint: str = field(init=False)
    """What was asked, whoever delivers it: a hash of tool and canonical arguments, and of the caller where no call id
    keeps two callers apart."""

    def __post_init__(self) -> None:
        caller = "" if self.call.call_id else self.call.caller or ""
        canonical = _CANONICAL([self.tool, caller, sorted(self.arguments.values.items())])
        object.__setattr__(self, "fingerprint", hashlib.sha256(canonical.encode()).hexdigest())

    @property
    def key(self) -> str:
        """The intent's name within its call: the invocation's id, else the fingerprint."""
        return f"t:{self.call.tool_call_id}" if self.call.tool_call_id else f"h:{self.fingerprint}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent gets: a status of the contract, a sentence ready to be spoken, and small facts."""

    status: str
    say: str
    ok: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> bytes:
        """The JSON sent, UTF-8; the same answer always gives the same bytes."""
        payload = {"ok": self.ok, "status": self.status, "say": self.say, **self.facts}
        return _ENCODE(payload).encode()


def read_request(path_name: str | None, payload: Mapping[str, Any]) -> ToolRequest:
    """The tool call in a decoded body. Never raises: what is missing is empty."""
    name = payload.get("name")
    body_name = name[:MAX_NAME_CHARS] if isinstance(name, str) else ""
    tool = (path_name or body_name)[:MAX_NAME_CHARS]
    args = payload.get("args")
    if args is None and "arguments" in payload:
        args = payload["arguments"]
    return ToolRequest(tool, read_arguments(args), read_call(payload.get("call"), tool), body_name)
