"""Which of the offers the caller took, in the words in which a model passes it on."""

from __future__ import annotations

import pytest

from gateway.tools.offers_said import token_said


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("A", "A"),
        ("b", "B"),
        (" c ", "C"),
        ("Angebot B", "B"),
        ("Option C, bitte", "C"),
        ("B.", "B"),
        ("das erste", "A"),
        ("den zweiten Termin", "B"),
        ("der dritte", "C"),
        ("the second one please", "B"),
        ("Nummer drei", "C"),
        ("1", "A"),
        ("2", "B"),
        ("eins", "A"),
        ("first", "A"),
        ("the third one", "C"),
        ("option b", "B"),
        ("option one", "A"),
        ("one", "A"),
        ("B, das zweite", "B"),
    ],
)
def test_a_letter_or_a_place_names_an_offer(text: str, token: str) -> None:
    """However it is said, B is B."""
    assert token_said(text) == token


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "D",
            "ja",
            "ja gern",
            "den um halb elf",
            "14 Uhr",
            "10:30",
            "21",
            "beides",
            "keins",
            "egal",
            "abc",
            "Abend",
        ),
        *("A oder B", "nicht A, sondern B", "das erste oder das zweite", "1 oder 2"),
        *("a later one", "the later one please", "something in a week", "A, B"),
    ],
)
def test_anything_else_names_none(text: str) -> None:
    """Two letters are no choice: asked again rather than booked wrongly."""
    assert token_said(text) is None
