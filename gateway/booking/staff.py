"""Who the caller wants: from "bei Fabian", "Herrn Spitzer", "egal" or "nicht bei Oliver" to people of the list.

Order of belief: an id or alias, a whole name, a part of a name that only one person bears, the same by ear, nearly the
same by ear with a clear margin; else ask. A wrong person is worse than a question.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from gateway.booking.resolve import NONE, Resolution, said_id
from gateway.booking.staff_names import DOUBTFUL, NEAR, Index, Part, Person, could_be, person
from gateway.booking.staff_words import (
    ANYONE,
    CALLER_FIRST,
    CALLERS_OWN,
    CARRIERS,
    CORRECTING_PAIRS,
    CORRECTIONS,
    FEMININE_LEADS,
    FILLERS,
    HONORIFICS,
    INDEFINITE,
    MASCULINE_LEADS,
    NAME_LEADS,
    NEGATE_ONE,
    NEGATIONS,
    NOT_BEFORE_NAMES,
    PARTICLES,
    SAME_AGAIN,
    SOMEBODY_ELSE,
    TURNS,
    is_first_name,
)
from gateway.speech.fold import MAX_TEXT, plain

MAX_WORDS: Final = 60
"""Words of an utterance that are looked at; a wish for a person is said in fewer."""


@dataclass(frozen=True, slots=True)
class StaffName:
    """A member of staff as callers may name them; `aliases` come from the company's own records."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


# A condition is a clause of its own: in "zu Emma und wenn die nicht da ist egal" nobody is refused.
_CLAUSE: Final = re.compile(r"[,;!?\n]+|\b(?:wenn|falls|weil|sonst|ansonsten)\b", re.IGNORECASE)


@lru_cache(maxsize=256)
def _index(staff: tuple[StaffName, ...]) -> Index:
    return Index(tuple(person(member.id, (member.name, *member.aliases)) for member in staff))


# --- the utterance: who is named, who is refused ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mention:
    """Adjacent words that may be one name, with the title or article in front of them.

    `led`: a word stood before it that names stand behind. `corrects`: the caller took back what was said before it.
    `after_name`: refused, behind another mention of the clause that the negation may belong to. `for_whom`: said as of
    a customer ("für Lena"). `with_whom`: said as of staff ("bei Tom"). `indefinite`: behind "ein" or "eine".
    """

    words: tuple[str, ...]
    refused: bool
    title: bool
    gender: str | None
    led: bool = False
    corrects: bool = False
    after_name: bool = False
    for_whom: bool = False
    with_whom: bool = False
    indefinite: bool = False


def _mentions(utterance: str, index: Index) -> list[_Mention]:
    """Split the utterance into possible names. A negation holds for the names after it in its clause, else before."""
    found: list[_Mention] = []
    spelled = index.spelled
    no_names = _no_names(utterance[:MAX_TEXT], index)
    left = MAX_WORDS
    corrects = False
    for clause in _CLAUSE.split(utterance[:MAX_TEXT]):
        words = plain(clause).split()[:left]
        left -= len(words)
        words = _without_callers(_healed(words, spelled))
        titled = frozenset(word for word in words if word in FILLERS and index.sounds_like(word))  # "Frau Rot"
        said, corrects = _clause_mentions(words, spelled, no_names, titled, corrects=corrects)
        found += said
    if any(mention.with_whom for mention in found):  # "für Lena bei Tom"
        found = [mention for mention in found if mention.with_whom or not mention.for_whom]
    return found


def _no_names(utterance: str, index: Index) -> frozenset[str]:
    """The plain words of a transcript with capitals that have none and are like nobody's name: "Emma empfohlen"."""
    words = utterance.split()
    if not any(word[:1].isupper() for word in words):
        return frozenset()
    small = {one for word in words[:MAX_WORDS] if word[:1].islower() for one in plain(word).split()}
    return frozenset(word for word in small - FILLERS - CARRIERS if not index.fits(word))


def _without_callers(words: list[str]) -> list[str]:
    """Leave out the names of the callers and their people: "ich bin die Lisa", "mein Mann Peter", "Müller hier"."""
    kept: list[str] = []
    own = False
    if (first := CALLER_FIRST.match(" ".join(words))) and words[0] not in FILLERS | CARRIERS - HONORIFICS:
        words = words[len(first[0].split()) :]
    for word in words:
        own = (own or bool(CALLERS_OWN.search(" ".join(kept[-5:])))) and word not in FILLERS and word not in CARRIERS
        kept += [] if own and word not in HONORIFICS else [word]
    return kept


_SHORTEST_HEALED: Final = 4


def _healed(words: list[str], spelled: frozenset[str]) -> list[str]:
    """Put names together that a transcript split: "to bias", "na dine"."""
    whole: list[str] = []
    for word in words:
        pair = whole[-1] + word if whole else ""
        if len(pair) >= _SHORTEST_HEALED and pair in spelled and not {whole[-1], word} & spelled:
            whole[-1] = pair
        else:
            whole.append(word)
    return whole


