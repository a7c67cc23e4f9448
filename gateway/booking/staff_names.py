"""The names of a staff list, ready to be recognised: each part spelled, by ear, and how well a heard word fits it.

Names that differ in a vowel or a gender ending ("Martin"/"Martina", "Möller"/"Müller") are never the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.staff_words import (
    FEMININE_LEADS,
    HONORIFICS,
    MASCULINE_LEADS,
    SHORT_FORMS,
    gender_of,
    is_first_name,
)
from gateway.speech.fold import plain, readings, sound

EXACT: Final = 1.0
SAME_SOUND: Final = 0.95
UNDOTTED: Final = 0.88
SHORT_FORM: Final = 0.85
NEAR: Final = 0.8
DOUBTFUL: Final = 0.7
"""How well a heard word fits a name part: spelled so, sounds so, so but for its marks, its short form, nearly so; nearly,
but another firm consonant: enough beside a second name that fits, alone a question."""

_VOWELS: Final = frozenset("aeiouAOUY")
# What a first name takes to become the other gender's: Martin/Martina, Stefan/Stefanie, Paul/Pauline, Josef/Josefine.
_GENDER_ENDINGS: Final = frozenset({"a", "e", "i", "ia", "in", "ina", "ine", "o", "us", "eta", "ete", "is", "ien"})
_WEAK: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)  # a part is itself: two people may share a name
class Part:
    """One name part, or two spoken as one ("Hans-Peter": hans, peter, hanspeter).

    `undotted`: spellings and sounds of the name without its marks, which may be another's: Böck and Bock, and Tomasz
    said as if it were German.
    """

    spelled: frozenset[str]
    codes: frozenset[str]
    undotted: frozenset[str]
    is_last: bool
    near_counts: bool

    def may_end_as(self, heard: str) -> bool:
        """Whether no ending that makes surnames tells the two apart: Kowalski is no slip of Kowalczyk."""
        endings = {ending for code in self.codes if (ending := _suffix(code))}
        return not endings or _suffix(heard) in {"", *endings}


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
    codes |= {code for other in _also_written(written.lower()) for code in readings(other)}
    if "ll" in folded and folded[-1] not in "aosz":  # Müller is nobody's "Mujer"
        codes = {code for code in codes if "j" not in code or "j" in sound(folded)}
    if is_last:
        # Unstressed "-er" and "-ar" end in a plain "a" when spoken: "Kretschma" for Kretschmer.
        codes |= {code[:-2] + "a" for code in codes if len(code) > 3 and code.endswith(("er", "ar", "or"))}
        codes |= {code[:-2] + "l" for code in codes if len(code) > 4 and code.endswith("el")}  # Seidel, Seidl
    elif folded.endswith("ine") and gender_of(folded[:-1]) != "m":
        codes |= {code[:-1] for code in codes if code.endswith("ine")}  # "Nadin" is Nadine; Martin is not Martine
    elif folded.endswith(("lin", "din", "nin", "min")) and gender_of(folded) != "m" and is_first_name(folded + "e"):
        codes |= {code + "e" for code in codes if code.endswith("in")}  # nobody hears the e of Caroline
    codes |= {_GLIDE.sub("j", code) for code in codes}  # Nadia, Nadja
    codes.add(_sound(folded))
    codes |= {"S" + code[1:] for code in codes if code.startswith(("st", "sp"))}  # "Schteiner"
    undotted = {bare, *readings(bare)} - {folded, sound(folded)} if bare != folded else set()
    undotted |= {sound(folded)} if _POLISH.search(folded) and not is_last else set()
    return Part(frozenset({folded, bare}), frozenset(codes), frozenset(undotted), is_last, near_counts)


def _also_written(name: str) -> Iterator[str]:
    """Other spellings of what is said: Vogt for Voigt, Baur for Bauer, "Dworschak" for Dvořák, "Frau Kowalski", "Beatriss", "Feiffer"."""
    if "oigt" in name:
        yield name.replace("oigt", "ogt")
    if "ř" in name:
        yield name.replace("ř", "rsch")
    if name.endswith("auer"):
        yield name[:-2] + "r"
    if name.endswith(("aur", "ayr", "eyr")):
        yield name[:-1] + "er"
    if name.endswith(("ska", "cka")):
        yield name[:-1] + "i"
    if name.endswith("ice"):
        yield name[:-2] + "ss"
    if name in ("jacqueline", "jaqueline"):
        yield "schaklin"
    if name.startswith("pf"):
        yield name[1:]
        yield "p" + name[2:]


def _sound(word: str) -> str:
    """The sound code of one plain word; the ae of Michael is no ä, or it would be Michelle."""
    return sound(word.replace("ael", "ahel"))


_POLISH: Final = re.compile("sz|cz|rz")
_PET_NAME: Final = re.compile("([a-z]{3,})(?:i|y|ie|chen)$")  # Jessi, Luki, Julchen
_DOUBLED: Final = re.compile(r"([b-df-hj-np-tv-z])\1$")
_GLIDE: Final = re.compile("(?<=[^aeiouAOUYj])i(?=[aou])")
_PIECES: Final = re.compile("[-'’]")  # Hans-Peter, O'Connor


def _parts(name: str) -> tuple[Part, ...]:
    words = [word for word in name.replace(".", " ").split() if plain(word) and plain(word) not in HONORIFICS]
    units = [[piece for piece in _PIECES.split(word) if plain(piece)] for word in words]
    pieces = [(piece, index) for index, unit in enumerate(units) for piece in unit]
    final = len(units) - 1
    found = [_part(piece, is_last=0 < final == index) for piece, index in pieces if len(piece) > 1]
    for (left, left_index), (right, right_index) in pairwise(pieces):
        # "Hanspeter" for Hans-Peter or Hans Peter; first name and surname run together must be just so.
        one_unit = left_index == right_index
        found.append(_part(left + right, is_last=0 < final == right_index, near_counts=one_unit))
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
    ending = longer[len(shorter) :]
    if longer.startswith(shorter) and (ending in _GENDER_ENDINGS or (ending == "n" and shorter.endswith("a"))):
        return True  # Martin/Martina, Julia/Julian
    if longer == shorter + "r" and shorter.endswith("e"):
        return True  # Krause/Krauser
    edits = Levenshtein.editops(heard, code)
    return all(
        edit.tag == "replace" and heard[edit.src_pos] in _VOWELS and code[edit.dest_pos] in _VOWELS for edit in edits
    )


_CONFUSED: Final = ("dt", "bpfw", "gkXx", "sSxCz", "mn", "Cj", "rlX")
_WEAK_SOUNDS: Final = frozenset("rhjaeiouAOUY")


def _is_soft(heard: str, code: str) -> bool:
    """Whether only vowels, weak sounds, like sounds differ, or the last was lost: Schäfer is no Schäffler."""
    for edit in Levenshtein.editops(heard, code):
        said = heard[edit.src_pos] if edit.tag != "insert" else ""
        meant = code[edit.dest_pos] if edit.tag != "delete" else ""
        is_last = edit.tag == "insert" and edit.src_pos >= len(heard) - 1 and edit.dest_pos >= len(code) - 1
        alike = any(said in group and meant in group for group in _CONFUSED) if said and meant else False
        if not (alike or is_last or {said, meant} - {""} <= _WEAK_SOUNDS):
            return False
    return True


# The ear confuses these where they begin a name: Giovanni, "Schovanni", "Jovanni"; and hard with soft: Gruber, "Kruber".
_ALIKE_AT_FIRST: Final = str.maketrans("ptkSj", "bdgCC")
_HARD_OR_SOFT: Final = frozenset("pbtdkg")
_SHORT: Final = 5
_SHORTEST_SOFTENED: Final = 4
_LONG: Final = 7


def _first(code: str) -> str:
    return code[:1].translate(_ALIKE_AT_FIRST)


def _is_softened(heard: str, code: str) -> bool:
    """Whether a short first name is heard with a soft stop for a hard one inside, or the reverse: Elke, "Elge"."""
    if not len(heard) == len(code) == _SHORTEST_SOFTENED or heard[0] != code[0]:
        return False
    apart = [pair for pair in zip(heard, code, strict=True) if pair[0] != pair[1]]
    return len(apart) == 1 and "".join(sorted(apart[0])) in ("bp", "dt", "gk")


_SUFFIXES: Final = (
    "man",
    "mAer",
    "muler",
    "mUler",
    "berger",
    "burger",
    "ski",
    "Cik",
    "iC",
    "bach",
    "stAn",
    "sen",
    "hof",
)


def _suffix(code: str) -> str:
    """The ending of this sound code that makes a surname ("-meier", "-ski"), or nothing."""
    return next((ending for ending in _SUFFIXES if code.endswith(ending)), "")


def _near(heard: str, code: str) -> float:
    """How well a slip of the ear explains it: one sound in five to seven, two in longer names, never quite the first."""
    shortest = min(len(heard), len(code))
    allowed = 0 if shortest < 5 else 1 if shortest < 8 else 2
    if not allowed or abs(len(heard) - len(code)) > allowed or _first(heard) != _first(code):
        return 0.0
    if heard[0] != code[0] and heard[0] in _HARD_OR_SOFT:
        return NEAR if heard[1:] == code[1:] else 0.0
    if Levenshtein.distance(heard, code, score_cutoff=allowed) > allowed:
        return 0.0
    if _is_look_alike(heard, code):  # in a long name a vowel inside may be a slip all the same: worth a question
        return DOUBTFUL if len(heard) == len(code) >= _LONG and heard[-1] == code[-1] else 0.0
    return NEAR if _is_soft(heard, code) else DOUBTFUL if shortest > _SHORT else 0.0


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
        word_heard = word.replace("tts", "tz")  # "Schmitts"
        codes = {
            _sound(word_heard),
            _sound(word_heard.replace("v", "w")),
        }  # a transcript may write either for a foreign v
        for heard in () if is_first_name(word) else codes:  # "Silvia" is no slip of Silva, nor Mario of Marco
            for code, part in self._by_letter.get(_first(heard), ()):
                fit = _near(heard, code) or (NEAR if not part.is_last and _is_softened(heard, code) else 0.0)
                if fit and part.may_end_as(heard):
                    found[part] = max(found.get(part, 0.0), fit)
        for full in _full_forms(word):  # by sound: a Kati may be a Kathrin, an Alex an Aleksandra
            code = _sound(full)
            alike = [part for part in self._by_code.get(code, ()) if not part.is_last and code not in part.undotted]
            found |= dict.fromkeys((*alike, *self._by_spelling.get(full, ())), SHORT_FORM)
        if word not in SHORT_FORMS and not is_first_name(word) and (pet := _PET_NAME.match(word)):
            found |= dict.fromkeys(self._first_names_with(pet[1]), SHORT_FORM)
            found |= dict.fromkeys(self._first_names(_DOUBLED.sub(r"\1", pet[1])), SHORT_FORM)  # Tommy
        same = {
            part: UNDOTTED if codes & part.codes <= part.undotted else SAME_SOUND
            for heard in codes
            for part in self._by_code.get(heard, ())
        }
        same |= {part: UNDOTTED if word in part.undotted else EXACT for part in self._by_spelling.get(word, ())}
        if len(same) > 1 or len(found) > 1:
            same, found = _as_it_begins(word, same), _as_it_begins(word, found)
        if same:  # who bears the very name makes slips of other names unlikely
            found = {part: fit for part, fit in found.items() if fit == SHORT_FORM}
        return found | same

    def sounds_like(self, word: str) -> bool:
        """Whether a plain word is spelled or sounds as a name part of the list."""
        return word in self._by_spelling or sound(word) in self._by_code

    def _first_names(self, spelled: str) -> list[Part]:
        return [part for part in self._by_spelling.get(spelled, ()) if not part.is_last]

    def _first_names_with(self, beginning: str) -> list[Part]:
        return [
            part
            for form, parts in self._by_spelling.items()
            if form.startswith(beginning)
            for part in parts
            if not part.is_last and part.near_counts
        ]


_SHORT_BY_SOUND: Final = {sound(short): full for short, full in SHORT_FORMS.items() if len(short) > _SHORTEST_SOFTENED}


def _full_forms(word: str) -> frozenset[str]:
    """The first names a plain word may be short for, spelled as it will: "Woitek" is Wojtek."""
    if word in SHORT_FORMS or is_first_name(word):
        return SHORT_FORMS.get(word, frozenset())
    return _SHORT_BY_SOUND.get(sound(word), frozenset())


def _as_it_begins(word: str, found: dict[Part, float]) -> dict[Part, float]:
    """Of Sander and Zander, the one that begins with the letter heard; either, where there is but one of them."""
    alike = {
        part: fit for part, fit in found.items() if not any({word[0], form[0]} == {"s", "z"} for form in part.spelled)
    }
    return alike or found


def could_be(word: str, part: Part) -> bool:
    """Whether a word may be a slip of a name part whose bearer is known already: an initial, or half of its sounds."""
    if len(word) == 1:
        return any(form.startswith(word) for form in part.spelled)
    if is_first_name(word) and not part.is_last:  # Hans-Dieter is no slip of Klaus-Dieter
        return False
    return part.near_counts and any(_is_slip(sound(word), code) for code in part.codes)


def _is_slip(heard: str, code: str) -> bool:
    return Levenshtein.normalized_similarity(heard, code) >= _WEAK and not _is_look_alike(heard, code)
