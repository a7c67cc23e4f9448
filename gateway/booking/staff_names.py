"""The names of a staff list, ready to be recognised: each part spelled, by ear, and how well a heard word fits it.

Names that differ in a vowel or a gender ending ("Martin"/"Martina", "Möller"/"Müller") are never the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.staff_words import FEMININE_LEADS, HONORIFICS, MASCULINE_LEADS, SHORT_FORMS, gender_of
from gateway.speech.fold import plain, readings, sound

EXACT: Final = 1.0
SAME_SOUND: Final = 0.95
SHORT_FORM: Final = 0.85
NEAR: Final = 0.8
DOUBTFUL: Final = 0.7
"""How well a heard word fits a name part: spelled so, sounds so, its short form, nearly so; nearly, but another firm
consonant: enough beside a second name that fits, alone a question."""

_VOWELS: Final = frozenset("aeiouAOUY")
# What a first name takes to become the other gender's: Martin/Martina, Stefan/Stefanie, Paul/Pauline, Josef/Josefine.
_GENDER_ENDINGS: Final = frozenset({"a", "e", "i", "ia", "in", "ina", "ine", "o", "us", "eta", "ete", "is", "ien"})
_WEAK: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)  # a part is itself: two people may share a name
class Part:
    """One name part, or two spoken as one ("Hans-Peter": hans, peter, hanspeter)."""

    spelled: frozenset[str]
    codes: frozenset[str]
    is_last: bool
    near_counts: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff: whole names (plain), their parts, and the gender they tell ("f", "m" or None)."""

    id: str
    whole: frozenset[str]
    parts: tuple[Part, ...]
    gender: str | None


def person(id: str, names: Iterable[str]) -> Person:
    """Return the person of this id with a name and aliases, the name first."""
    every = tuple(names)
    parts = tuple(part for name in every for part in _parts(name))
    return Person(id, frozenset(map(plain, every)), parts, _gender(every[0]))


def _part(written: str, *, is_last: bool, near_counts: bool = True) -> Part:
    folded = plain(written).replace(" ", "")
    bare = plain(written.replace("ä", "a").replace("ö", "o").replace("ü", "u")).replace(" ", "")
    codes = set(readings(written.replace(" ", "").replace("-", "")))
    if is_last:
        # Unstressed "-er" and "-ar" end in a plain "a" when spoken: "Kretschma" for Kretschmer.
        codes |= {code[:-2] + "a" for code in codes if len(code) > 4 and code.endswith(("er", "ar"))}
    return Part(frozenset({folded, bare}), frozenset(codes), is_last, near_counts)


def _parts(name: str) -> tuple[Part, ...]:
    words = [word for word in name.replace(".", " ").split() if plain(word) and plain(word) not in HONORIFICS]
    units = [[piece for piece in word.split("-") if plain(piece)] for word in words]
    pieces = [(piece, index) for index, unit in enumerate(units) for piece in unit]
    final = len(units) - 1
    found = [_part(piece, is_last=0 < final == index) for piece, index in pieces]
    for (left, left_index), (right, right_index) in pairwise(pieces):
        # "Hanspeter" for Hans-Peter or Hans Peter; first name and surname run together must be just so.
        one_unit = left_index == right_index
        found.append(_part(left + right, is_last=one_unit and 0 < final == right_index, near_counts=one_unit))
    return tuple(found)


def _gender(name: str) -> str | None:
    """The gender a name's title or first known first name tells."""
    words = plain(name).split()
    titles = {"f" for word in words if word in FEMININE_LEADS & HONORIFICS}
    titles |= {"m" for word in words if word in MASCULINE_LEADS & HONORIFICS}
    if len(titles) == 1:
        return titles.pop()
    bare = [word for word in words if word not in HONORIFICS]
    return next((gender for word in bare[:-1] or bare if (gender := gender_of(word))), None)


