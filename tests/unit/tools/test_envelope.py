"""A tool call as it arrives, its intent's name, and an answer's bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.tools.envelope import Answer, ToolRequest, read_request

CALL = {"call_id": "call_1", "transcript_with_tool_calls": []}


def request(args: object, *, tool: str = "book_appointment", tool_call_id: str | None = None) -> ToolRequest:
    running = {"role": "tool_call_invocation", "tool_call_id": tool_call_id, "name": tool}
    call = CALL | ({"transcript_with_tool_calls": [running]} if tool_call_id else {})
    return read_request(tool, {"args": args, "call": call})


def test_an_invocation_id_is_the_intents_name() -> None:
    """Whatever its arguments are."""
    assert request({"date": "morgen"}, tool_call_id="t1").key == request({}, tool_call_id="t1").key == "t:t1"


@pytest.mark.parametrize(
    "other",
    [
        {"datum": "morgen", "dienstleistung": "Bartpflege"},
        {"service": " Bartpflege ", "date": "morgen"},
        {"date": "morgen", "service": "Bartpflege", "call_id": "x", "price": 1},
        {"service": "Bartpflege", "date": "morgen", "time": ""},
    ],
)
def test_without_an_id_the_same_words_are_the_same_intent(other: dict[str, Any]) -> None:
    """Order, aliases, blanks and what is ignored make no difference."""
    assert request({"service": "Bartpflege", "date": "morgen"}).key == request(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request({"date": "morgen"}), request({"date": "heute"})),
        (request({"date": "morgen"}), request({"when": "morgen"})),
        (request({"date": "morgen"}), request({"date": "morgen"}, tool="cancel_appointment")),
        (request({}), request({"date": "morgen"})),
    ],
)
def test_other_words_are_another_intent(one: ToolRequest, other: ToolRequest) -> None:
    """By what is asked, and of which tool."""
    assert one.key != other.key
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("path", "payload", "tool"),
    [
        ("list_services", {}, "list_services"),
        ("list_services", {"name": "cancel_appointment"}, "list_services"),
        (None, {"name": "list_services"}, "list_services"),
        (None, {"name": 7}, ""),
        (None, {}, ""),
        ("x" * 100, {}, "x" * 64),
    ],
)
def test_the_path_names_the_tool_else_the_body(path: str | None, payload: dict[str, Any], tool: str) -> None:
    """What names none is empty, never an error."""
    assert read_request(path, payload).tool == tool


def test_arguments_may_come_under_their_older_name() -> None:
    """`arguments` where `args` is missing."""
    assert read_request("x", {"arguments": {"date": "morgen"}}).arguments.get("date") == "morgen"
    assert read_request("x", {"args": {}, "arguments": {"date": "morgen"}}).arguments.get("date") is None


def test_the_same_answer_is_always_the_same_bytes() -> None:
    """Compact UTF-8, in the contract's order."""
    answer = Answer("booked", "Ihr Termin ist gebucht.", facts={"code": "K7RP2X", "staff": "Jürgen"})
    assert answer.body() == answer.body()
    assert answer.body().startswith(b'{"ok":true,"status":"booked","say":"Ihr Termin')
    assert json.loads(answer.body())["staff"] == "Jürgen"
    assert "Jürgen".encode() in answer.body()
