"""What a signed request says of its phone call: who rings whom, and which invocation runs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calls.context import MAX_ID_CHARS, NO_CALL, CallContext, read_call


def invocation(tool_call_id: object, name: object = "book_appointment") -> dict[str, object]:
    return {"role": "tool_call_invocation", "tool_call_id": tool_call_id, "name": name, "arguments": "{}"}


RESULT = {"role": "tool_call_result", "tool_call_id": "t1", "content": "{}"}
WORDS = {"role": "user", "content": "Ja, gern."}


def test_an_inbound_call_is_read_whole() -> None:
    """Our number is the one that was rung."""
    call = {
        "call_id": "call_1",
        "direction": "inbound",
        "from_number": "+4915112345601",
        "to_number": "+493083793369",
        "agent_id": "agent_1",
        "transcript_with_tool_calls": [WORDS, invocation("t1")],
        "metadata": {"customer_name": "Sabine Meier"},
        "a_field_of_tomorrow": {"x": 1},
    }
    assert read_call(call, "book_appointment") == CallContext(
        "call_1", "+4915112345601", "+493083793369", "agent_1", "t1", "Sabine Meier"
    )


def test_an_outbound_call_is_ours_by_the_number_it_comes_from() -> None:
    """From and to change places."""
    found = read_call({"direction": "outbound", "from_number": "+4930", "to_number": "+49151"}, "x")
    assert (found.called, found.caller) == ("+4930", "+49151")


@pytest.mark.parametrize("call", [None, [], "call", 1, True, {}])
def test_what_is_no_call_is_none(call: object) -> None:
    """Chat agents and "args only" tools send nothing."""
    assert read_call(call, "book_appointment") == NO_CALL


@pytest.mark.parametrize(
    ("transcript", "expected"),
    [
        ([invocation("t1")], "t1"),
        ([WORDS, invocation("t1"), WORDS], "t1"),  # the caller went on speaking
        ([invocation("t1"), RESULT, invocation("t2")], "t2"),
        ([invocation("t1"), RESULT], None),  # answered: nothing of ours runs
        ([invocation("t1"), RESULT, WORDS], None),
        ([invocation("t1", "cancel_appointment")], None),  # another tool's
        ([invocation("t1", None)], "t1"),  # a platform that names no tool
        ([invocation("")], None),
        ([invocation(7)], None),
        ([invocation(None)], None),
        ([None, 7, "x", invocation("t1"), None], "t1"),
        ([], None),
        ("transcript", None),
        (None, None),
        ({"role": "tool_call_invocation"}, None),
    ],
)
def test_the_running_invocation_is_the_last_without_a_result(transcript: object, expected: str | None) -> None:
    """One intent, however often it is delivered; anything else is no id at all."""
    assert read_call({"transcript_with_tool_calls": transcript}, "book_appointment").tool_call_id == expected


@pytest.mark.parametrize(
    "call",
    [
        {"metadata": {"customer_name": "Sabine Meier"}},
        {"metadata": {"kundenname": "Sabine Meier"}},
        {"metadata": {"name": "Sabine Meier"}},
        {"retell_llm_dynamic_variables": {"customer_name": "Sabine Meier"}},
        {"call_analysis": {"custom_analysis_data": {"customer_name": "Sabine Meier"}}},
        {
            "metadata": {"customer_name": ""},
            "retell_llm_dynamic_variables": {"name": "Sabine Meier"},
            "call_analysis": {"custom_analysis_data": {"name": "Julia"}},
        },
    ],
)
def test_a_name_may_come_with_the_call(call: dict[str, Any]) -> None:
    """Metadata, then variables, then analysis."""
    assert read_call(call, "x").said_name == "Sabine Meier"


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "a\nb", "\u202e+49", "\u200b", "", 7, None, ["+49"]])
@pytest.mark.parametrize("field", ["call_id", "from_number", "to_number", "agent_id"])
def test_what_no_database_stores_and_no_line_shows_is_nothing(field: str, text: object) -> None:
    """An id with a NUL would fail every statement of its call."""
    assert read_call({field: text}, "x") == NO_CALL


def test_an_endless_id_is_cut() -> None:
    """Long enough to be unique, short enough for a key."""
    assert len(read_call({"call_id": "c" * 100_000}, "x").call_id) == MAX_ID_CHARS


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
fields = st.sampled_from(
    "call_id direction from_number to_number agent_id transcript_with_tool_calls metadata call_analysis"
    " retell_llm_dynamic_variables".split()
)


@settings(max_examples=60)
@given(anything | st.dictionaries(fields, anything | st.lists(st.dictionaries(st.text(max_size=12), anything))))
def test_any_json_is_a_call_or_none(call: Any) -> None:
    """Never raises; whatever comes out is short, printable text."""
    found = read_call(call, "book_appointment")
    for text in (found.call_id, found.caller, found.called, found.agent_id, found.tool_call_id, found.said_name):
        assert text is None or (len(text) <= MAX_ID_CHARS and text.isprintable())
