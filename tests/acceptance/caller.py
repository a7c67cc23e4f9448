"""A caller as Retell delivers one: tool calls in the vendor's shape, signed by the vendor's own SDK.

Every answer that passes through here is held to the contract: HTTP 200, a status the tool may give, small, speakable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx
from retell.lib import webhook_auth

from gateway.demo.salon import AGENT_ID, CALLED_NUMBER
from gateway.speech.speakable import speakable

KEY: Final = "key_acceptance_0123456789abcdef"
NEW_NUMBER: Final = "+4915112349001"
"""Belongs to nobody on file."""
MAX_ANSWER_BYTES: Final = 1024

Args = Mapping[str, object]
_vendor_sign: Callable[..., str] = webhook_auth.symmetric["sign"]
_numbers = count(1)

# DESIGN section 9, as far as the tools exist; `unavailable` may come of any of them when a neighbour is down.
_WHO: Final = ("verify", "locked", "ask_when", "unavailable")
CONTRACT: Final[Mapping[str, frozenset[str]]] = {
    "check_availability": frozenset(
        "offered alternatives full closed ask_service ask_staff ask_when unknown_service unknown_staff unavailable".split()
    ),
    "book_appointment": frozenset(
        "booked pending taken already_booked refused ask_service ask_staff ask_when ask_name ask_phone"
        " unknown_service unknown_staff unavailable".split()
    ),
    "reschedule_appointment": frozenset(
        "rescheduled unchanged taken not_found ask_which too_late fee_confirm ask_staff unknown_staff".split()
    )
    | {*_WHO},
    "cancel_appointment": frozenset("cancelled already_cancelled not_found ask_which too_late fee_confirm".split())
    | {*_WHO},
    "find_appointments": frozenset(("found", "none", *_WHO)),
    "verify_caller": frozenset(("verified", "wrong", "expired", "locked", "sent", "unavailable")),
    "list_services": frozenset(("listed", "unavailable")),
    "request_callback": frozenset(("noted", "ask_phone", "unavailable")),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent got; `facts` is the whole decoded body."""

    body: bytes
    facts: Mapping[str, Any]

    @property
    def status(self) -> str:
        return str(self.facts["status"])

    @property
    def say(self) -> str:
        return str(self.facts["say"])

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    @property
    def starts(self) -> list[str]:
        """The local starts of the offers, without seconds and offset: "2025-10-25T14:00"."""
        return [offer["start"][:16] for offer in self.facts["offers"]]


def signed(body: bytes, *, key: str = KEY, at_ms: int | None = None) -> dict[str, str]:
    """The headers Retell sends with `body`, the signature made by its own SDK (now, or at `at_ms`)."""
    signature = _vendor_sign(body.decode("utf-8", "surrogateescape"), key, at_ms)
    return {"Content-Type": "application/json", "X-Retell-Signature": signature}


def read_answer(tool: str, response: httpx.Response) -> Answer:
    """The answer in `response`, held to everything the contract says of any answer."""
    assert response.status_code == 200, (response.status_code, response.text)
    answer = Answer(response.content, json.loads(response.content))
    known = CONTRACT.get(tool, frozenset({"unknown_tool"}))
    assert answer.status in known, f"{tool} has no status {answer.status}"
    assert speakable(answer.say) == [], (answer.say, speakable(answer.say))
    assert len(answer.body) < MAX_ANSWER_BYTES, f"{len(answer.body)} bytes: {answer.body!r}"
    assert isinstance(answer.facts["ok"], bool)
    return answer


@dataclass
class Caller:
    """One phone call. Calling it calls a tool: `await caller("check_availability", service="Bartpflege")`."""

    client: httpx.AsyncClient
    number: str | None = NEW_NUMBER
    key: str = KEY
    called: str = CALLED_NUMBER
    agent_id: str = AGENT_ID
    call_id: str = ""
    more: dict[str, object] = field(default_factory=dict)
    """Further fields of the call object."""
    transcript: list[dict[str, object]] = field(default_factory=list)
    invocations: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.call_id = self.call_id or f"call_{next(_numbers):08x}"

    def new_id(self) -> str:
        """An invocation id the platform would choose."""
        return f"tool_call_{self.call_id}_{next(self.invocations)}"

    def request(self, tool: str, args: object, *, tool_call_id: str | None) -> bytes:
        """The body of one tool call; without a `tool_call_id` the transcript does not hold the invocation."""
        spoken: list[dict[str, object]] = [*self.transcript, {"role": "user", "content": "Ja, gern."}]
        if tool_call_id is not None:
            arguments = json.dumps(args, ensure_ascii=False)
            spoken.append(
                {
                    "role": "tool_call_invocation",
                    "tool_call_id": tool_call_id,
                    "name": tool,
                    "arguments": arguments,
                }
            )
        return json.dumps({"name": tool, "args": args, "call": self.call(spoken)}, ensure_ascii=False).encode()

    def call(self, spoken: list[dict[str, object]] | None = None) -> dict[str, object]:
        """The call object."""
        return {
            "call_id": self.call_id,
            "call_type": "phone_call",
            "direction": "inbound",
            "from_number": "anonymous" if self.number is None else self.number,
            "to_number": self.called,
            "agent_id": self.agent_id,
            "agent_version": 6,
            "call_status": "ongoing",
            "start_timestamp": 1761289200000,
            "transcript_with_tool_calls": [*self.transcript] if spoken is None else spoken,
            **self.more,
        }

    async def send(self, tool: str, body: bytes, *, in_path: bool = True) -> httpx.Response:
        """Post `body` as it is, signed now."""
        path = f"/retell/tools/{tool}" if in_path else "/retell/tools"
        return await self.client.post(path, content=body, headers=signed(body, key=self.key))

    async def __call__(self, tool: str, /, **args: object) -> Answer:
        """Call a tool with an invocation id of its own."""
        return await self.say(tool, args, tool_call_id=self.new_id())

    async def say(self, tool: str, args: Args, *, tool_call_id: str | None) -> Answer:
        """Call a tool under this invocation id (None: the platform gave none)."""
        answer = read_answer(tool, await self.send(tool, self.request(tool, args, tool_call_id=tool_call_id)))
        if tool_call_id is not None:
            self.transcript += [
                {"role": "tool_call_invocation", "tool_call_id": tool_call_id, "name": tool, "arguments": "{}"},
                {"role": "tool_call_result", "tool_call_id": tool_call_id, "content": answer.body.decode()},
            ]
        return answer

    async def event(self, event: str) -> httpx.Response:
        """Deliver a call event to the webhook."""
        body = json.dumps({"event": event, "call": self.call()}).encode()
        return await self.client.post("/retell/webhook", content=body, headers=signed(body, key=self.key))
