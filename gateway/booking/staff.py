"""Who the caller wants: from "bei Fabian", "Herrn Spitzer", "egal" or "nicht bei Oliver" to people of the list.

Order of belief: an id or alias, a whole name, a part of a name that only one person bears, the same by ear, nearly the
same by ear with a clear margin; else ask. A wrong person is worse than a question, so names that differ in a vowel or
a gender ending ("Martin"/"Martina") are never the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.resolve import NONE, Resolution, said_id
from gateway.booking.staff_words import (
    ANYONE,
    CARRIERS,
    FEMININE_LEADS,
    FILLERS,
    HONORIFICS,
    MASCULINE_LEADS,
    NAME_LEADS,
    NEGATIONS,
    PARTICLES,
    SAME_AGAIN,
    SHORT_FORMS,
    TURNS,
    gender_of,
)
from gateway.speech.fold import plain, readings, sound

MAX_WORDS: Final = 60
"""Words of an utterance that are looked at; a wish for a person is said in fewer."""


@dataclass(frozen=True, slots=True)
class StaffName:
    """A member of staff as callers may name them; `aliases` come from the company's own records."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


_CLAUSE: Final = re.compile(r"[,;!?\n]+")


# --- names and how well heard words fit them -------------------------------------------------------------------------

_EXACT: Final = 1.0
_SAME_SOUND: Final = 0.95
_SHORT_FORM: Final = 0.85
_NEAR: Final = 0.8
_VOWELS: Final = frozenset("aeiouAOUY")
# What a first name takes to become the other gender's: Martin/Martina, Stefan/Stefanie, Paul/Pauline, Josef/Josefine.
_GENDER_ENDINGS: Final = frozenset({"a", "e", "i", "ia", "in", "ina", "ine", "o", "us", "eta", "ete", "is", "ien"})


@dataclass(frozen=True, slots=True)
class _Part:
    """One name part, or two spoken as one ("Hans-Peter": hans, peter, hanspeter)."""

    spelled: frozenset[str]
    codes: frozenset[str]
    is_last: bool
    near_counts: bool


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    whole: frozenset[str]
    parts: tuple[_Part, ...]
    gender: str | None


def _part(written: str, *, is_last: bool, near_counts: bool = True) -> _Part:
    folded = plain(written).replace(" ", "")
    bare = plain(written.replace("ä", "a").replace("ö", "o").replace("ü", "u")).replace(" ", "")
    codes = set(readings(written.replace(" ", "").replace("-", "")))
    if is_last:
        # Unstressed "-er" and "-ar" end in a plain "a" when spoken: "Kretschma" for Kretschmer.
        codes |= {code[:-2] + "a" for code in codes if len(code) > 4 and code.endswith(("er", "ar"))}
    return _Part(frozenset({folded, bare}), frozenset(codes), is_last, near_counts)


def _parts(name: str) -> tuple[_Part, ...]:
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
    return next((gender for word in words if word not in HONORIFICS and (gender := gender_of(word))), None)


@lru_cache(maxsize=256)
def _people(staff: tuple[StaffName, ...]) -> tuple[_Person, ...]:
    return tuple(
        _Person(
            member.id,
            frozenset(plain(name) for name in (member.name, *member.aliases)),
            tuple(part for name in (member.name, *member.aliases) for part in _parts(name)),
            _gender(member.name),
        )
        for member in staff
    )


def _is_look_alike(heard: str, code: str) -> bool:
    """Whether two sound codes differ only as two different names do: in a vowel or a gender ending."""
    longer, shorter = (heard, code) if len(heard) >= len(code) else (code, heard)
    if longer.startswith(shorter) and longer[len(shorter) :] in _GENDER_ENDINGS:
        return True
    edits = Levenshtein.editops(heard, code)
    return all(
        edit.tag == "replace" and heard[edit.src_pos] in _VOWELS and code[edit.dest_pos] in _VOWELS for edit in edits
    )