def _is_look_alike(heard: str, code: str) -> bool:
    """Whether two sound codes differ only as two different names do: in a vowel or a gender ending."""
    longer, shorter = (heard, code) if len(heard) >= len(code) else (code, heard)
    if longer.startswith(shorter) and longer[len(shorter) :] in _GENDER_ENDINGS:
        return True
    edits = Levenshtein.editops(heard, code)
    return all(
        edit.tag == "replace" and heard[edit.src_pos] in _VOWELS and code[edit.dest_pos] in _VOWELS for edit in edits
    )


_CONFUSED: Final = ("dt", "bpfw", "gkXx", "sSxCz", "mn", "Cj", "rlX")
_WEAK_SOUNDS: Final = frozenset("rhjaeiouAOUY")


def _is_soft(heard: str, code: str) -> bool:
    """Whether only vowels, weak sounds, like sounds or the last sound differ: Schäfer is not Schäffler."""
    for edit in Levenshtein.editops(heard, code):
        said = heard[edit.src_pos] if edit.tag != "insert" else ""
        meant = code[edit.dest_pos] if edit.tag != "delete" else ""
        is_last = edit.src_pos >= len(heard) - 1 and edit.dest_pos >= len(code) - 1
        alike = any(said in group and meant in group for group in _CONFUSED) if said and meant else False
        if not (alike or is_last or {said, meant} - {""} <= _WEAK_SOUNDS):
            return False
    return True


# The ear confuses these where they begin a name: Giovanni, "Schovanni", "Jovanni".
_HISSES: Final = str.maketrans("Sj", "CC")


def _first(code: str) -> str:
    return code[:1].translate(_HISSES)


def _is_near(heard: str, code: str) -> bool:
    """Whether the ear may have slipped: one sound in five to seven, two in longer names, never the first."""
    shortest = min(len(heard), len(code))
    allowed = 0 if shortest < 5 else 1 if shortest < 8 else 2
    if not allowed or abs(len(heard) - len(code)) > allowed or _first(heard) != _first(code):
        return False
    return Levenshtein.distance(heard, code, score_cutoff=allowed) <= allowed and not _is_look_alike(heard, code)


class Index:
    """The name parts of one staff list, found by spelling and by sound; immutable once built."""

    __slots__ = ("_by_code", "_by_letter", "_by_spelling", "people", "spelled")

    def __init__(self, people: tuple[Person, ...]) -> None:
        self.people = people
        self._by_spelling: dict[str, list[Part]] = {}
        self._by_code: dict[str, list[Part]] = {}
        self._by_letter: dict[str, list[tuple[str, Part]]] = {}
        for part in (part for one in people for part in one.parts):
            for form in part.spelled:
                self._by_spelling.setdefault(form, []).append(part)
            for code in part.codes:
                self._by_code.setdefault(code, []).append(part)
                if part.near_counts:
                    self._by_letter.setdefault(_first(code), []).append((code, part))
        self.spelled: frozenset[str] = frozenset(self._by_spelling)

    def fits(self, word: str) -> Mapping[Part, float]:
        """Return every part that one heard plain word fits, with how well."""
        found: dict[Part, float] = {}
        codes = {sound(word), sound(word.replace("v", "w"))}  # a transcript may write either for a foreign v
        for heard in codes:
            for code, part in self._by_letter.get(_first(heard), ()):
                if _is_near(heard, code):
                    found[part] = max(found.get(part, 0.0), NEAR if _is_soft(heard, code) else DOUBTFUL)
        for full in SHORT_FORMS.get(word, ()):
            found |= dict.fromkeys(self._by_spelling.get(full, ()), SHORT_FORM)
        for heard in codes:
            found |= dict.fromkeys(self._by_code.get(heard, ()), SAME_SOUND)
        return found | dict.fromkeys(self._by_spelling.get(word, ()), EXACT)


def could_be(word: str, part: Part) -> bool:
    """Whether a word may be a slip of a name part whose bearer is known already: an initial, or half of its sounds."""
    if len(word) == 1:
        return any(form.startswith(word) for form in part.spelled)
    return part.near_counts and any(_is_slip(sound(word), code) for code in part.codes)


def _is_slip(heard: str, code: str) -> bool:
    return Levenshtein.normalized_similarity(heard, code) >= _WEAK and not _is_look_alike(heard, code)
