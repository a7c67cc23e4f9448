"""Whether a service is more than what was wished: "nur föhnen" is no wish for a haircut that is blow-dried afterwards.

A booking of more than was wanted costs more than a question, so what is found here is asked about, never chosen.
"""

from typing import Final

from gateway.booking.catalogue_fit import Fit, essential, measure, of_kind, same_term
from gateway.booking.catalogue_meaning import Meaning, Phrase
from gateway.booking.catalogue_offers import Offer
from gateway.booking.catalogue_stems import CONCEPTS, ancestors, kin
from gateway.booking.catalogue_words import HAIR_ACTS, UPKEEP

_CUT: Final = frozenset({"cut"})
# Done to hair on the way, but a service by themselves with many: "Haarschnitt mit Haarkur", "mit Kopfmassage".
_BESIDE_HAIR: Final = frozenset({"care", "olaplex", "detox", "gloss", "massage"})
_GLOSSING: Final = frozenset({"gloss", "toner", "tint"})  # one work by several names: "Gloss & Tone"
_HARDLY_FARTHER: Final = 0.3


def is_more(wish: Meaning, offer: Offer) -> bool:
    """Whether the service has parts that nobody asked for, and the wish was restricted ("nur") or of a small part."""
    if not any(_is_beyond(wish, meaning) for meaning in offer.meanings):
        return False
    serving = [one for one in offer.meanings if (fit := measure(wish, one)) and not fit.missing and fit.covered]
    return bool(serving) and all(_is_beyond(wish, meaning) for meaning in serving)


def _is_beyond(wish: Meaning, meaning: Meaning) -> bool:
    return (wish.only and _has_further(wish, meaning)) or _main_unsaid(wish, meaning)


def just_that(wish: Meaning, scored: list[tuple[Offer, Fit]]) -> list[tuple[Offer, Fit]]:
    """With "nur", keep the services of no more than what was wished, where one is hardly farther from it than others."""
    if not wish.only:
        return scored
    bare = [(offer, fit) for offer, fit in scored if not is_more(wish, offer)]
    least = min(fit.short for _, fit in scored)
    near = any(fit.short <= least + _HARDLY_FARTHER for _, fit in bare)
    return bare if near else scored


def _has_further(wish: Meaning, offer: Meaning) -> bool:
    """Whether a service holds acts or parts of the body beyond the wished ones, or joins a strange word by an "and"."""
    said = essential(wish.keys)
    if wish.terms and not said:  # "Hydrafacial" is all of the phrase it stands in
        others = [phrase for phrase in offer.phrases if not _share_term(wish, phrase)]
        return any(of_kind(phrase.keys, "act", "minor") or (phrase.added and phrase.terms) for phrase in others)
    acts = of_kind(said, "act", "minor")
    beyond = _further_acts(said, offer) if acts else _acts_elsewhere(said, offer)
    if acts and not of_kind(acts, "act"):
        beyond = of_kind(beyond, "act")  # who wants but a blow-dry is washed for it
    if beyond or _further_parts(said, offer):
        return True
    followed = [phrase.added for phrase in offer.phrases[1:]] + [False]
    strange = [
        phrase
        for phrase, more in zip(offer.phrases, followed, strict=True)
        if phrase.terms and not phrase.keys and (phrase.added or more)  # "Schröpfen + Massage"
    ]
    return any(not _share_term(wish, phrase) for phrase in strange)


def _share_term(wish: Meaning, phrase: Phrase) -> bool:
    return any(same_term(term, sold) for term in wish.terms for sold in phrase.terms)


def _further_acts(said: frozenset[str], offer: Meaning) -> frozenset[str]:
    """The acts of a service that none of the said ones is, or stands for."""
    sold = of_kind(essential(offer.keys), "act", "minor")
    acts = of_kind(said, "act", "minor")
    stood_for = acts - offer.keys  # "Farbe" stands for the highlights of a "Strähnen", not of a "Farbe und Strähnen"
    further = {
        key for key in sold - acts if not any(_are_kin(key, one) for one in stood_for) and not ancestors(key) & acts
    }
    if "refill" in acts:
        further.discard("nail_set")  # "Gelmodellage Refill"
    if acts & UPKEEP and of_kind(said, "part") - {"hair"} and "hair" not in offer.keys:
        further -= UPKEEP  # "Bart stutzen" for "Bart trimmen & Kontur"
    return frozenset(further)


def _acts_elsewhere(said: frozenset[str], offer: Meaning) -> frozenset[str]:
    """Where only a part was said, whatever is done to it is meant; not what comes before it, or is of another part."""
    if any(CONCEPTS[one].kind == "part" and not _is_part_of(one, said) for key in offer.keys for one in ancestors(key)):
        return of_kind(offer.keys, "act", "minor")
    before = frozenset[str]()
    for phrase in offer.phrases:
        if any(_is_part_of(key, said) for key in phrase.keys):
            return before
        before |= of_kind(phrase.keys, "act", "minor")
    return frozenset()


def _further_parts(said: frozenset[str], offer: Meaning) -> bool:
    parts = of_kind(said.union(*(ancestors(key) for key in said)), "part")
    return bool(parts) and any(not _is_part_of(key, parts) for key in of_kind(essential(offer.keys), "part"))


def _is_part_of(key: str, parts: frozenset[str]) -> bool:
    return key in parts or any(_are_kin(key, one) for one in parts)


def _are_kin(one: str, other: str) -> bool:
    return one in kin(other) or other in kin(one)


def _main_unsaid(wish: Meaning, offer: Meaning) -> bool:
    """Whether only washing, blow-drying or the like was said, and the main part of the service (a cut, a colour) was not.

    Two of them together leave nothing but the cut unsaid: "Waschen und Legen" is short for "Waschen, Schneiden, Legen".
    """
    said = essential(wish.keys)
    acts, minor = of_kind(said, "act", "minor"), of_kind(said, "minor")
    if not acts or (acts - minor and not _is_beside_hair(acts - minor, offer)):
        return False
    main = of_kind(_further_acts(said, offer), "act")
    if acts - minor:
        main &= HAIR_ACTS - (_GLOSSING if "gloss" in acts else acts)
    return bool(main) and not (len(minor) > 1 and main <= _CUT)


def _is_beside_hair(acts: frozenset[str], offer: Meaning) -> bool:
    """Whether these come along with something else: "Komplettpflege (…)" is theirs, "Olaplex + Schnitt" is not."""
    first, others = offer.phrases[:1], offer.phrases[1:2]
    theirs = any(acts & phrase.keys for phrase in first) and not any(phrase.added for phrase in others)
    return acts <= _BESIDE_HAIR and not theirs