def _is_near(heard: str, code: str) -> bool:
    """Whether the ear may have slipped: one sound in four to seven, two in longer names, never the first."""
    shortest = min(len(heard), len(code))
    allowed = 0 if shortest < 4 else 1 if shortest < 8 else 2
    if not allowed or heard[0] != code[0] or _is_look_alike(heard, code):
        return False
    return Levenshtein.distance(heard, code, score_cutoff=allowed) <= allowed


def _fit(word: str, part: _Part) -> float:
    """How well one heard word fits one name part: 1 spelled so, 0.95 sounds so, 0.8 nearly, 0 not."""
    if word in part.spelled:
        return _EXACT
    if SHORT_FORMS.get(word, frozenset()) & part.spelled:
        return _SHORT_FORM
    heard = sound(word)
    if heard in part.codes:
        return _SAME_SOUND
    if part.near_counts and any(_is_near(heard, code) for code in part.codes):
        return _NEAR
    return 0.0


# --- the utterance: who is named, who is refused ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mention:
    """Adjacent words that may be one name, with the title or article in front of them."""

    words: tuple[str, ...]
    refused: bool
    title: bool
    gender: str | None


def _mentions(utterance: str, spelled: frozenset[str]) -> list[_Mention]:
    """Split the utterance into possible names. A negation holds for the names after it in its clause, else before."""
    found: list[_Mention] = []
    for clause in _CLAUSE.split(utterance):
        found += _clause_mentions(plain(clause).split()[:MAX_WORDS], spelled)
    return found[:MAX_WORDS]


def _clause_mentions(words: list[str], spelled: frozenset[str]) -> list[_Mention]:
    found: list[_Mention] = []
    run: list[str] = []
    lead: list[str] = []
    refused = False
    pending = False

    def close() -> None:
        nonlocal lead, pending
        if run:
            found.append(_mention(tuple(run), lead, refused=refused))
            run.clear()
            pending = False
        lead = []

    for word in words:
        named = word in spelled and bool(lead or run) and (lead[-1:] and lead[-1] in NAME_LEADS or bool(run))
        if (word in CARRIERS or word in HONORIFICS) and not named:
            if not (run and word in PARTICLES):
                if run:
                    close()
                lead.append(word)
        elif word in FILLERS and not named:
            close()
            if word in NEGATIONS:
                refused = pending = True
            elif word in TURNS:
                refused = False
        else:
            run.append(word)
    close()
    if pending and found:  # "den Oliver lieber nicht"
        last = found[-1]
        found[-1] = _Mention(last.words, True, last.title, last.gender)
    return found


def _mention(words: tuple[str, ...], lead: list[str], *, refused: bool) -> _Mention:
    feminine = any(word in FEMININE_LEADS for word in lead) or lead[-2:] == ["bei", "der"] or lead[-1:] == ["die"]
    masculine = any(word in MASCULINE_LEADS for word in lead) or lead[-2:] == ["bei", "dem"]
    gender = None if feminine == masculine else "f" if feminine else "m"
    return _Mention(words, refused, any(word in HONORIFICS for word in lead), gender)


# --- from mentions to people -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fit:
    person: _Person
    explained: int
    score: float
    by_surname: bool


def _fit_person(words: tuple[str, ...], person: _Person) -> _Fit:
    """Explain as many of the words as possible by parts of one person's names."""
    total, explained, surname, index = 0.0, 0, False, 0
    while index < len(words):
        taken, best, last = 1, 0.0, False
        for size in (2, 1):
            word = "".join(words[index : index + size])
            if index + size > len(words):
                continue
            for part in person.parts:
                fit = _fit(word, part)
                if fit * size > best * taken or (fit and fit == best and part.is_last):
                    taken, best, last = size, fit, part.is_last
        if best:
            total, explained, surname = total + best * taken, explained + taken, surname or last
        index += taken if best else 1
    return _Fit(person, explained, total, surname)


_MARGIN: Final = 0.1
_WEAK: Final = 0.5