def _clause_mentions(
    words: list[str], spelled: frozenset[str], no_names: frozenset[str], titled: frozenset[str], *, corrects: bool
) -> tuple[list[_Mention], bool]:
    """The possible names of one clause, and whether a correction is still open at its end."""
    found: list[_Mention] = []
    run: list[str] = []
    lead: list[str] = []
    refused = refused_one = False
    pending = indefinite = False
    bare = all(word in CARRIERS or word in HONORIFICS or word in spelled for word in words)

    def close() -> None:
        nonlocal lead, pending, corrects, refused, refused_one
        if run:
            if not lead or lead[-1] not in NOT_BEFORE_NAMES:
                one = _mention(tuple(run), lead, refused=refused)
                found.append(replace(one, corrects=corrects, after_name=pending and bool(found), indefinite=indefinite))
                corrects = False
            refused, refused_one = refused and not refused_one, False
            run.clear()
            pending = False
        lead = []

    for previous, word in pairwise(("", *words)):
        is_lead = word in CARRIERS or word in HONORIFICS
        named = word in spelled and ((bare and not is_lead) or bool(run) or bool(lead and lead[-1] in NAME_LEADS))
        named = named or (word in titled and bool(lead) and lead[-1] in HONORIFICS)
        if is_lead and not named:
            if not (run and word in PARTICLES):
                if run:
                    close()
                lead.append(word)
        elif (word in FILLERS and not named) or word in no_names:
            close()
            if word in NEGATIONS or (word == "als" and previous.startswith("ander")):  # "jemand anderes als Lisa"
                refused = pending = True
            elif word in NEGATE_ONE:
                refused = refused_one = True
            elif word in TURNS:
                refused = False
            corrects = word != "oder" and (corrects or word in CORRECTIONS or (previous, word) in CORRECTING_PAIRS)
        else:
            indefinite = indefinite if run else previous in INDEFINITE
            run.append(word)
    close()
    if pending and found:  # "den Oliver lieber nicht"
        last = found[-1]
        found[-1] = replace(last, refused=True)
    return found, corrects


def _mention(words: tuple[str, ...], lead: list[str], *, refused: bool) -> _Mention:
    feminine = any(word in FEMININE_LEADS for word in lead) or lead[-2:] == ["bei", "der"] or lead[-1:] == ["die"]
    masculine = any(word in MASCULINE_LEADS for word in lead) or lead[-2:] == ["bei", "dem"]
    gender = None if feminine == masculine else "f" if feminine else "m"
    title = any(word in HONORIFICS for word in lead)
    with_whom = any(word in _WITH for word in lead)
    return _Mention(
        words, refused, title, gender, bool(lead), for_whom="fuer" in lead and not with_whom, with_whom=with_whom
    )


_WITH: Final = frozenset({"bei", "beim", "zu", "zum", "zur"})


# --- from mentions to people -----------------------------------------------------------------------------------------


_MARGIN: Final = 0.1
_LONGEST_NAME: Final = 6


@dataclass(frozen=True, slots=True)
class _Fit:
    """How many words of a mention one person's names explain, and how well."""

    person: Person
    explained: int
    score: float
    by_surname: bool


Heard = Mapping[str, Mapping[Part, float]]


def _hear(words: tuple[str, ...], index: Index) -> Heard:
    """What each word, and each two neighbours as one, may be of the list."""
    heard = {word: index.fits(word) for word in words}
    for left, right in pairwise(words):
        fits = index.fits(left + right)
        if is_first_name(left) and is_first_name(right):  # Anna-Christina is no slip of Ann-Christin
            fits = {part: fit for part, fit in fits.items() if fit > NEAR}
        heard.setdefault(left + right, fits)
    return heard


def _fit_person(words: tuple[str, ...], one: Person, heard: Heard) -> _Fit:
    """Explain as many of the words as possible by parts of one person's names, two words as one where that fits."""
    total, explained, surname, at = 0.0, 0, False, 0
    while at < len(words):
        taken, best, last = 1, 0.0, False
        for size in (2, 1) if at + 1 < len(words) else (1,):
            fits = heard["".join(words[at : at + size])]
            for part in one.parts:
                fit = fits.get(part, 0.0)
                if fit * size > best * taken or (fit and fit == best and part.is_last):
                    taken, best, last = size, fit, part.is_last
        if best:
            total, explained, surname = total + best * taken, explained + taken, surname or last
        at += taken if best else 1
    return _Fit(one, explained, total, surname)


def _lends_support(words: tuple[str, ...], fit: _Fit, heard: Heard) -> bool:
    """Whether the words left over could be a slip of this person's other name part ("Wilems" for Williams)."""
    if len(words) > _LONGEST_NAME:
        return False
    parts = fit.person.parts
    rest = [word for word in words if not any(part in heard[word] for part in parts)]
    if words[0] in rest and is_first_name(words[0]):  # nor is the Hans of Hans-Dieter one of Dieter Hahn
        return False
    return all(not heard[word] and any(could_be(word, part) for part in parts) for word in rest)


