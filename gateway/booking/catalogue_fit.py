"""How well a service serves a wish: a price for each way of being more, less or other than what was said.

Prices are in steps of a whole unasked act (1.0). What counts is their order, not their size: a service that covers
everything said and adds least is nearest, and services within `MARGIN` of it are equally near.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.catalogue_meaning import Meaning
from gateway.booking.catalogue_stems import CONCEPTS, ancestors, kin, kinship
from gateway.booking.catalogue_words import UPKEEP, WHO_COVERS
from gateway.speech.fold import letters_by_ear

MARGIN: Final = 0.35

# What the service has and the caller did not say.
_EXTRA: Final = {"act": 1.0, "minor": 0.1, "part": 0.8, "manner": 0.15, "occasion": 0.3}
_EXTRA_KEYS: Final = {"bridal": 1.0, "oil": 0.25, "remove": 1.4, "first": 0.5, "follow_up": 0.5, "express": 0.3, "pregnant": 0.6, "home": 0.6, "couple": 0.5,
               "refill": 0.5, "antiage": 0.3, "acne": 0.4, "cleanse": 0.5, "gel": 0.5, "acrylic": 0.5, "shellac": 0.5, "french": 0.5}  # fmt: skip
_EXTRA_PART_OF_MANY: Final = 0.3
_EXTRA_PART_BESIDE: Final = 0.5
_EXTRA_KIN: Final = 0.4
_EXTRA_TERM: Final = 0.25
_EXTRA_TERM_OF_MANY: Final = 0.8  # where no act was said, a strange word may well be one
_EXTRA_TRAIT: Final = 0.05
_EXTRA_REFUSED: Final = 0.3

# What the caller said and the service does not have.
_SPECIAL: Final = 0.3
_GENERAL: Final = 0.7
_LOOSE: Final = 0.8
_OTHER_UPKEEP: Final = 0.35
_SHAVEN: Final = 0.7
_NO_MINOR: Final = 0.5
_NO_PART_NAMED: Final = 0.6
_NO_HAIR_NAMED: Final = 0.1
_NOT_HAIR: Final = 0.5
# Ways to be rid of the hair of one part: worth a question.
_PLUCKED: Final = frozenset({"pluck", "thread", "wax", "depilate"})
_NO_TRAIT: Final = 0.6
_NO_MANNER: Final = 0.5
_NO_TERM: Final = 0.6
_HARDLY: Final = 0.05
_UNMET_KEYS: Final = {"bridal": 0.7, "home": 1.0, "pregnant": 0.6, "first": 0.1}
# Services for nobody in particular are mostly made for women, a man is more likely to mean the men's.
_NOT_FOR: Final = {"women": 0.5}
_NOT_FOR_OTHERS: Final = 0.7
# Words of praise and wrapping: neither asked for nor missed.
FREE_MANNERS: Final = frozenset({"simple", "package", "intensive", "premium"})
TRAITS: Final = ("length", "size", "extent")


@dataclass(frozen=True, slots=True)
class Fit:
    """`missing` essentials; the price of what falls `short` of the wish and of what is `more` than it; how many wishes
    were met by a loose kin only, and how many are `covered` at all."""

    missing: int
    short: float
    more: float
    loose: int
    covered: int

    @property
    def cost(self) -> float:
        """The whole price: the nearest service has the least."""
        return self.short + self.more


@lru_cache(maxsize=16384)
def of_kind(keys: frozenset[str], *kinds: str) -> frozenset[str]:
    """The keys of these kinds of concept."""
    return frozenset(key for key in keys if CONCEPTS[key].kind in kinds)


@lru_cache(maxsize=16384)
def essential(keys: frozenset[str]) -> frozenset[str]:
    """Acts and parts without those that another one already is: "Ansatz färben" is about the root."""
    kept = of_kind(keys, "act", "minor", "part")
    return kept - frozenset[str]().union(*(ancestors(key) for key in kept))


def measure(wish: Meaning, offer: Meaning) -> Fit | None:
    """Return how one meaning of a service serves the wish, or None when the two exclude each other."""
    if wish.refused & offer.keys or offer.refused & wish.keys:
        return None
    traits = _traits(wish.keys, offer.keys)
    if traits is None:
        return None
    said, offered = essential(wish.keys), essential(offer.keys)
    missing, covered, loose, short = 0, 0, 0, traits
    for key in said:
        price = _price(key, offered, said)
        if price is not None:
            short, loose = short + price, loose + (price >= _LOOSE)
            covered += key != "hair" and price not in (_NO_PART_NAMED, _NO_MINOR)
        elif key == "hair" and wish.implied_hair and _parts_of(said) == {"hair"}:
            short, loose = short + _NOT_HAIR, loose + 1
        else:
            missing += 1
    unmet, unasked = _manners(wish.keys, offer.keys)
    shared = sum(any(same_term(term, sold) for term in wish.terms) for sold in offer.terms)
    a_term = _EXTRA_TERM if of_kind(said, "act", "minor") or wish.terms else _EXTRA_TERM_OF_MANY
    met = bool(of_kind(said & offered, "part") - {"hair"})
    extra = {key: _extra(key, said, met) for key in offered}
    beside = [price for price in extra.values() if price == _EXTRA_PART_BESIDE]
    more = unasked + sum(extra.values()) - sum(beside[1:]) + a_term * (len(offer.terms) - shared)
    # "ohne Lack" is as much a choice as "mit Lack", for who said neither.
    more += _EXTRA_REFUSED * len(essential(offer.refused - wish.refused))
    more -= _SPECIAL * len(wish.refused & offer.refused)
    manners = of_kind(wish.keys & offer.keys, "manner", "occasion")
    unmet += _NO_TERM * sum(not any(same_term(term, sold) for sold in offer.terms) for term in wish.terms)
    return Fit(missing, short + unmet, more, loose, covered + shared + (len(manners) if said <= {"hair"} else 0))


@lru_cache(maxsize=16384)
def _price(said: str, offered: frozenset[str], wish: frozenset[str]) -> float | None:
    """The price of serving one essential by what is offered; None when it is not served."""
    if said in offered:
        return 0.0
    if any(said in ancestors(key) for key in offered):
        return _SPECIAL
    other_act = CONCEPTS[said].kind == "act" and of_kind(offered, "act", "minor")
    akin = offered - of_kind(offered, "part") if other_act else offered  # no pedicure is a massage of the foot
    if akin & ancestors(said):
        return _GENERAL
    parts = _parts_of(offered)
    if CONCEPTS[said].kind == "part":
        if any(said in kin(key) and ancestors(key) & ancestors(said) for key in offered):
            return _SPECIAL  # toenails, by what is done to the foot and its nails
        if not parts:
            return _NO_HAIR_NAMED if said == "hair" else _NO_PART_NAMED
        near = parts & kin(said) - {"hair"} or any(said in kin(part) for part in parts)
        return _LOOSE if near else None
    steps = [kinship(key)[said] for key in offered if said in kin(key)]
    steps += [kinship(said)[key] for key in akin & kin(said) if key in ancestors(said) or CONCEPTS[key].kind != "part"]
    if steps:
        return _LOOSE * min(steps)
    if said in _PLUCKED and offered & _PLUCKED and (of_kind(wish, "part") - {"hair"}) & offered:
        return _LOOSE
    if said in UPKEEP and parts & _parts_of(wish) and not of_kind(offered, "act", "minor"):
        return _OTHER_UPKEEP  # "Bart" by itself: whatever keeps it in shape
    if said in UPKEEP and "hair" not in wish and offered & UPKEEP and (of_kind(wish, "part") - {"hair"}) & offered:
        return _SHAVEN if "shave" in {said, *offered} else _OTHER_UPKEEP
    return _NO_MINOR if CONCEPTS[said].kind == "minor" else None


@lru_cache(maxsize=16384)
def _parts_of(keys: frozenset[str]) -> frozenset[str]:
    return of_kind(keys.union(*(ancestors(key) for key in keys)), "part")


_CUT_OR_SHAVE: Final = frozenset({"cut", "shave"})


@lru_cache(maxsize=16384)
def _extra(key: str, said: frozenset[str], part_met: bool) -> float:
    said_parts = _parts_of(said)
    if key in said:
        return 0.0
    if key == "hair":
        return _EXTRA["part"] if said_parts and not said_parts & {"hair"} else 0.0
    if key == "nail_set" and "refill" in said:
        return 0.0  # "Auffüllen" for "Gelmodellage Refill"
    family = {key, *kin(key)}
    if any(key in kin(one) or one in family for one in said) and CONCEPTS[key].kind != "part":
        return 0.0
    if {key, *said & _CUT_OR_SHAVE} == _CUT_OR_SHAVE and "hair" in said | ({"hair"} if key == "cut" else set()):
        return _EXTRA["act"]  # "Haarschnitt & Rasur" for a haircut
    if key in UPKEEP and (said & UPKEEP or (said_parts - {"hair"} and not of_kind(said, "act"))):
        return 0.0 if said & UPKEEP else _EXTRA["minor"]
    if any(key in ancestors(one) or one in ancestors(key) for one in said):
        return 0.0
    if part_met and CONCEPTS[key].kind == "part":
        return _EXTRA_PART_BESIDE  # "Kopf- und Nackenmassage" for the neck
    if any(kin(one) & family for one in said):
        return _EXTRA_KIN
    if CONCEPTS[key].kind == "part" and not said_parts:
        return _EXTRA_PART_OF_MANY
    return _EXTRA_KEYS.get(key, _EXTRA[CONCEPTS[key].kind])


def _traits(wish: frozenset[str], offer: frozenset[str]) -> float | None:
    """The price of who it is for, how long, how large and how much of it; None when they exclude each other."""
    cost = 0.0
    said, sold = of_kind(wish, "who"), of_kind(offer, "who")
    if said and sold:
        if not any(WHO_COVERS[who] & sold for who in said) or _not_that_child(said, sold):
            return None
        cost += _LOOSE if "youth" in said - sold else 0.0
    elif said:
        cost += max(_NOT_FOR.get(who, _NOT_FOR_OTHERS) for who in said)
    elif sold:
        cost += _EXTRA_TRAIT
    for kind in TRAITS:
        said, sold = of_kind(wish, kind), of_kind(offer, kind)
        if said and sold and not said & sold:
            return None
        if bool(said) != bool(sold):
            cost += _NO_TRAIT if said else _EXTRA_TRAIT
    return cost


_CHILDREN: Final = frozenset({"boy", "girl"})


def _not_that_child(said: frozenset[str], sold: frozenset[str]) -> bool:
    """Whether a child is meant and the service is for adults, or for the other sort of child."""
    if "child" in said and not sold & WHO_COVERS["child"]:
        return True
    return bool(said & _CHILDREN and sold & _CHILDREN and not said & sold & _CHILDREN)


def _manners(wish: frozenset[str], offer: frozenset[str]) -> tuple[float, float]:
    """The price of manners said and not met, and of those met and not said."""
    said, sold = of_kind(wish, "manner", "occasion"), of_kind(offer, "manner", "occasion")
    short = sum(_unmet(key) for key in said - sold) + (_NO_MANNER if "dry" in said and "wash" in offer else 0.0)
    return short, sum(_unasked(key) for key in sold - said)


def _unasked(manner: str) -> float:
    return _HARDLY if manner in FREE_MANNERS else _EXTRA_KEYS.get(manner, _EXTRA[CONCEPTS[manner].kind])


def _unmet(manner: str) -> float:
    if manner in FREE_MANNERS - {"package"}:
        return _HARDLY
    return _UNMET_KEYS.get(manner, _HARDLY if CONCEPTS[manner].kind == "occasion" else _NO_MANNER)


def same_term(left: str, right: str) -> bool:
    """Whether two words of no trade are one word by ear."""
    one, other = letters_by_ear(left[:40]), letters_by_ear(right[:40])
    shorter = min(len(one), len(other))
    allowed = 0 if shorter < 5 else 1 if shorter < 9 else 2
    if Levenshtein.distance(one, other) <= allowed:
        return True
    return shorter >= 5 and (one[:shorter] == other[:shorter] or one[-shorter:] == other[-shorter:])
