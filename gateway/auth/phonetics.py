"""How far two sounds are apart: the Cologne code that finds candidates, and edit costs by class of sound.

The code throws vowels away and melts whole families of consonants together. That is right for finding a record and wrong
for deciding on one: Möller and Müller share a code. Deciding works on the sound strings of `name_sounds`.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from rapidfuzz.distance import Levenshtein

# Letters that Unicode does not take apart into a base letter and a mark. The Turkish dotless i is a vowel like any other.
_WHOLE_LETTERS: Final = str.maketrans(
    {"ı": "i", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ø": "o", "æ": "a", "œ": "o", "ŋ": "n"}
)

_ACCENT: Final = re.compile("[\u0300-\u036f]")

# H. J. Postel, "Die Kölner Phonetik" (IBM-Nachrichten 19, 1969). Order matters: the first rule that fits a letter codes it.
_COLOGNE_RULES: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"[dt](?=[csz])", "8"),
        (r"[dt]", "2"),
        (r"(?<=[ckq])x", "8"),
        (r"x", "48"),
        (r"^c(?=[ahkloqrux])|(?<![sz])(?<!^)c(?=[ahkoqux])", "4"),
        (r"c", "8"),
        (r"p(?!h)|b", "1"),
        (r"[pfvw]", "3"),
        (r"h", ""),
        (r"[aeijouy]", "0"),
        (r"[gkq]", "4"),
        (r"l", "5"),
        (r"[mn]", "6"),
        (r"r", "7"),
        (r"[sz]", "8"),
    )
)
_REPEATED: Final = re.compile(r"(\d)\1+")
_INNER_VOWEL: Final = re.compile(r"(?<!^)0")


def without_accents(text: str) -> str:
    """Lower case, compatibility forms unfolded, accents dropped, ß as ss; letters of other scripts stay."""
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text.lower().translate(_WHOLE_LETTERS)))


def cologne(word: str) -> str:
    """The Cologne code of one word: digits 0-8, "" when the word holds no letter that is heard."""
    letters = "".join(letter for letter in without_accents(word) if "a" <= letter <= "z")
    code = []
    position = 0
    while position < len(letters):
        for pattern, digit in _COLOGNE_RULES:
            if pattern.match(letters, position):
                code.append(digit)
                break
        position += 1
    return _INNER_VOWEL.sub("", _REPEATED.sub(r"\1", "".join(code)))


# Signs of a sound string (see name_sounds). A joker stands for a spelling that German reads in more than one way.
VOWELS: Final = frozenset("aeiouöüYIAOU@")
_JOKERS: Final = {"v": "fw", "Z": "zsT", "C": "SkxT", "Y": "iü", "I": "ij", "G": "gkx"}
_SAME_SOUND: Final = frozenset(
    pair for joker, readings in _JOKERS.items() for sound in readings for pair in ((joker, sound), (sound, joker))
)
# What speech recognition mixes up without the speaker having said anything else: voiced and voiceless stops.
_SLIPS: Final = frozenset(pair for a, b in ("bp", "dt", "gk", "DT") for pair in ((a, b), (b, a)))
_HISSES: Final = (("z", "s"), ("s", "z"))
# Families of consonants, for the graded value only: a swap inside a family is half as far as one across families.
_FAMILY: Final = {
    sound: index
    for index, family in enumerate(("bp", "dt", "gkxG", "fvw", "szZSTDC", "mn", "lr", "j", "h"))
    for sound in family
}

VETO: Final = 100
"""A cost nobody may accept: the two differ in something that is heard."""


def sound_cost(stored: str, heard: str) -> int:
    """What it takes to hear one sound string as the other: 0 the same, 1 per slip of recognition, VETO beyond that."""
    if stored == heard:
        return 0
    if len(stored) == len(heard):
        return _substitutions(stored, heard)
    return _with_mute_h(stored, heard)


def _substitutions(stored: str, heard: str) -> int:
    cost = 0
    for index, (left, right) in enumerate(zip(stored, heard, strict=True)):
        if left == right or (left, right) in _SAME_SOUND:
            continue
        if not _is_slip(stored, heard, index):
            return VETO
        cost += 1
    return cost


def _is_slip(stored: str, heard: str, index: int) -> bool:
    pair = (stored[index], heard[index])
    if pair in _SLIPS:
        return True
    if pair in _HISSES and index > 0 and stored[index - 1] in "lnr":  # a "t" slides in or out: Hans rhymes with ganz
        return pair == ("z", "s") or stored[index + 1 : index + 2] not in VOWELS
    return pair == ("@", "a") and index == len(stored) - 1  # "Kröger" ends in the sound of "Kröga"


def _with_mute_h(stored: str, heard: str) -> int:
    """An h between two vowels may be mute (Höher); no other sound comes or goes unheard."""
    without = (_MUTE_H.sub("", stored), _MUTE_H.sub("", heard))
    if without == (stored, heard) or len(without[0]) != len(without[1]):
        return VETO
    return _substitutions(*without)


_MUTE_H: Final = re.compile(r"(?<=[aeiouöüYIAOU])h(?=[aeiouöüYIAOU@])")


def sound_ratio(stored: str, heard: str) -> float:
    """Likeness of two sound strings in 0..1 by edit distance weighted by class of sound. It grades, it does not decide."""
    longest = max(len(stored), len(heard))
    if longest == 0:
        return 0.0
    return max(0.0, 1.0 - sum(_edit_costs(stored, heard)) / longest)


def _edit_costs(stored: str, heard: str) -> Iterator[float]:
    for edit in Levenshtein.editops(stored, heard):
        if edit.tag == "replace":
            yield _replacement_cost(stored[edit.src_pos], heard[edit.dest_pos])
        else:
            sound = stored[edit.src_pos] if edit.tag == "delete" else heard[edit.dest_pos]
            yield 0.75 if sound in VOWELS or sound == "h" else 1.0


def _replacement_cost(left: str, right: str) -> float:
    if (left, right) in _SAME_SOUND:
        return 0.0
    if (left, right) in _SLIPS:
        return 0.25
    if left in VOWELS and right in VOWELS:
        return 0.75
    family = _FAMILY.get(left)
    return 0.5 if family is not None and family == _FAMILY.get(right) else 1.0
