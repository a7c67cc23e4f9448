"""What the caller wants done: from "Ansatz machen" or "mein Mann will die Haare gefärbt haben" to services of the list.

Both sides are read as concepts (`catalogue_meaning`). A service fits when it covers all that was said; among those the
one that adds least wins, with a clear margin; else the caller is asked, with the one property that splits the choices
best. Nothing is guessed: a near kin ("Strähnen" where only "Farbe" is sold) is asked about, never booked.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, zip_longest
from typing import Final

from gateway.booking.catalogue_fit import FREE_MANNERS, MARGIN, TRAITS, Fit, essential, measure, of_kind, same_term
from gateway.booking.catalogue_less import is_more, just_that
from gateway.booking.catalogue_meaning import Meaning, Phrase, read
from gateway.booking.catalogue_offers import Offer, ServiceName, adult_from, bare_of, offers_of
from gateway.booking.catalogue_stems import ancestors, kin, read_word
from gateway.booking.catalogue_words import WHO_COVERS
from gateway.booking.resolve import NONE, Resolution, said_id

__all__ = ["ServiceName", "resolve"]


# --- choosing --------------------------------------------------------------------------------------------------------


def resolve(utterance: str, services: Sequence[ServiceName]) -> Resolution:
    """Say which of `services` the utterance asks for: `match`, `ambiguous` with a `question`, or `none`."""
    return _resolve(utterance, tuple(services))


@lru_cache(maxsize=1024)  # the same few phrases come with every tool call of a call, and with most calls of a salon
def _resolve(utterance: str, services: tuple[ServiceName, ...]) -> Resolution:
    every = offers_of(services)
    known = said_id(utterance, (service.id for service in services))
    if known is not None:
        return Resolution("match", (known,))
    bare = bare_of(utterance)
    named = [offer for offer in every if bare in offer.spelled or bare.replace(" ", "") in offer.joined]
    if named:
        return _answer(named, sure=True)
    compound = [offer for offer in every if not offer.meanings[0].keys and _is_compound_of(bare, offer)]
    if len(compound) == 1:
        return _answer(compound, sure=True)
    wish = read(utterance)
    offers = tuple(offer for offer in every if wish.age is None or offer.ages is None or wish.age in offer.ages)
    wish = _settle_length(_settle_who(wish, offers), offers)
    other = _something_else(wish, offers)
    if other and essential(wish.keys) <= {"hair"}:
        return NONE  # "Haarausfall"
    sold = frozenset(term for term in wish.terms if _is_sold(term, offers))
    wish = replace(wish, terms=sold, strange_nouns=wish.strange_nouns - sold)
    if wish.keys & _ANIMALS and not wish.keys & _ANIMALS & _all_keys(offers):
        return NONE
    if _of_several_people(wish):
        together = [offer for offer in offers if _is_for_both(wish, offer)]
        return _answer(together, sure=True) if together else _by_phrase(wish, offers, apart=True)
    found = _choose(wish, offers)
    if found is None:
        return _meaning_perhaps(wish, offers) or _by_phrase(wish, offers)
    if wish.keys & _FESTIVE and essential(wish.keys) == {"hair"} and not _is_festive(found, offers):
        return _meaning_perhaps(wish, offers) or found
    if found.status == "match" and (other or _is_doubtful(wish, found.ids[0], offers)):
        return replace(found, status="ambiguous", question="which")
    return _rather_for_them(found, wish, offers)


_SHORTEST_NAME: Final = 6


def _is_compound_of(bare: str, offer: Offer) -> bool:
    """Whether a name of no trade word begins a compound: "Kräuterstempelmassage" for "Kräuterstempel"."""
    return any(word.startswith(name) for name in offer.joined if len(name) >= _SHORTEST_NAME for word in bare.split())


def _of_several_people(wish: Meaning) -> bool:
    """Whether something is wanted for two sorts of people: "Damen- und Kinderhaarschnitt", "einen für mich und ihn"."""
    for one, other in combinations(wish.phrases[:_MOST_PHRASES], 2):
        mine, theirs = of_kind(one.keys, "who"), of_kind(other.keys, "who")
        if mine and theirs and not mine & theirs and (other.added or not _covered(mine) & _covered(theirs)):
            return True
        if other.added and bool(mine) != bool(theirs) and of_kind(one.keys & other.keys, "act"):
            return True
    return False


def _is_for_both(wish: Meaning, offer: Offer) -> bool:
    """Whether "Vater und Sohn" were said, and this is sold for the two of them."""
    said, sold = of_kind(wish.keys, "who"), of_kind(offer.meanings[0].keys, "who")
    return offer.for_two and all(WHO_COVERS[who] & sold for who in said)


def _covered(people: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*(WHO_COVERS[who] for who in people))


_FESTIVE: Final = frozenset({"bridal", "evening", "party", "event", "trial"})


def _is_festive(found: Resolution, offers: tuple[Offer, ...]) -> bool:
    return any(_FESTIVE & offer.meanings[0].keys for offer in offers if offer.service.id in found.ids)


def _meaning_perhaps(wish: Meaning, offers: tuple[Offer, ...]) -> Resolution | None:
    """Hair for a feast is mostly put up, and "Nägel" alone may be a manicure: worth a question where nothing is nearer."""
    guess = ""
    if wish.keys & _FESTIVE and essential(wish.keys) == {"hair"}:
        guess = "updo"
    elif wish.keys == {"nail"} and not wish.terms:
        guess = "manicure"
    found = _choose(replace(wish, keys=wish.keys - {"nail"} | {guess}), offers) if guess else None
    return replace(found, status="ambiguous", question=found.question or "which") if found and found.ids else None


def _is_doubtful(wish: Meaning, id: str, offers: tuple[Offer, ...]) -> bool:
    """Whether the only service found is more than was wished, or less than all that was said."""
    found = next(offer for offer in offers if offer.service.id == id)
    return is_more(wish, found) or _is_half_said(wish, found)


def _is_half_said(wish: Meaning, found: Offer) -> bool:
    """Whether "Damen mit Farbe" found what is for anybody: by "Damen" itself a cut may be meant."""
    alone = len(wish.phrases) > 1 and wish.phrases[0].keys == of_kind(wish.phrases[0].keys, "who") != frozenset()
    return alone and not of_kind(found.meanings[0].keys, "who")


def _something_else(wish: Meaning, offers: tuple[Offer, ...]) -> bool:
    """Whether only parts of the body were named, in a compound of which nothing else is known or sold.

    "Wimpernwelle" is no wish for the tinting of lashes.
    """
    if not essential(wish.keys) or of_kind(essential(wish.keys), "act", "minor"):
        return False
    return any(of_kind(read_word(term)[0], "part") and not _is_sold(term, offers) for term in wish.terms)


def _rather_for_them(found: Resolution, wish: Meaning, offers: tuple[Offer, ...]) -> Resolution:
    """Ask where the whole is sold for anybody, but each part of it for the very people named."""
    chosen = next((offer for offer in offers if found.ids == (offer.service.id,)), None)
    if not chosen or len(wish.phrases) < 2 or not of_kind(wish.keys, "who") or of_kind(chosen.meanings[0].keys, "who"):
        return found
    parts = set(_by_phrase(wish, offers).ids)
    theirs = [offer for offer in offers if offer.service.id in parts]
    if not theirs or not all(of_kind(offer.meanings[0].keys, "who") for offer in theirs):
        return found
    return _answer([offer for offer in offers if offer in theirs or offer is chosen], sure=False)


_YOUNG: Final = frozenset({"child", "boy", "girl", "youth"})
_GROWN: Final = {"men": "boy", "women": "girl"}
_ANIMALS: Final = frozenset({"dog", "puppy", "cat"})


def _all_keys(offers: tuple[Offer, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(meaning.keys for offer in offers for meaning in offer.meanings))


def _is_sold(term: str, offers: tuple[Offer, ...]) -> bool:
    return any(same_term(term, sold) for offer in offers for meaning in offer.meanings for sold in meaning.terms)


def _settle_who(wish: Meaning, offers: tuple[Offer, ...]) -> Meaning:
    """Make child, man or woman of "Sohn", "Tochter" or an age; of a child, too, where nothing is sold for children."""
    sold = _all_keys(offers) & _YOUNG
    if any(wish.age in offer.ages and "youth" in offer.meanings[0].keys for offer in offers if offer.ages):
        return replace(wish, keys=wish.keys - _YOUNG - {"men", "women"} | {"youth"})
    if sold and wish.keys & _YOUNG and "small" in wish.keys:  # "meine kleine Tochter"
        wish = replace(wish, keys=wish.keys - {"small"} | {"child"})
    if (
        sold and not wish.keys & _YOUNG and wish.age is not None and wish.age < adult_from(offers)
    ):  # "mein Bruder, der ist neun"
        wish = replace(wish, keys=frozenset(_GROWN.get(key, key) for key in wish.keys))
    young = wish.keys & _YOUNG
    if not young:
        is_child = sold and not of_kind(wish.keys, "who") and wish.age is not None and wish.age < adult_from(offers)
        return replace(wish, keys=wish.keys | {"child"}) if is_child else wish
    adult = wish.age is not None and wish.age >= adult_from(offers)
    if adult or not sold:
        grown = {"men"} if "boy" in young else {"women"} if "girl" in young else set()
        return replace(wish, keys=wish.keys - young | grown)
    return replace(wish, keys=wish.keys | {"child"}) if wish.age is not None else wish


def _settle_length(wish: Meaning, offers: tuple[Offer, ...]) -> Meaning:
    """Forget a middle length (or size) in a house that knows but short and long; the classic kind is the normal one."""
    sold = _all_keys(offers)
    usual = {"classic"} if "simple" in wish.keys and "classic" in sold and "simple" not in sold else set()
    return replace(wish, keys=wish.keys - (_MIDDLE - sold) | usual)


_MIDDLE: Final = frozenset({"medium", "middle"})
_SHORT_AT_MOST: Final = 0.78
_COST_AT_MOST: Final = 1.55
"""A service falling short of the wish is taken for it up to the first price, if the whole price is below the second."""
_CLEARLY_SHORT: Final = 0.5
_MUCH_MORE: Final = 0.6
_OBJECT_MARGIN: Final = 0.5
_ANYTHING_DONE_TO_IT: Final = 1.3


def _choose(wish: Meaning, offers: tuple[Offer, ...]) -> Resolution | None:
    """The services that cover the whole wish, or None when none does."""
    wanted = essential(wish.keys)
    manners = of_kind(wish.keys, "manner") & (_all_keys(offers) if not wanted else wish.keys)
    manners -= {"first"} if "hair" in wanted else frozenset()  # "neue Frisur"
    manners |= wish.keys & _FESTIVE & _all_keys(tuple(o for o in offers if "hair" in o.meanings[0].keys))
    if wanted <= {"hair"} and not wish.terms and not manners:
        return _by_who(wish, offers) if of_kind(wish.keys, "who", "part") else _by_trait(wish, offers)
    scored = [(offer, fit) for offer in offers if (fit := _best(wish, offer)) and _serves(fit)]
    if not scored:
        return None
    scored = [pair for pair in scored if not pair[1].loose] or scored
    scored = just_that(wish, _of_beard(wanted, scored))
    if scored[0][1].loose and len(wish.phrases) > 1:
        return None  # two acts each sold by itself are nearer than one loose likeness
    scored = _of_manner(wish, _of_length(wish, _complete(scored, anything=not of_kind(wanted, "act", "minor"))))
    least = min(fit.cost for _, fit in scored)
    sure = all(_is_sure(fit) for _, fit in scored if fit.cost == least)
    sure = sure and not (wish.implied_hair and wish.strange_nouns)
    nearest = [offer for offer, fit in scored if fit.cost == least]
    sure = sure and not any(
        _has_kinds(wanted, offer, offers) or _is_sold_elsewhere(wanted, offer, offers) for offer in nearest
    )
    literal = _literal(wish, scored)
    scored = _perfect(wish, scored)
    margin = _margin(wish, wanted, least)
    close = [offer for offer, fit in scored if fit.cost <= least + margin + 1e-9]
    if literal and not any(offer in literal for offer in close):
        close += literal
    if len(close) == 1:
        close += [offer for offer, _ in scored if _is_for_another_feast(wish, close[0], offer)]
    beside = _minor_beside(wish, close, offers)
    others = _for_the_others(wish, close, offers) + beside
    sure = sure and not beside
    return _answer([offer for offer in offers if offer in close or offer in others], sure=sure)


def _margin(wish: Meaning, wanted: frozenset[str], least: float) -> float:
    """How much farther than the nearest service others may be: far, where a part was named and not what to do to it."""
    if not of_kind(wanted, "act", "minor") and not wish.terms:
        return _OBJECT_MARGIN if least < _OBJECT_MARGIN else _ANYTHING_DONE_TO_IT
    return MARGIN / 2 if wish.only else MARGIN


_KINDS_MATTER: Final = frozenset({"colour", "massage"})


def _literal(wish: Meaning, scored: list[tuple[Offer, Fit]]) -> list[Offer]:
    """The services of the very act said ("Farbe mit Schnitt" for colouring), beside a special kind of it (a tint)."""
    acts = of_kind(essential(wish.keys), "act")
    return [
        offer
        for offer, fit in scored
        if acts and fit.short < _HARDLY_SHORT and any(acts <= meaning.keys for meaning in offer.meanings)
    ]


def _is_for_another_feast(wish: Meaning, chosen: Offer, other: Offer) -> bool:
    """Whether both are the same for an occasion, each for its own, and none was said: bridal and evening make-up."""
    ours, theirs = chosen.meanings[0].keys, other.meanings[0].keys
    occasions = (ours & _FESTIVE or chosen.meanings[0].terms - wish.terms, theirs & _FESTIVE)  # "Tages-Make-up"
    return (
        not wish.keys & _FESTIVE and all(occasions) and len(set(occasions)) > 1 and essential(ours) == essential(theirs)
    )


_FINISH: Final = frozenset({"blow_dry", "style", "lay"})


def _minor_beside(wish: Meaning, close: list[Offer], offers: tuple[Offer, ...]) -> list[Offer]:
    """What is sold by itself ("Föhnen", "Baden"), where it was said and the service near has none of it."""
    met = frozenset(key for offer in close for meaning in offer.meanings for key in meaning.keys)
    said = of_kind(essential(wish.keys), "minor") - met - (_FINISH if met & _FINISH else frozenset())
    if not close or not said:
        return []
    alone = [offer for offer in offers if essential(offer.meanings[0].keys) - {"hair"} in [{key} for key in said]]
    return [offer for offer in alone if _best(wish, offer)]


def _is_sold_elsewhere(wanted: frozenset[str], chosen: Offer, offers: tuple[Offer, ...]) -> bool:
    """Whether a special kind was asked for ("Fade und Bart"), and is sold, but not by what is near ("Schnitt und Bart")."""
    every = frozenset[str]().union(*(meaning.keys for meaning in chosen.meanings))
    return any(ancestors(key) & every for key in of_kind(wanted & _all_keys(offers), "act") - every)


def _has_kinds(wanted: frozenset[str], chosen: Offer, offers: tuple[Offer, ...]) -> bool:
    """Whether a kind was asked for ("Tönung"), what is near is not of that kind, and other kinds are sold besides."""
    broad = _KINDS_MATTER & essential(chosen.meanings[0].keys)
    unmet = {key for key in wanted if broad & ancestors(key)}
    return bool(unmet) and any(broad & ancestors(key) and key not in unmet for key in _all_keys(offers))


_OTHER: Final = {"men": "women", "women": "men"}


def _for_the_others(wish: Meaning, close: list[Offer], offers: tuple[Offer, ...]) -> list[Offer]:
    """Where nobody was named and all that is near is for men (or women), what the others would get for their words."""
    people = {tuple(of_kind(offer.meanings[0].keys, "who")) for offer in close}
    only = next(iter(people))[0] if len(people) == 1 and len(next(iter(people))) == 1 else ""
    if of_kind(wish.keys, "who") or only not in _OTHER:
        return []
    found = _choose(replace(wish, keys=wish.keys | {_OTHER[only]}), offers)
    ids = found.ids if found else ()
    far = min((fit.short for offer in close if (fit := _best(wish, offer))), default=0.0)
    return [offer for offer in offers if offer.service.id in ids and (fit := _best(wish, offer)) and fit.short <= far]


def _perfect(wish: Meaning, scored: list[tuple[Offer, Fit]]) -> list[tuple[Offer, Fit]]:
    """Beside a service that is just what was said, only those stay that add to it without being for others.

    None does where the very people were said too: "Damenschnitt" is no "Waschen, Schneiden, Föhnen Damen".
    """
    perfect = [offer for offer, fit in scored if fit.cost <= 0]
    if len(perfect) != 1:
        return scored
    people = of_kind(perfect[0].meanings[0].keys, "who")
    just_so = any(meaning.keys == wish.keys and len(meaning.phrases) == 1 for meaning in perfect[0].meanings)
    if people and just_so and not wish.terms:
        return [(offer, fit) for offer, fit in scored if fit.cost <= 0]
    return [
        (offer, fit)
        for offer, fit in scored
        if fit.cost <= 0 or (fit.short <= 0 and of_kind(offer.meanings[0].keys, "who") == people)
    ]


def _complete(scored: list[tuple[Offer, Fit]], *, anything: bool) -> list[tuple[Offer, Fit]]:
    """Where a service meets the whole wish, drop those that fall clearly short of it; `anything` may be done to it."""
    whole = any(fit.short <= 0 and (anything or fit.more <= _MUCH_MORE) for _, fit in scored)
    return [(offer, fit) for offer, fit in scored if not whole or fit.short < _CLEARLY_SHORT]


def _is_sure(fit: Fit) -> bool:
    return not fit.loose and (fit.short <= 0 or (fit.short < _SHORT_AT_MOST and fit.cost < _COST_AT_MOST))


def _serves(fit: Fit) -> bool:
    return not fit.missing and fit.covered > 0 and fit.loose < 2


def _best(wish: Meaning, offer: Offer) -> Fit | None:
    scores = [score for meaning in offer.meanings if (score := measure(wish, meaning))]
    best = min(scores, key=lambda score: (score.missing, not score.covered, score.cost), default=None)
    return replace(best, more=best.more + _FOR_TWO) if best and offer.for_two else best


def _of_length(wish: Meaning, scored: list[tuple[Offer, Fit]]) -> list[tuple[Offer, Fit]]:
    """Keep the services of the said duration where there are any."""
    fitting = [pair for pair in scored if wish.minutes is not None and pair[0].service.duration_min == wish.minutes]
    return fitting or scored


_FOR_TWO: Final = 0.6
_MUCH_FARTHER: Final = 1.0


def _of_manner(wish: Meaning, scored: list[tuple[Offer, Fit]]) -> list[tuple[Offer, Fit]]:
    """Keep the services done in the manner or with the thing said ("Shellac", "mit Henna") where there are any not much farther."""
    said = of_kind(wish.keys, "manner") - (FREE_MANNERS - {"premium", "intensive", "simple"})
    least = min(fit.cost for _, fit in scored)
    near = [(offer, fit) for offer, fit in scored if fit.cost <= least + _MUCH_FARTHER]
    fitting = [
        (offer, fit)
        for offer, fit in near
        if any(said <= meaning.keys and _has_terms(wish, meaning) for meaning in offer.meanings)
    ]
    return fitting if (said or wish.terms) and fitting else scored


def _of_beard(wanted: frozenset[str], scored: list[tuple[Offer, Fit]]) -> list[tuple[Offer, Fit]]:
    """What is for beards says so: beside "Bart", no "Pflegekur" is a "Bartpflege"."""
    beard = wanted & {"beard"}
    return [pair for pair in scored if any(beard & meaning.keys for meaning in pair[0].meanings)] or scored


def _has_terms(wish: Meaning, meaning: Meaning) -> bool:
    return all(any(same_term(term, sold) for sold in meaning.terms) for term in wish.terms)


def _by_who(wish: Meaning, offers: tuple[Offer, ...]) -> Resolution | None:
    """Only a person was named ("Herren"), or nothing but hair: what is sold for them, haircuts first for hair."""
    said = of_kind(wish.keys, "who")
    sold = [offer for offer in offers if any(WHO_COVERS[who] & offer.meanings[0].keys for who in said)]
    short = {offer.service.id: fit.short for offer in sold if (fit := _best(wish, offer))}
    least = min(short.values(), default=0.0)  # what is refused leaves no fit: "Damen ohne Schneiden"
    found = [offer for offer in sold if short.get(offer.service.id, 9) <= least + MARGIN]
    found = [offer for offer in found if said <= offer.meanings[0].keys] or found  # "Welpe" before "Hund"
    if "hair" in wish.keys:
        cuts = _choose(replace(wish, keys=wish.keys | {"cut"}), offers)
        return Resolution("ambiguous", cuts.ids, question=cuts.question) if cuts and cuts.ids else NONE
    if said and not found and "cut" in _all_keys(offers):  # sold for anybody: a haircut is what most come for
        cut = _choose(replace(wish, keys=wish.keys | {"cut", "hair"}), offers)
        others = of_kind(_all_keys(offers), "who") - {"child", "boy", "girl", "youth"}
        bare = others and not of_kind(wish.keys, *TRAITS)  # "Damen" with a barber
        return replace(cut, status="ambiguous", question="which") if cut and cut.status == "match" and bare else cut
    return _answer(found, sure=True)


def _by_trait(wish: Meaning, offers: tuple[Offer, ...]) -> Resolution | None:
    """Nothing but a length or an extent was said ("komplett"): ask about what is sold so."""
    said = of_kind(wish.keys, *TRAITS)
    found = [offer for offer in offers if said and said <= offer.meanings[0].keys]
    return _answer(found, sure=False) if found else None


def _by_phrase(wish: Meaning, offers: tuple[Offer, ...], *, apart: bool = False) -> Resolution:
    """Several acts that no one service covers: ask between the services of each, of two together where one covers them.

    `apart`: the phrases are for different people, and what is said of one holds for the other.
    """
    phrases = tuple(dict.fromkeys(wish.phrases))[:_MOST_PHRASES] if len(wish.phrases) > 1 else _split_acts(wish)
    if len(phrases) < 2:
        return NONE
    kinds = ("length", "size", "extent") if apart else ("who", "length", "size", "extent")
    shared = of_kind(wish.keys, *kinds) | wish.keys & _FESTIVE
    acts = of_kind(wish.keys, "act", "minor", "part")
    parts: list[Meaning] = []
    about: frozenset[str] = frozenset()
    for phrase, after in zip_longest(phrases, phrases[1:]):
        own = of_kind(phrase.keys, "part")
        about = own or about  # "Augenbrauen zupfen und färben"
        theirs = acts if apart and not of_kind(phrase.keys, "act", "minor") else frozenset[str]()
        if own == essential(phrase.keys) and after and after.added and of_kind(after.keys, "part"):
            theirs |= of_kind(after.keys, "act")  # "Wimpern und Augenbrauen färben"
        part = replace(wish, phrases=(), keys=phrase.keys | about | theirs | shared, terms=phrase.terms & wish.terms)
        if apart and wish.keys & _YOUNG and not phrase.keys & _YOUNG:
            part = replace(part, age=None)  # "Vater und Sohn, sieben Jahre"
        parts += [_settle_who(part, offers)] if essential(part.keys) else []
        if own == essential(phrase.keys):
            about = frozenset()  # "Gesicht und Massage"
    if not apart:
        parts = _taken_together(parts, offers)
    found = [_choose(part, offers) or NONE for part in parts]
    ids = {id for one in found for id in one.ids}
    sure = apart and all(one.status == "match" for one in found)  # son and daughter both get the children's cut
    return _answer([offer for offer in offers if offer.service.id in ids], sure=sure)


_MOST_PHRASES: Final = 6
"""Phrases of one wish that are looked at by themselves; the bound on the work of one call."""
_MOST_PARTS: Final = 5
_HARDLY_SHORT: Final = 0.2


def _taken_together(parts: list[Meaning], offers: tuple[Offer, ...]) -> list[Meaning]:
    """ "Schneiden, Farbe und Föhnen" where cutting and blow-drying are sold as one: two wishes, not three."""
    if not 2 < len(parts) <= _MOST_PARTS:
        return parts
    for size in range(len(parts) - 1, 1, -1):
        for some in combinations(parts, size):
            both = replace(
                some[0],
                keys=frozenset[str]().union(*(part.keys for part in some)),
                terms=frozenset[str]().union(*(part.terms for part in some)),
            )
            if any((fit := _best(both, offer)) and _serves(fit) and fit.short < _HARDLY_SHORT for offer in offers):
                return [both, *_taken_together([part for part in parts if part not in some], offers)]
    return parts


def _split_acts(wish: Meaning) -> tuple[Phrase, ...]:
    """ "Schneiden färben" without a joint: one phrase for each act, all about the same part."""
    acts = sorted(of_kind(essential(wish.keys), "act"))
    parts = of_kind(wish.keys, "part")
    return tuple(Phrase(frozenset({act}) | parts, wish.terms) for act in acts)


def _answer(found: list[Offer], *, sure: bool) -> Resolution:
    ids = tuple(offer.service.id for offer in found)
    if not ids:
        return NONE
    if len(ids) == 1 and sure:
        return Resolution("match", ids)
    return Resolution("ambiguous", ids, question=_question(found))


# --- the question that splits the choices best -----------------------------------------------------------------------


def _by_kind(kind: str) -> Callable[[Offer], object]:
    return lambda offer: of_kind(offer.meanings[0].keys, kind)


def _with(*keys: str) -> Callable[[Offer], object]:
    return lambda offer: any(
        key in offer.meanings[0].keys or kin(one) & {key} for key in keys for one in offer.meanings[0].keys
    )


_QUESTIONS: Final[tuple[tuple[str, Callable[[Offer], object]], ...]] = (
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


def _question(choices: list[Offer]) -> str:
    """The property whose answer leaves the fewest choices; earlier ones of the table where two do equally well."""

    def left(trait: Callable[[Offer], object]) -> int:
        return max(Counter(trait(choice) for choice in choices).values())

    key, trait = min(_QUESTIONS, key=lambda question: left(question[1]))
    return key if len(choices) > 1 and left(trait) < len(choices) else "which"