def _choose(mention: _Mention, index: Index) -> tuple[tuple[str, ...], bool]:
    """Return the people one mention may mean, and whether that is sure enough to act on."""
    joined = " ".join(mention.words)
    whole = tuple(one.id for one in index.people if joined in one.whole)
    if len(whole) == 1:
        return whole, True
    heard = _hear(mention.words, index)
    if not any(heard.values()):
        return (), False
    fits = [fit for one in index.people if (fit := _fit_person(mention.words, one, heard)).explained]
    if mention.indefinite:
        fits = [fit for fit in fits if not fit.by_surname]
    if not fits:
        return (), False
    fits = _narrow(fits, mention)
    most = max(fit.score for fit in fits)
    best = [fit for fit in fits if fit.score > most - _MARGIN - 1e-9]
    if len(best) > 1 and best[0].explained < len(mention.words):
        supported = [fit for fit in best if _lends_support(mention.words, fit, heard)]
        best = supported if len(supported) == 1 else best
    sure = len(best) == 1 and (best[0].explained == len(mention.words) or _lends_support(mention.words, best[0], heard))
    sure = sure and not _contradicts(mention, best[0].person) and best[0].score > DOUBTFUL
    return tuple(fit.person.id for fit in best), sure


def _narrow(fits: list[_Fit], mention: _Mention) -> list[_Fit]:
    """Let a title prefer surnames, and title or article prefer the gender they tell, where that leaves anybody."""
    if mention.title and any(fit.by_surname for fit in fits):
        fits = [fit for fit in fits if fit.by_surname]
    told = mention.gender
    kept = [fit for fit in fits if told is None or fit.person.gender in (told, None)] or fits
    # "Frau Obermeier", and there is a Herr Obermaier: worth a question, and no slip of Frau Obermüller's name
    return kept if max(fit.score for fit in fits) - max(fit.score for fit in kept) <= _MARGIN + 1e-9 else fits


def _contradicts(mention: _Mention, one: Person) -> bool:
    """Whether "Herr" was said of a woman or "Frau" of a man: worth a question."""
    return mention.title and None not in (mention.gender, one.gender) and mention.gender != one.gender


def resolve(utterance: str, staff: Sequence[StaffName], *, usual: str | None = None) -> Resolution:
    """Say which of `staff` the utterance asks for; `usual` is the id of the person who served this caller last.

    `match` one id; `ambiguous` the ids to ask about; `any` no preference (with `excluded` people, or
    `same_as_before` when the caller wants the last one and `usual` is unknown); `none` nobody of the list.
    """
    return _resolve(utterance, tuple(staff), usual)


@lru_cache(maxsize=1024)  # the same few phrases come with every tool call of a call, and with most calls of a salon
def _resolve(utterance: str, candidates: tuple[StaffName, ...], usual: str | None) -> Resolution:
    known = said_id(utterance, (member.id for member in candidates))
    if known is not None:
        return Resolution("match", (known,))
    index = _index(candidates)
    folded = plain(utterance)
    wanted: dict[str, None] = {}
    excluded: dict[str, None] = {}
    sure = True
    for mention in _mentions(utterance, index):
        ids, certain = _choose(mention, index)
        if mention.refused:
            excluded |= dict.fromkeys(ids)  # of two alike, neither: the caller will not be sent to the wrong one
            sure = sure and bool(ids or not mention.after_name)  # else it may refuse the one before
        elif ids and not mention.corrects and set(ids) > set(wanted) and len(wanted) == 1:
            continue  # "Karin, also Frau Meier", and there are two of them
        elif ids:
            closer = mention.corrects or set(ids) < set(wanted)  # "Frau Meier, die Karin"
            wanted = dict.fromkeys(ids) if closer else wanted | dict.fromkeys(ids)
            sure = certain and (sure or closer)
        elif mention.corrects:  # "zu Emma, nein, zu Sabine", and there is no Sabine
            wanted = {} if mention.led else wanted
            sure = False
    if wanted and not excluded and SOMEBODY_ELSE.search(folded):
        wanted, excluded = {}, wanted
    out = tuple(excluded)
    chosen = tuple(one.id for one in index.people if one.id in wanted and one.id not in excluded)
    if chosen:
        return Resolution("match" if len(chosen) == 1 and sure else "ambiguous", chosen, out)
    if SAME_AGAIN.search(folded):
        return _same_as_before(usual, index, out)
    if out or ANYONE.search(folded):
        return Resolution("any", excluded=out)
    return NONE


def _same_as_before(usual: str | None, index: Index, excluded: tuple[str, ...]) -> Resolution:
    if usual is not None and usual not in excluded and any(one.id == usual for one in index.people):
        return Resolution("match", (usual,), excluded, same_as_before=True)
    return Resolution("any", excluded=excluded, same_as_before=True)
