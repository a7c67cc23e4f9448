"""JSON from strangers: what is one object in one reading gets in, everything else is one plain line."""

from __future__ import annotations

import contextlib
import json
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import RequestRefused
from gateway.strict_json import MAX_DEPTH, parse_object


def refusal(body: bytes) -> RequestRefused:
    with pytest.raises(RequestRefused) as raised:
        parse_object(body)
    return raised.value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{}{}", "not_json"),
        (b"{'a':1}", "not_json"),
        (b'{"a":1,}', "not_json"),
        (b'{"a":01}', "not_json"),
        (b'{"a":+1}', "not_json"),
        (b'{"a":0x1}', "not_json"),
        (b'{"a":"\n"}', "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"[]", "not_an_object"),
        (b'"a"', "not_an_object"),
        (b"1", "not_an_object"),
        (b"null", "not_an_object"),
        (b"\xff", "not_utf8"),
        (b'{"a":"\xed\xa0\x80"}', "not_utf8"),  # a surrogate in UTF-8's clothes
        ('{"a":1}'.encode("utf-16"), "not_utf8"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key"),
        (b'{"a":[{"b":{"c":1,"c":2}}]}', "duplicate_key"),
        (b'{"a":NaN}', "not_finite"),
        (b'{"a":Infinity}', "not_finite"),
        (b'{"a":-Infinity}', "not_finite"),
        (b'{"a":1e400}', "not_finite"),
        (b'{"a":-1e400}', "not_finite"),
        (b'{"a":' + b"9" * 33 + b"}", "number_too_long"),
        (b'{"a":' + b"9" * 100_000 + b"}", "number_too_long"),
        (b'{"a":"\\ud800"}', "lone_surrogate"),
        (b'{"a":"\\udc00\\ud800"}', "lone_surrogate"),
        (b'{"\\udbff":1}', "lone_surrogate"),
        (b'{"a":["\\uD83D"]}', "lone_surrogate"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "too_deep"),
        (b'{"a":' + b"[" * 200_000, "too_deep"),
    ],
)
def test_what_has_two_readings_or_none_is_refused(body: bytes, reason: str) -> None:
    """400 with a fixed word for the log and one plain line for the sender."""
    refused = refusal(body)
    assert (refused.status_code, refused.reason) == (400, reason)
    assert refused.detail.startswith("The body ")
    assert len(refused.detail.splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b' \t\r\n{"a": 1} ', {"a": 1}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"ä":"ß"}'.encode(), {"ä": "ß"}),
        (b'{"a":{"x":1},"b":{"x":1}}', {"a": {"x": 1}, "b": {"x": 1}}),
        (b'{"a":"\\u0000"}', {"a": "\x00"}),
        (b'{"a":1e308}', {"a": 1e308}),
        (b'{"a":1e-400}', {"a": 0.0}),
        (b'{"a":' + b"9" * 32 + b"}", {"a": int("9" * 32)}),
        (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    ],
)
def test_what_has_one_reading_gets_in(body: bytes, value: dict[str, Any]) -> None:
    """Blanks, escapes, emoji and equal keys in different objects are ordinary JSON."""
    assert parse_object(body) == value


@pytest.mark.parametrize("shape", ["lists", "objects"])
def test_nesting_ends_at_its_limit(shape: str) -> None:
    """The outermost object counts as the first level."""
    opening, closing = ("[", "]") if shape == "lists" else ('{"a":', "}")

    def nested(levels: int) -> bytes:
        inside = "1" if shape == "objects" else ""
        return ('{"a":' + opening * (levels - 1) + inside + closing * (levels - 1) + "}").encode()

    assert parse_object(nested(MAX_DEPTH))
    assert refusal(nested(MAX_DEPTH + 1)).reason == "too_deep"


def test_the_worst_body_is_refused_in_moments() -> None:
    """Four mebibytes of brackets, of digits, of halves, of lists: no input makes the reader think without end."""
    worst = [
        b'{"a":' + b"[" * (4 << 20),
        b'{"a":' + b"9" * (4 << 20) + b"}",
        b'{"a":"' + b"\\ud83d" * 690_000 + b'"}',
        b'{"a":[' + b"[]," * 1_300_000 + b"[]]}",
    ]
    for body in worst:
        began = time.monotonic()
        with contextlib.suppress(RequestRefused):
            parse_object(body)
        assert time.monotonic() - began < 10


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=10,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), values, max_size=6), st.booleans())
def test_every_honest_object_comes_back_as_it_was(value: dict[str, Any], ascii_only: bool) -> None:
    """Written with or without escapes, read to the same value."""
    assert parse_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789eE+-.\\u tfnaN', max_size=200).map(str.encode))
def test_any_bytes_are_an_object_or_a_refusal(body: bytes) -> None:
    """Nothing else is ever raised, and what gets in can be written again."""
    try:
        value = parse_object(body)
    except RequestRefused as refused:
        assert refused.status_code == 400
    else:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def test_no_number_that_gets_in_is_infinite() -> None:
    """Neither written out nor by its exponent."""
    assert math.isfinite(parse_object(b'{"a":1.7976931348623157e308}')["a"])
    assert refusal(b'{"a":1.7976931348623159e308}').reason == "not_finite"
