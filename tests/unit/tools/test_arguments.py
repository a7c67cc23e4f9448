"""The agent's words at the door: two languages, clean bounded text, and nothing that the model may not decide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tools.arguments import ALIASES, MAX_NOTES, MAX_TEXT, Arguments, fold_key, read_arguments


@pytest.mark.parametrize(
    ("canonical", "alias"), [(name, alias) for name, aliases in ALIASES.items() for alias in aliases]
)
def test_every_alias_means_its_argument(canonical: str, alias: str) -> None:
    """German or English, in whatever spelling the flow's author chose."""
    spoken = alias.replace("ae", "ä").replace("ue", "ü").replace("_", " ").title()
    for name in (alias, alias.upper(), spoken, alias.replace("_", "-"), f" {alias} "):
        assert read_arguments({name: "x"}) == Arguments({canonical: "x"})


def test_no_alias_means_two_things() -> None:
    """One name, one argument."""
    names = [*ALIASES, *(alias for aliases in ALIASES.values() for alias in aliases)]
    assert len(names) == len(set(names))
    assert all(fold_key(name) == name for name in names)


def test_the_canonical_name_wins_over_its_aliases() -> None:
    """In whatever order they come; of two aliases the first."""
    assert read_arguments({"datum": "morgen", "date": "heute"}).get("date") == "heute"
    assert read_arguments({"date": "heute", "datum": "morgen"}).get("date") == "heute"
    assert read_arguments({"datum": "morgen", "tag": "Freitag"}).get("date") == "morgen"
    assert read_arguments({"date": " ", "datum": "morgen"}).get("date") == "morgen"


@pytest.mark.parametrize(
    "name",
    [
        *("call_id", "call", "caller", "from_number", "to_number", "company", "company_id", "price", "price_cents"),
        *(
            "status",
            "customer_id",
            "staff_id",
            "appointment_id",
            "version",
            "level",
            "__class__",
            "",
            "x" * 65,
            "datum2",
        ),
    ],
)
def test_what_the_model_may_not_decide_is_no_argument(name: str) -> None:
    """Ignored and counted."""
    assert read_arguments({name: "x"}) == Arguments({}, ignored=1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Bart \t pflege\n", "Bart pflege"),
        ("Bart\x00pflege", "Bart pflege"),
        ("\u202eBart\u200bpflege\ufeff", "Bart pflege"),
        ("Fa\u0308rben", "Färben"),
        (177, "177"),
        (14.5, "14.5"),
        (True, "true"),
        (False, "false"),
        (["Schneiden", "Färben"], "Schneiden und Färben"),
        ("x" * 10_000, "x" * MAX_TEXT),
    ],
)
def test_a_value_becomes_one_clean_line(value: object, text: str) -> None:
    """Numbers and lists of words as they would be said; nothing unprintable, nothing endless."""
    assert read_arguments({"service": value}) == Arguments({"service": text})


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "   ",
        "\n",
        "\x00",
        "\u200b",
        [],
        "null",
        "None",
        "N/A",
        "-",
        "unbekannt",
        "<unknown>",
        "keine Angabe",
        "any",
    ],
)
def test_nothing_said_is_nothing(value: object) -> None:
    """Absent and not counted: a model fills its form."""
    assert read_arguments({"service": value}) == Arguments({})


@pytest.mark.parametrize("value", [{}, {"name": "x"}, [1], ["x", None], [["x"]]])
def test_a_shape_that_is_no_text_is_counted(value: object) -> None:
    """Not guessed at."""
    assert read_arguments({"service": value}) == Arguments({}, ignored=1)


def test_notes_may_be_longer() -> None:
    """What is read by people has more room than what is searched for."""
    assert len(read_arguments({"notizen": "n" * 9999}).values["notes"]) == MAX_NOTES


@pytest.mark.parametrize(("args", "ignored"), [(None, 0), ([], 1), ("x", 1), (7, 1), ({}, 0)])
def test_arguments_that_are_no_object_are_none(args: object, ignored: int) -> None:
    """The tool asks its first question."""
    assert read_arguments(args) == Arguments({}, ignored)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "ja",
            "Ja.",
            "JA!",
            "ja bitte",
            "Ja, bitte.",
            "ja gern",
            "Ja, gerne!",
            "yes",
            "Yes, please",
            "true",
            "1",
            "ok",
        ),
        *("okay", "einverstanden", "Ja, einverstanden.", "in Ordnung", "bestätigt", "confirmed"),
    ],
)
def test_an_unmistakable_yes_is_one(word: str) -> None:
    """In the forms in which models pass it on."""
    assert read_arguments({"bestaetigt": word}).flag("confirm")


@pytest.mark.parametrize(
    "word",
    [
        *("nein", "no", "false", "0", "", "vielleicht", "ja nein", "ja aber nicht heute", "nicht einverstanden"),
        *("auf keinen Fall", "weiß nicht", "ja?", "unbestätigt", "2", "true story", "null"),
    ],
)
def test_anything_else_is_no(word: str) -> None:
    """A fee is never charged on a maybe. ("ja?" asks back.)"""
    assert not read_arguments({"confirm": word}).flag("confirm")


def test_a_real_true_is_a_yes_and_a_real_false_is_none() -> None:
    """As JSON has them."""
    assert read_arguments({"confirm": True}).flag("confirm")
    assert not read_arguments({"confirm": False}).flag("confirm")
    assert not read_arguments({}).flag("confirm")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=50)
@given(anything | st.dictionaries(st.sampled_from([*ALIASES, "datum", "Wann", "x"]) | st.text(), anything))
def test_any_json_becomes_clean_arguments(args: Any) -> None:
    """Never raises; every value is one printable line within its bound, every name is known, nothing is lost uncounted."""
    read = read_arguments(args)
    for name, text in read.values.items():
        assert name in ALIASES
        assert text == text.strip() != ""
        assert text.isprintable()
        assert len(text) <= (MAX_NOTES if name == "notes" else MAX_TEXT)
    if isinstance(args, dict):
        assert len(read.values) + read.ignored <= len(args)
    read.flag("confirm")
