"""What the caller wants done: from "Ansatz machen" or "mein Mann will die Haare gefärbt haben" to services of the list.

Both sides are read as concepts (`catalogue_meaning`). A service fits when it covers all that was said; among those the
one that adds least wins, with a clear margin; else the caller is asked, with the one property that splits the choices
best. Nothing is guessed: a near kin ("Strähnen" where only "Farbe" is sold) is asked about, never booked.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.catalogue_meaning import CONCEPTS, Meaning, Phrase, ancestors, kin, read
from gateway.booking.catalogue_words import FILLERS, UPKEEP, WHO_COVERS
from gateway.booking.resolve import NONE, Resolution, said_id
from gateway.speech.fold import letters_by_ear, plain


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service as callers may name it; `aliases` come from the company's own records."""

    id: str
    name: str
    duration_min: int
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Offer:
    """A service with what its name and each alias mean."""

    service: ServiceName
    spelled: frozenset[str]
    meanings: tuple[Meaning, ...]


@lru_cache(maxsize=128)
def _offers(services: tuple[ServiceName, ...]) -> tuple[_Offer, ...]:
    return tuple(
        _Offer(
            service,
            frozenset(_bare(name) for name in (service.name, *service.aliases)),
            tuple(read(name) for name in (service.name, *service.aliases)),
        )
        for service in services
    )


def _bare(text: str) -> str:
    words = plain(text).split()
    return " ".join([word for word in words if word not in FILLERS] or words)


def _of_kind(keys: frozenset[str], *kinds: str) -> frozenset[str]:
    return frozenset(key for key in keys if CONCEPTS[key].kind in kinds)


def _essential(keys: frozenset[str]) -> frozenset[str]:
    """Acts and parts without those that another one already is: "Ansatz färben" is about the root."""
    kept = _of_kind(keys, "act", "minor", "part")
    return kept - frozenset[str]().union(*(ancestors(key) for key in kept))


# --- how well one meaning serves a wish ------------------------------------------------------------------------------

_MARGIN: Final = 0.4
_EXTRA: Final = {"act": 1.0, "part": 0.8, "minor": 0.15, "manner": 0.15, "occasion": 0.3}
_FREE_MANNERS: Final = frozenset({"simple", "package", "intensive", "premium"})


@dataclass(frozen=True, slots=True)
class _Score:
    """`missing` essentials, `cost` of being more, less or other than said, and whether only a loose kin was found."""

    missing: int
    cost: float
    loose: bool
    covered: int


def _cover(said: str, offered: frozenset[str], wish: frozenset[str]) -> tuple[float, bool] | None:
    """The cost of serving one essential by what is offered, and whether loosely; None when it is not served."""
    if said in offered:
        return 0.0, False
    if any(said in ancestors(key) for key in offered):
        return 0.3, False
    if offered & ancestors(said):
        return 0.5, False
    if any(said in kin(key) for key in offered) or offered & kin(said):
        return 0.7, True
    if said in UPKEEP and offered & UPKEEP and (_of_kind(wish, "part") - {"hair"}) & offered:
        return 0.4, False
    kind = CONCEPTS[said].kind
    if kind == "minor":
        return 0.3, False
    if kind == "part" and not _parts_of(offered):
        return 0.4 if said != "hair" else 0.1, False
    return None


