"""Sounds: the Cologne code against an independent implementation, and German spelling read aloud."""

import unicodedata

import cologne_phonetics  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.auth.name_sounds import readings
from gateway.auth.name_tables import SHORT_FORMS, WELL_KNOWN
from gateway.auth.phonetics import VETO, cologne, sound_cost, sound_ratio

# Postel's own examples and those of the common descriptions of the method.
PUBLISHED = [
    ("Müller-Lüdenscheidt", "65752682"), ("Wikipedia", "3412"), ("Breschnew", "17863"), ("Müller", "657"),
    ("Meyer", "67"), ("Heinz", "068"), ("Classen", "4586"), ("Aachen", "046"), ("Xaver", "4837"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "code"), PUBLISHED)
def test_published_codes(word: str, code: str) -> None:
    """The code is that of the literature."""
    assert cologne(word) == code


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß", max_size=12))
def test_codes_agree_with_an_independent_implementation(word: str) -> None:
    """Any word of German letters has the code that the package cologne_phonetics gives it."""
    assert cologne(word) == cologne_phonetics.encode(word)[0][1]


def test_codes_of_real_names_agree_with_an_independent_implementation() -> None:
    """The same for the names of our own tables."""
    for word in sorted(WELL_KNOWN | set(SHORT_FORMS)):
        assert cologne(word) == cologne_phonetics.encode(word)[0][1], word


def test_the_dotless_i_is_a_vowel() -> None:
    """The package drops the Turkish ı; at the start of a word that loses a sound."""
    assert cologne("ışık") == cologne("isik") == "084"


@pytest.mark.parametrize(
    ("word", "signs", "lengths"),
    [
        ("meyer", "mA@", "000"),
        ("kuhn", "kun", "0+0"),
        ("hass", "has", "0-0"),
        ("haas", "has", "0+0"),
        ("schmidt", "Smit", "00-0"),
        ("wiechmann", "wixman", "0+00-0"),
        ("bäuerle", "bOerle", "000000"),
        ("strobl", "Strobel", "0000000"),
        ("phillip", "filip", "0-000"),
        ("michael", "mixael", "000000"),
        ("michel", "mixel", "00000"),
        ("goethe", "göte", "0000"),
        ("zschoche", "Toxe", "0000"),
        ("christ", "krist", "00000"),
        ("jung", "junk", "0000"),
    ],
)
def test_german_spelling_is_read_aloud(word: str, signs: str, lengths: str) -> None:
    """One sign per sound, and vowel length where the spelling says it."""
    first = readings(word)[0]
    assert (first.signs, first.lengths) == (signs, lengths)


@pytest.mark.parametrize("word", ["", "山田", "ж", "a" * 500, "'", "ğ"])
def test_every_word_has_a_reading_with_a_length_per_sign(word: str) -> None:
    """Other scripts stand for themselves; nothing is left without a reading."""
    assert readings(word)
    assert all(len(sound.signs) == len(sound.lengths) for sound in readings(word))


def test_a_word_of_a_neighbour_has_several_readings() -> None:
    """With its marks read as they are meant, and without."""
    assert {sound.signs for sound in readings(unicodedata.normalize("NFC", "çelik"))} >= {"Telik", "Zelik"}


@pytest.mark.parametrize(
    ("stored", "heard", "cost"),
    [
        ("kurz", "kurz", 0),
        ("vinter", "winter", 0),  # v is read f or w
        ("vet@", "fet@", 0),
        ("wet@", "fet@", VETO),
        ("köst@", "göst@", 1),
        ("köst@", "kösta", 1),
        ("kösta", "köst@", VETO),  # a record says -a, the caller -er: another name
        ("kurz", "kurs", 1),
        ("kurs", "kurz", 1),
        ("hensel", "henzel", VETO),
        ("zurk", "surk", VETO),
        ("mül@", "möl@", VETO),
        ("rost", "rose", VETO),
        ("klan", "klaun", VETO),
        ("höe", "höhe", 0),
        ("ham", "am", VETO),
    ],
)
def test_only_slips_of_recognition_are_cheap(stored: str, heard: str, cost: int) -> None:
    """Whatever else differs is heard, and a veto."""
    assert sound_cost(stored, heard) == cost


def test_a_swap_inside_a_family_of_sounds_is_nearer_than_across() -> None:
    """The graded value knows classes of sound."""
    assert sound_ratio("tana", "dana") > sound_ratio("tana", "tena") > sound_ratio("tana", "kana")
    assert sound_ratio("", "") == 0.0
