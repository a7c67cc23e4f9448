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
from gateway.speech.fold import plain, readings, sound

MAX_WORDS: Final = 60
"""Words of an utterance that are looked at; a wish for a person is said in fewer."""


@dataclass(frozen=True, slots=True)
class StaffName:
    """A member of staff as callers may name them; `aliases` come from the company's own records."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(text).split())


# Words that lead to a name, or stand between a name and the rest.
_HONORIFICS: Final = _words("herr herrn herren frau fr hr dr doktor doktorin prof professor professorin dipl ing med dent mag "
                            "fraeulein schwester meister meisterin mister mrs miss")  # fmt: skip
_CARRIERS: Final = _words("bei beim zu zum zur mit vom von der die das den dem des an auf fuer am im in durch chez")
# Everyday words of a call that are nobody's name. Deliberately without words that are common surnames.
_FILLERS: Final = _words(
    "ich wir er sie es man mich mir uns mein meine meinen meiner meinem dein deine ihr ihre ihren ihrem ihnen unser unsere "
    "moechte moecht wuerde haette hab habe haben hat will wollte wollen koennte koennen kann darf gehe gehen geh geht "
    "komme kommen komm waere bin ist sind war waren wird werden soll sollte muss muesste brauche braeuchte nehme nehmen "
    "lassen lass machen mache gemacht schneiden geschnitten buchen bitte danke gern gerne gerade grade ja nein ne nee doch "
    "halt mal eben auch noch nur schon so dann wenn wieder wie was wann wo ob dass weil also aehm aeh oeh hm mhm ok okay "
    "genau gut super hallo guten tag morgen moin servus gruess gott einen eine einer einem eines ein einmal termin termine "
    "haare haar haarschnitt farbe bart faerben foehnen kollege kollegen kollegin kolleginnen mitarbeiter mitarbeiterin "
    "friseur friseurin friseuse stylist stylistin therapeut therapeutin arzt aerztin person leute jemand frei zeit platz "
    "heute uebermorgen montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag woche uhr um ab bis nach vor "
    "gegen vormittag nachmittag mittag abend frueh naechste naechsten naechster naechstes kommende kommenden diese diesen "
    "lieber liebsten liebste liebster besten eigentlich am liebsten unbedingt wuensche wunsch moeglich moeglichst "
    "vielleicht irgendwie immer sonst letztes letzten letzter letzte mal glaube heisst heissen namens name genannt und "
    "oder aber sondern nicht kein keine keinen keiner keinem ausser ohne bloss hin rein ran da dort hier euch ihrem the with"
)
_NEGATIONS: Final = _words("nicht ausser ohne kein keine keinen keiner keinem bloss")
_TURNS: Final = _words("sondern aber lieber dafuer stattdessen dann")
_CLAUSE: Final = re.compile(r"[,;!?\n]+")

_ANY_PHRASES: Final = tuple(
    plain(phrase)
    for phrase in (
        "egal", "wurscht", "wurst", "schnuppe", "gleichgültig", "gleich wer", "wer auch immer", "wer gerade",
        "wer grad", "wer zeit", "wer frei", "wer halt", "wer da ist", "wer kann", "wer will", "wer eben", "wer als",
        "keine präferenz", "keine vorliebe", "keinen wunsch", "keine wünsche", "keinen besonderen", "keine besonderen",
        "keinen bestimmten", "keine bestimmte", "niemand bestimmt", "niemanden bestimmt", "keinen speziellen",
        "keine spezielle", "kein bestimmter", "irgendwer", "irgendwem", "irgendjemand", "irgendeine", "irgendeiner",
        "irgendeinem", "irgendwen", "jeder", "jedem", "jede ist", "jeder ist", "spielt keine rolle", "ist mir alles recht",
        "bin flexibel", "da bin ich offen", "völlig offen", "mir ist das gleich", "mir gleich", "ist gleich", "alle gut",
        "hauptsache", "wer zuerst", "wer am schnellsten", "wer am ehesten", "beliebig", "machen sie wie", "suchen sie aus",
        "suchen sie jemanden", "entscheiden sie", "überlasse ich ihnen", "such dir", "sucht ihr", "anyone", "anybody",
        "whoever", "no preference", "doesn t matter", "don t care", "do not care", "don t mind", "wem ist", "bei wem auch",
        "nicht wichtig", "nicht so wichtig", "unwichtig", "kommt nicht drauf an", "alle sind", "alle mitarbeiter",
        "freie auswahl", "freien mitarbeiter", "freie mitarbeiterin", "nächstbeste", "erstbeste",
    )
)  # fmt: skip
_SAME_PHRASES: Final = tuple(
    plain(phrase)
    for phrase in (
        "derselbe", "dieselbe", "demselben", "derselben", "denselben", "der selben", "dem selben", "die selbe",
        "der gleichen wie", "dem gleichen wie", "die gleiche wie", "der gleiche wie", "wie immer", "wie letztes mal",
        "wie beim letzten mal", "wie das letzte mal", "wie sonst", "wie üblich", "vom letzten mal", "vom letzten termin",
        "von letztem mal", "von letzter woche", "letztes mal auch", "gleiche person", "gleichen person", "meinem friseur",
        "meiner friseurin", "mein friseur", "meine friseurin", "meinem stammfriseur", "meiner stammfriseurin",
        "meinem stylisten", "meiner stylistin", "meinem therapeuten", "meiner therapeutin", "wo ich immer", "wo ich letztes",
        "bei dem ich immer", "bei der ich immer", "bei der ich letztes", "bei dem ich letztes", "bei der ich das letzte",
        "bei dem ich das letzte", "bei der ich war", "bei dem ich war", "der mich immer", "die mich immer",
        "die mich letztes", "der mich letztes", "die das letztes", "der das letztes", "meine übliche", "mein üblicher",
        "meiner üblichen", "meinem üblichen", "wieder bei der gleichen", "wieder bei dem gleichen", "wieder zur gleichen",
        "wieder zum gleichen", "beim gleichen", "bei der gleichen", "zur gleichen", "zum gleichen", "same person", "same one",
        "same as last", "same as before", "my usual",
    )
)  # fmt: skip


# --- names and how well heard words fit them -------------------------------------------------------------------------

_PARTICLES: Final = _words("von van de der den del della di da dos el al bin ibn zu vom und la le")
_EXACT: Final = 1.0
_SAME_SOUND: Final = 0.95
_NEAR: Final = 0.8
_VOWELS: Final = frozenset("aeiouAOUY")
# What a first name takes to become the other gender's: Martin/Martina, Stefan/Stefanie, Paul/Pauline, Josef/Josefine.
_GENDER_ENDINGS: Final = frozenset({"a", "e", "i", "ia", "in", "ina", "ine", "o", "us", "eta", "ete", "is", "ien"})


@dataclass(frozen=True, slots=True)
class _Part:
    """One name part, or two spoken as one ("Hans-Peter": hans, peter, hanspeter)."""

    spelled: frozenset[str]
    codes: frozenset[str]
    whole_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    whole: frozenset[str]
    parts: tuple[_Part, ...]


def _part(written: str, *, whole_first: bool, is_last: bool) -> _Part:
    folded = plain(written).replace(" ", "")
    bare = plain(written.replace("ä", "a").replace("ö", "o").replace("ü", "u")).replace(" ", "")
    codes = set(readings(written.replace(" ", "").replace("-", "")))
    if is_last:
        # Unstressed "-er" and "-ar" end in a plain "a" when spoken: "Kretschma" for Kretschmer.
        codes |= {code[:-2] + "a" for code in codes if len(code) > 4 and code.endswith(("er", "ar"))}
    return _Part(frozenset({folded, bare}), frozenset(codes), whole_first, is_last)


def _parts(name: str) -> tuple[_Part, ...]:
    words = [word for word in name.replace(".", " ").split() if plain(word) and plain(word) not in _HONORIFICS]
    units = [[piece for piece in word.split("-") if plain(piece)] for word in words]
    pieces = [(piece, index) for index, unit in enumerate(units) for piece in unit]
    found: list[_Part] = []
    for piece, index in pieces:
        alone = len(units[index]) == 1
        last = index == len(units) - 1 and len(units) > 1
        found.append(_part(piece, whole_first=alone and index == 0, is_last=last))
    for (left, left_index), (right, right_index) in pairwise(pieces):
        last = right_index == len(units) - 1 and left_index == right_index
        found.append(_part(left + right, whole_first=left_index == 0 and left_index == right_index, is_last=last))
    return tuple(found)


@lru_cache(maxsize=256)
def _people(staff: tuple[StaffName, ...]) -> tuple[_Person, ...]:
    return tuple(
        _Person(
            member.id,
            frozenset(plain(name) for name in (member.name, *member.aliases)),
            tuple(part for name in (member.name, *member.aliases) for part in _parts(name)),
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


def _fit(word: str, part: _Part) -> float:
    """How well one heard word fits one name part: 1 spelled so, 0.95 sounds so, 0.8 nearly, 0 not."""
    if word in part.spelled:
        return _EXACT
    heard = sound(word)
    if heard in part.codes:
        return _SAME_SOUND
    for code in part.codes:
        shortest = min(len(heard), len(code))
        allowed = 0 if shortest < 4 else 1 if shortest < 8 else 2
        if allowed and Levenshtein.distance(heard, code, score_cutoff=allowed) <= allowed:
            if heard[0] == code[0] and not _is_look_alike(heard, code):
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


_FEMININE_LEADS: Final = _words("frau fr fraeulein schwester zur mrs miss kollegin")
_MASCULINE_LEADS: Final = _words("herr herrn herren hr zum beim mister den kollege kollegen")
_NAME_LEADS: Final = _HONORIFICS | _words("bei beim zu zum zur mit von")


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
        named = word in spelled and bool(lead or run) and (lead[-1:] and lead[-1] in _NAME_LEADS or bool(run))
        if (word in _CARRIERS or word in _HONORIFICS) and not named:
            if not (run and word in _PARTICLES):
                if run:
                    close()
                lead.append(word)
        elif word in _FILLERS and not named:
            close()
            if word in _NEGATIONS:
                refused = pending = True
            elif word in _TURNS:
                refused = False
        else:
            run.append(word)
    close()
    if pending and found:  # "den Oliver lieber nicht"
        last = found[-1]
        found[-1] = _Mention(last.words, True, last.title, last.gender)
    return found


def _mention(words: tuple[str, ...], lead: list[str], *, refused: bool) -> _Mention:
    feminine = any(word in _FEMININE_LEADS for word in lead) or lead[-2:] == ["bei", "der"] or lead[-1:] == ["die"]
    masculine = any(word in _MASCULINE_LEADS for word in lead) or lead[-2:] == ["bei", "dem"]
    gender = None if feminine == masculine else "f" if feminine else "m"
    return _Mention(words, refused, any(word in _HONORIFICS for word in lead), gender)


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
            or max(Levenshtein.normalized_similarity(sound(word), code) for code in part.codes) >= _WEAK
            for part in fit.person.parts
        )
        for word in rest
    )


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
    return tuple(fit.person.id for fit in best), sure


def _narrow(fits: list[_Fit], mention: _Mention) -> list[_Fit]:
    if mention.title and any(fit.by_surname for fit in fits):
        return [fit for fit in fits if fit.by_surname]
    return fits


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
    folded = f" {plain(utterance)} "
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
    if any(f" {phrase}" in folded for phrase in _SAME_PHRASES):
        return _same_as_before(usual, people, out)
    if out or any(f" {phrase}" in folded for phrase in _ANY_PHRASES):
        return Resolution("any", excluded=out)
    return NONE


def _same_as_before(usual: str | None, people: tuple[_Person, ...], excluded: tuple[str, ...]) -> Resolution:
    if usual is not None and usual not in excluded and any(person.id == usual for person in people):
        return Resolution("match", (usual,), excluded, same_as_before=True)
    return Resolution("any", excluded=excluded, same_as_before=True)
