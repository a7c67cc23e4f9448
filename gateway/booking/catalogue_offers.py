"""A catalogue as the resolver sees it: each service with the meanings of its names, in the light of the others."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from gateway.booking.catalogue_fit import essential, of_kind
from gateway.booking.catalogue_meaning import REFUSALS, Meaning, read
from gateway.booking.catalogue_words import FILLERS
from gateway.speech.fold import plain


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service as callers may name it; `aliases` come from the company's own records."""

    id: str
    name: str
    duration_min: int
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with what its name and each alias mean, and the ages in years its name says it is for.

    `spelled` are the names without fillers, `joined` the same without spaces ("lomilomi"); `for_two`: for a grown-up and
    a child together ("Vater & Sohn").
    """

    service: ServiceName
    spelled: frozenset[str]
    joined: frozenset[str]
    meanings: tuple[Meaning, ...]
    ages: range | None
    for_two: bool = False


@lru_cache(maxsize=128)
def offers_of(services: tuple[ServiceName, ...]) -> tuple[Offer, ...]:
    """Read a catalogue."""
    read_in = tuple(
        Offer(
            service,
            frozenset(bare_of(name) for name in (service.name, *service.aliases)),
            frozenset(bare_of(name).replace(" ", "") for name in (service.name, *service.aliases)) - {""},
            tuple(read(name, written=True) for name in (service.name, *service.aliases)),
            _ages(service.name),
            _is_for_two(read(service.name, written=True)),
        )
        for service in services
    )
    return _of_animals(_without_hair_left(_with_default(_in_trade(read_in))))


# Either of these shows that a catalogue is about hair; where none is sold, "Bleaching" is not of the hair.
_HAIR_TRADE: Final = frozenset({"cut", "perm", "blow_dry", "updo", "highlights", "root", "tips", "shear"})


def _in_trade(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Take back the hair that `read` implied in a catalogue of another trade."""
    if any(_HAIR_TRADE & meaning.keys and "hair" in meaning.keys for offer in offers for meaning in offer.meanings):
        return offers
    return tuple(
        replace(offer, meanings=tuple(
            replace(meaning, keys=meaning.keys - {"hair"}) if meaning.implied_hair else meaning
            for meaning in offer.meanings
        ))
        for offer in offers
    )  # fmt: skip


def _with_default(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """In a house of haircuts, "Kinder bis 6 Jahre" is a haircut."""
    if not any("cut" in meaning.keys for offer in offers for meaning in offer.meanings):
        return offers
    return tuple(replace(offer, meanings=tuple(map(_default_cut, offer.meanings))) for offer in offers)


_DEPILATION: Final = frozenset({"wax", "depilate", "thread", "laser"})
_MASSAGES: Final = frozenset({"massage", "thai", "hotstone", "reflex", "lymph"})


def _without_hair_left(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """In a house that does nothing but remove hair, "Achseln" is a depilation of them; so with massages."""
    done = frozenset(key for offer in offers for meaning in offer.meanings for key in of_kind(meaning.keys, "act"))
    if done and done <= _MASSAGES:
        done = frozenset({"massage"})
    elif not done or not done <= _DEPILATION:
        return offers
    return tuple(
        replace(offer, meanings=tuple(_depilated(meaning, done) for meaning in offer.meanings)) for offer in offers
    )


_FUR_TRADE: Final = frozenset({"shear", "unmat", "undercoat", "claw", "fur", "dog", "puppy"})
_ANIMALS: Final = frozenset({"dog", "puppy", "cat"})


def _of_animals(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """With a groomer, what is for no animal in particular is for dogs."""
    every = frozenset(key for offer in offers for meaning in offer.meanings for key in meaning.keys)
    if not every & _FUR_TRADE or of_kind(every, "who") - _ANIMALS:
        return offers
    return tuple(
        replace(offer, meanings=tuple(
            meaning if meaning.keys & _ANIMALS else replace(meaning, keys=meaning.keys | {"dog"})
            for meaning in offer.meanings
        ))
        for offer in offers
    )  # fmt: skip


def _depilated(meaning: Meaning, done: frozenset[str]) -> Meaning:
    bare = of_kind(meaning.keys, "part") and not of_kind(meaning.keys, "act", "minor")
    return replace(meaning, keys=meaning.keys | done) if bare else meaning


def _default_cut(meaning: Meaning) -> Meaning:
    bare = of_kind(meaning.keys, "who") and essential(meaning.keys) <= {"hair"}
    return replace(meaning, keys=meaning.keys | {"cut", "hair"}) if bare else meaning


def bare_of(text: str) -> str:
    """The plain words of a name without fillers: what two ways of saying the same name have in common."""
    words = plain(text).split()
    return " ".join([word for word in words if word not in FILLERS or word in REFUSALS] or words)


_GROWN: Final = frozenset({"men", "women"})
_YOUNG: Final = frozenset({"child", "boy", "girl"})


def _is_for_two(meaning: Meaning) -> bool:
    if len(meaning.phrases) < 2:
        return False
    first, second = meaning.phrases[0].keys, of_kind(meaning.phrases[1].keys, "who")
    return bool(first and second) and first <= _GROWN and second <= _YOUNG


_ADULT_FROM: Final = 15
_UP_TO: Final = re.compile(r"\bbis (?:zu |einschliesslich |inkl )?(\d{1,2})\b(?! min)")
_FROM_TO: Final = re.compile(r"\b(\d{1,2}) (?:bis )?(\d{1,2})(?: (?:j\b|jahre?)|$)")


def _ages(name: str) -> range | None:
    """The ages a service for the young is for: "Kinder bis 6 Jahre", "Kinder 7-12 Jahre", "Teenager 13-17"."""
    keys = read(name, written=True).keys
    if not keys & {"child", "youth"}:
        return None
    folded = plain(name)
    if both := _FROM_TO.search(folded):
        return range(int(both[1]), int(both[2]) + 1)
    upper = _UP_TO.search(folded)
    return range(int(upper[1]) + 1) if upper else None


def adult_from(offers: tuple[Offer, ...]) -> int:
    """The age in years from which the house no longer counts as a child: "Kinderschnitt bis 12" says 13."""
    children = (offer.ages.stop for offer in offers if offer.ages and "child" in offer.meanings[0].keys)
    return max(children, default=_ADULT_FROM)
