"""Making stored names speakable: services from a catalogue, first names of staff.

A name comes from a database that others may write to (an owner, a calendar's event titles), and what we say is read
by a language model before it is spoken. So only words survive: letters, spaces, hyphens and apostrophes, the first line
up to the first sentence mark, at most 80 characters; and a text that addresses the model instead of naming a service is
replaced whole.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from gateway.speech.numbers import Lang, cardinal
from gateway.speech.speakable import PLACEHOLDER

MAX_LABEL: Final = 80
MAX_FIRST_NAME: Final = 30

_MARKUP: Final = re.compile(
    r"(?is)<(script|style)\b.*?</\1>|<[^<>]*>|\[[^\[\]]*\]\([^()]*\)|\{[^{}]*\}|`[^`]*`|https?:\S*|www\.\S*"
)
_ABBREVIATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "inkl.": "inklusive",
        "incl.": "inklusive",
        "stk.": "Stück",
        "dr.": "Doktor",
        "j.": "Jahre",
        "st.": "Sankt",
        "nr.": "Nummer",
        "exkl.": "exklusive",
        "ca.": "zirka",
        "min.": "Minuten",
        "std.": "Stunden",
        "evtl.": "eventuell",
        "zzgl.": "zuzüglich",
        "bzw.": "beziehungsweise",
        "u.": "und",
        "m.": "mit",
        "o.": "ohne",
        "f.": "für",
        "&": "und",
        "+": "und",
        "/": "oder",
        "%": "Prozent",
        "€": "Euro",
    },
    "en": {
        "incl.": "including",
        "inkl.": "including",
        "ca.": "about",
        "approx.": "about",
        "min.": "minutes",
        "hrs.": "hours",
        "&": "and",
        "+": "and",
        "/": "or",
        "%": "percent",
        "€": "euros",
    },
}
_SYMBOLS: Final = re.compile(r"\s*([&+/%€])\s*")
#: Brackets, and digits beside other signs, rewritten so that each stands alone: "30-60", "1.000", "1,5", "½", "B12".
_NUMBERS: Final = (
    (re.compile(r"[()\[\]]"), {"de": " ", "en": " "}),
    (re.compile(r"€\s*(\d+)"), {"de": r"\1 €", "en": r"\1 €"}),
    (re.compile(r"(?<=\d)\s?[-–]\s?(?=\d)"), {"de": " bis ", "en": " to "}),
    (re.compile(r"(?<=\d)\.(?=\d{3}\b)"), {"de": "", "en": ""}),
    (re.compile(r"(?<=\d),(?=\d)"), {"de": " Komma ", "en": " point "}),
    (re.compile(r"(?<=\d)\.(?=\d)"), {"de": " Punkt ", "en": " point "}),
    (re.compile(r"\b1/2\s+(?=Kopf)"), {"de": "halber ", "en": "half "}),
    (re.compile(r"\b1/2\b"), {"de": "halbe", "en": "half"}),
    (re.compile(r"(?<=\d)[-'’]*(?=[^\W\d_])|(?<=[^\W\d_])[-'’]*(?=\d)"), {"de": " ", "en": " "}),
)
_INFINITIVE: Final = re.compile(r"\w+(?:en|ern|eln)$")
_TWO_DEEDS: Final = re.compile(r"^(\w+(?:en|ern|eln) (?:und|oder|and|or) )(\w)(?=\w*(?:en|ern|eln)$)")
_STOP: Final = re.compile(r"[.!?;](?:\s|$)|[\n\r]")
_NOT_WORDS: Final = re.compile(r"[^\w\s,'’-]|_|(?<!\w)[-'’]+|[-'’]+(?!\w)")
_GROUPS: Final = re.compile(r"(?<=\w) (Damen|Herren|Kinder|Mädchen|Jungen|Jungs)$")
_LINKING: Final = frozenset({"für", "und", "oder", "mit", "ohne", "bei", "and", "or"})

#: Phrases no service is called by, but texts that try to steer a language model use. Labels are our own catalogue's, so
#: this is the last of several fences: nothing spoken here can move the gateway to do anything.
_STEERING: Final = re.compile(
    r"\b(?:ignore|ignoring|ignorier\w*|instruction\w*|prompts?|jailbreak\w*|overrid\w*|disregard|pretend|execute|delete|"
    r"cancel\w*|refund\w*|password|passwort|admin|developer mode|system (?:message|mode|override)|"
    r"assistant|tool call\w*|function call\w*|api keys?|drop table|select .{0,20} from|"
    r"anweisung\w*|vergiss|vergesst|lösche\w*|stornier\w*|befehl\w*|führe aus|"
    r"you are|you must|du bist|sie sind|du musst|sie müssen)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # a salon's own catalogue, said in every other answer
def service_words(name: str, *, lang: Lang) -> str | None:
    """Return a catalogue name as it is said, or None when nothing speakable is left of it.

    "Ansatzfärbung, waschen, schneiden, föhnen" -> "Ansatzfärbung, Waschen, Schneiden und Föhnen";
    "Schnitt + Farbe Damen" -> "Schnitt und Farbe für Damen"; "Pflege / Haarkur" -> "Pflege oder Haarkur".
    """
    plain = _plain(name)
    if plain is None:
        return None
    words = _words(_spelled_out(plain, lang))
    items = [_item(item, lang) for item in words.split(",")]
    said = _join(_fit([item for item in items if item]), lang).replace("eins Stunden", "eine Stunde")
    return said if said and not PLACEHOLDER.search(said) else None  # again: a capital can make a word a "None"


@lru_cache(maxsize=4096)
def first_name_words(name: str) -> str | None:
    """Return a first name of letters, hyphens and apostrophes, at most 30 characters; None when nothing is left."""
    plain = _plain(name)
    if plain is None:
        return None
    kept = re.sub(r"\d", "", _words(plain)).replace(",", " ")
    said = _cut(" ".join(kept.split()), MAX_FIRST_NAME).strip(" -'’")
    return said if said and not PLACEHOLDER.search(said) else None


def _plain(text: str) -> str | None:
    """Return the text without markup and control signs, in composed Unicode form; None when it is no name.

    That is: it steers a model or has letters of another script (no German voice reads
    them, and they may only look like Latin ones).
    """
    halves = re.sub(r"(\d)\s?½", r"\1,5", text[:1000]).replace("½", " 1/2 ")
    composed = unicodedata.normalize("NFKC", halves)
    if any(c.isalpha() and not c.isascii() and not unicodedata.name(c, "").startswith("LATIN") for c in composed):
        return None
    plain = _MARKUP.sub(" ", "".join(_kept(c) for c in composed)).strip()
    return None if _STEERING.search(plain) else plain


def _kept(c: str) -> str:
    if c.isalpha() or c in "\n\r’–—€" or (c.isascii() and c.isprintable()):
        return c
    return " " if c.isspace() else ""


def _spelled_out(text: str, lang: Lang) -> str:
    for pattern, replacement in _NUMBERS:
        text = pattern.sub(replacement[lang], text)
    tokens = _SYMBOLS.sub(r" \1 ", _signs_as_list(text)).split(" ")
    return " ".join(_unabbreviated(token, _ABBREVIATIONS[lang]) for token in tokens if token)


def _unabbreviated(token: str, table: Mapping[str, str]) -> str:
    """Look a token up as it stands, and with the full stop that owners leave out ("30 Min") unless it is one letter."""
    key = token.lower()
    return table.get(key) or (table.get(f"{key}.") if len(key) > 1 else None) or token


def _signs_as_list(text: str) -> str:
    """Between several parts, and between things done ("waschen/föhnen"), a sign means a list; else its own word."""
    for signs in (r"[+&]", "/"):
        parts = [part.strip() for part in re.split(signs, text)]
        if len(parts) > 2 or all(_INFINITIVE.match(part) for part in parts):
            text = ", ".join(parts)
    return text


def _words(text: str) -> str:
    """Return the words up to the first end of a sentence or line; brackets and other signs become spaces."""
    first = next((line for line in _STOP.split(text) if re.search(r"[^\W\d_]{2}", line)), "")
    return " ".join(_NOT_WORDS.sub(" ", first).split())


def _item(text: str, lang: Lang) -> str:
    words = [said for word in text.split() if (said := _word(word, lang))]
    while words and words[-1].lower() in _LINKING:
        words.pop()
    while words and words[0].lower() in ("und", "oder", "and", "or"):
        words.pop(0)
    if lang == "de" and len(words) > 1 and words[-2].lower() not in _LINKING:
        words = _GROUPS.sub(r" für \1", " ".join(words)).split(" ")
    said = _TWO_DEEDS.sub(lambda found: found.group(1) + found.group(2).upper(), " ".join(words))
    return said[:1].upper() + said[1:]


def _word(word: str, lang: Lang) -> str:
    if word.isdecimal():
        return cardinal(int(word), lang=lang) if len(word) < 6 else ""
    if any(c.isdigit() for c in word):  # nothing the rules above could take apart: better unsaid than spelled
        return ""
    if word.isupper() and word.lower() in _LINKING:
        return word.lower()
    return word.capitalize() if word.isupper() and len(word) > 3 else word


def _fit(items: list[str]) -> list[str]:
    """Keep the items, from the first on, that stay within the length; a single item too long is cut at a word."""
    kept: list[str] = []
    for item in items:
        if len(", ".join([*kept, item])) + len(" und ") - len(", ") > MAX_LABEL:
            break
        kept.append(item)
    return kept or [_cut(item, MAX_LABEL) for item in items[:1]]


def _join(items: list[str], lang: Lang) -> str:
    conjunction = "und" if lang == "de" else "and"
    if len(items) > 1 and f" {conjunction} " not in items[-1]:
        return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
    return ", ".join(items)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    words = (text[: limit + 1].rpartition(" ")[0] or text[:limit]).split(" ")
    while len(words) > 1 and words[-1].lower() in _LINKING:
        words.pop()
    return " ".join(words)