def _lends_support(words: tuple[str, ...], fit: _Fit) -> bool:
    """Whether the words left over could be a slip of this person's other name part ("Wilems" for Williams)."""
    rest = [word for word in words if not any(_fit(word, part) for part in fit.person.parts)]
    return all(
        any(
            (len(word) == 1 and any(form.startswith(word) for form in part.spelled))
            or (part.near_counts and any(_is_slip(sound(word), code) for code in part.codes))
            for part in fit.person.parts
        )
        for word in rest
    )


def _is_slip(heard: str, code: str) -> bool:
    return Levenshtein.normalized_similarity(heard, code) >= _WEAK and not _is_look_alike(heard, code)


def _choose(mention: _Mention, people: tuple[_Person, ...]) -> tuple[tuple[str, ...], bool]:
    """Return the people one mention may mean, and whether that is sure enough to act on."""
    joined = " ".join(mention.words)
    whole = tuple(person.id for person in people if joined in person.whole)
    if len(whole) == 1:
        return whole, True
    fits = [fit for person in people if (fit := _fit_person(mention.words, person)).explained]
    if not fits:
        return (), False
    fits = _narrow(fits, mention)
    most = max(fit.score for fit in fits)
    best = [fit for fit in fits if fit.score > most - _MARGIN - 1e-9]
    if len(best) > 1 and best[0].explained < len(mention.words):
        supported = [fit for fit in best if _lends_support(mention.words, fit)]
        best = supported if len(supported) == 1 else best
    sure = len(best) == 1 and (best[0].explained == len(mention.words) or _lends_support(mention.words, best[0]))
    sure = sure and not _contradicts(mention, best[0].person)
    return tuple(fit.person.id for fit in best), sure


def _narrow(fits: list[_Fit], mention: _Mention) -> list[_Fit]:
    """Let a title prefer surnames, and title or article prefer the gender they tell, where that leaves anybody."""
    if mention.title and any(fit.by_surname for fit in fits):
        fits = [fit for fit in fits if fit.by_surname]
    told = mention.gender
    return [fit for fit in fits if told is None or fit.person.gender in (told, None)] or fits


def _contradicts(mention: _Mention, person: _Person) -> bool:
    """Whether "Herr" was said of a woman or "Frau" of a man: worth a question."""
    return mention.title and None not in (mention.gender, person.gender) and mention.gender != person.gender


def resolve(utterance: str, staff: Sequence[StaffName], *, usual: str | None = None) -> Resolution:
    """Say which of `staff` the utterance asks for; `usual` is the id of the person who served this caller last.

    `match` one id; `ambiguous` the ids to ask about; `any` no preference (with `excluded` people, or
    `same_as_before` when the caller wants the last one and `usual` is unknown); `none` nobody of the list.
    """
    candidates = tuple(staff)
    known = said_id(utterance, (member.id for member in candidates))
    if known is not None:
        return Resolution("match", (known,))
    people = _people(candidates)
    folded = plain(utterance)
    spelled = frozenset(form for person in people for part in person.parts for form in part.spelled)
    wanted: dict[str, None] = {}
    excluded: dict[str, None] = {}
    sure = True
    for mention in _mentions(utterance, spelled):
        ids, certain = _choose(mention, people)
        if mention.refused:
            excluded |= dict.fromkeys(ids) if certain else {}
        elif ids:
            wanted |= dict.fromkeys(ids)
            sure = sure and certain
    out = tuple(excluded)
    chosen = tuple(person.id for person in people if person.id in wanted and person.id not in excluded)
    if chosen:
        return Resolution("match" if len(chosen) == 1 and sure else "ambiguous", chosen, out)
    if SAME_AGAIN.search(folded):
        return _same_as_before(usual, people, out)
    if out or ANYONE.search(folded):
        return Resolution("any", excluded=out)
    return NONE


def _same_as_before(usual: str | None, people: tuple[_Person, ...], excluded: tuple[str, ...]) -> Resolution:
    if usual is not None and usual not in excluded and any(person.id == usual for person in people):
        return Resolution("match", (usual,), excluded, same_as_before=True)
    return Resolution("any", excluded=excluded, same_as_before=True)