def _parts_of(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(
        key for key in keys | frozenset[str]().union(*map(ancestors, keys)) if CONCEPTS[key].kind == "part"
    )


def _score(wish: Meaning, offer: Meaning) -> _Score | None:
    """None when the two exclude each other."""
    if wish.refused & offer.keys or offer.refused & wish.keys:
        return None
    exclusive = _exclusive(wish.keys, offer.keys)
    if exclusive is None:
        return None
    said, offered = _essential(wish.keys), _essential(offer.keys)
    missing, covered, loose, cost = 0, 0, False, exclusive
    for key in said:
        found = _cover(key, offered, said)
        if found is not None:
            cost, loose, covered = cost + found[0], loose or found[1], covered + 1
        elif key == "hair" and wish.implied_hair:
            cost, loose = cost + 0.5, True
        else:
            missing += 1
    cost += sum(_extra(key, said) for key in offered)
    cost += _manners(wish.keys, offer.keys) - 0.3 * len(wish.refused & offer.refused)
    terms = _shared_terms(wish.terms, offer.terms)
    cost += 0.25 * (len(offer.terms) - terms)
    return _Score(missing, cost, loose, covered + terms)


def _extra(key: str, said: frozenset[str]) -> float:
    if key == "hair" or key in said:
        return 0.0
    family = {key, *kin(key)}
    if any(key in kin(one) or one in family for one in said):
        return 0.0
    if key in UPKEEP and said & UPKEEP:
        return 0.0
    if any(kin(one) & family for one in said):
        return 0.4
    return _EXTRA[CONCEPTS[key].kind]


def _exclusive(wish: frozenset[str], offer: frozenset[str]) -> float | None:
    cost = 0.0
    said_who, offered_who = _of_kind(wish, "who"), _of_kind(offer, "who")
    if said_who and offered_who:
        if not all(WHO_COVERS[who] & offered_who for who in said_who):
            return None
    elif said_who or offered_who:
        cost += 0.5 if said_who else 0.05
    for kind in ("length", "size", "extent"):
        said, offered = _of_kind(wish, kind), _of_kind(offer, kind)
        if said and offered and not said & offered:
            return None
        if bool(said) != bool(offered):
            cost += 0.1 if said else 0.05
    return cost


def _manners(wish: frozenset[str], offer: frozenset[str]) -> float:
    said, offered = _of_kind(wish, "manner", "occasion"), _of_kind(offer, "manner", "occasion")
    cost = sum(0.5 if CONCEPTS[key].kind == "manner" else 0.05 for key in said - offered - _FREE_MANNERS)
    cost += sum(0.05 for key in (said - offered) & _FREE_MANNERS)
    cost += sum(0.05 if key in _FREE_MANNERS else _EXTRA[CONCEPTS[key].kind] for key in offered - said)
    return cost + (0.5 if "dry" in said and "wash" in offer else 0.0)


def _shared_terms(wish: frozenset[str], offer: frozenset[str]) -> int:
    return sum(any(_same_term(said, offered) for said in wish) for offered in offer)


@lru_cache(maxsize=8192)
def _same_term(left: str, right: str) -> bool:
    one, other = letters_by_ear(left[:40]), letters_by_ear(right[:40])
    allowed = 0 if min(len(one), len(other)) < 5 else 1 if min(len(one), len(other)) < 9 else 2
    stem = min(len(one), len(other))
    return Levenshtein.distance(one, other) <= allowed or (stem >= 6 and one[:stem] == other[:stem])


# --- choosing --------------------------------------------------------------------------------------------------------


def resolve(utterance: str, services: Sequence[ServiceName]) -> Resolution:
    """Say which of `services` the utterance asks for: `match`, `ambiguous` with a `question`, or `none`."""
    offers = _offers(tuple(services))
    known = said_id(utterance, (service.id for service in services))
    if known is not None:
        return Resolution("match", (known,))
    named = [offer for offer in offers if _bare(utterance) in offer.spelled]
    if named:
        return _answer(named, sure=True)
    wish = _settle_who(read(utterance), offers)
    wish = replace(wish, terms=frozenset(term for term in wish.terms if _is_sold(term, offers)))
    found = _choose(wish, offers)
    if found is not None:
        return found
    return _by_phrase(wish, offers)


def _is_sold(term: str, offers: tuple[_Offer, ...]) -> bool:
    return any(_same_term(term, sold) for offer in offers for meaning in offer.meanings for sold in meaning.terms)


_ADULT_FROM: Final = 15


def _settle_who(wish: Meaning, offers: tuple[_Offer, ...]) -> Meaning:
    """Turn "Sohn" or "Tochter" with an age into child, man or woman; a child where no child's service is sold, too."""
    sold = frozenset[str]().union(*(meaning.keys for offer in offers for meaning in offer.meanings))
    young = wish.keys & {"child", "boy", "girl", "youth"}
    if not young:
        return wish
    adult = wish.age is not None and wish.age >= _ADULT_FROM
    child = wish.age is not None and wish.age < _ADULT_FROM
    if adult or not sold & {"child", "boy", "girl", "youth"}:
        grown = {"men"} if "boy" in young else {"women"} if "girl" in young else set()
        return replace(wish, keys=wish.keys - young | grown)
    if child:
        return replace(wish, keys=wish.keys - young | {"child"})
    return wish


def _choose(wish: Meaning, offers: tuple[_Offer, ...]) -> Resolution | None:
    """The services that cover the whole wish, or None when none does."""
    if not (_essential(wish.keys) or wish.terms or _of_kind(wish.keys, "manner")):
        return _by_who(wish, offers)
    scored = [
        (offer, score) for offer in offers if (score := _best(wish, offer)) and not score.missing and score.covered
    ]
    if not scored:
        return None
    scored = [pair for pair in scored if not pair[1].loose] or scored
    scored = _of_length(wish, scored)
    least = min(score.cost for _, score in scored)
    margin = 0.2 if wish.only else _MARGIN
    close = [(offer, score) for offer, score in scored if score.cost <= least + margin + 1e-9]
    return _answer([offer for offer, _ in close], sure=not close[0][1].loose)


def _best(wish: Meaning, offer: _Offer) -> _Score | None:
    scores = [score for meaning in offer.meanings if (score := _score(wish, meaning))]
    return min(scores, key=lambda score: (score.missing, score.cost), default=None)


def _of_length(wish: Meaning, scored: list[tuple[_Offer, _Score]]) -> list[tuple[_Offer, _Score]]:
    """Keep the services of the said duration where there are any."""
    fitting = [pair for pair in scored if wish.minutes is not None and pair[0].service.duration_min == wish.minutes]
    return fitting or scored


def _by_who(wish: Meaning, offers: tuple[_Offer, ...]) -> Resolution | None:
    said = _of_kind(wish.keys, "who")
    if not said:
        return NONE
    found = [offer for offer in offers if any(WHO_COVERS[who] & offer.meanings[0].keys for who in said)]
    return _answer(found, sure=True) if found else NONE


def _by_phrase(wish: Meaning, offers: tuple[_Offer, ...]) -> Resolution:
    """Several acts that no one service covers: ask between the services of each."""
    if len(wish.phrases) < 2:
        return NONE
    shared = _of_kind(wish.keys, "who", "length", "size", "extent")
    ids: dict[str, None] = {}
    for phrase in wish.phrases:
        part = replace(wish, phrases=(), keys=phrase.keys | shared, terms=phrase.terms & wish.terms)
        if not _essential(part.keys):
            continue
        found = _choose(part, offers)
        ids |= dict.fromkeys(found.ids if found else ())
    return _answer([offer for offer in offers if offer.service.id in ids], sure=False) if ids else NONE


def _answer(found: list[_Offer], *, sure: bool) -> Resolution:
    ids = tuple(offer.service.id for offer in found)
    if not ids:
        return NONE
    if len(ids) == 1 and sure:
        return Resolution("match", ids)
    return Resolution("ambiguous", ids, question=_question(found))


# --- the question that splits the choices best -----------------------------------------------------------------------


def _by_kind(kind: str) -> Callable[[_Offer], object]:
    return lambda offer: _of_kind(offer.meanings[0].keys, kind)


def _with(*keys: str) -> Callable[[_Offer], object]:
    return lambda offer: any(
        key in offer.meanings[0].keys or kin(one) & {key} for key in keys for one in offer.meanings[0].keys
    )


_QUESTIONS: Final[tuple[tuple[str, Callable[[_Offer], object]], ...]] = (
    ("gender", _by_kind("who")),
    ("length", _by_kind("length")),
    ("size", _by_kind("size")),
    ("extent", _by_kind("extent")),
    ("with_cut", _with("cut")),
    ("with_colour", _with("colour")),
    ("with_wash", _with("wash")),
    ("with_styling", _with("blow_dry", "lay", "style")),
    ("part", _by_kind("part")),
    ("duration", lambda offer: offer.service.duration_min),
)


def _question(choices: list[_Offer]) -> str:
    """The property whose answer leaves the fewest choices; earlier ones of the table where two do equally well."""

    def left(trait: Callable[[_Offer], object]) -> int:
        return max(Counter(trait(choice) for choice in choices).values())

    key, trait = min(_QUESTIONS, key=lambda question: left(question[1]))
    return key if len(choices) > 1 and left(trait) < len(choices) else "which"


__all__ = ["Phrase", "ServiceName", "resolve"]
