"""Making stored names speakable: services from a catalogue, first names of staff.

A name comes from a database that others may write to (an owner, a calendar's event titles), and what we say is read
by a language model before it is spoken. So only words survive: letters, spaces, hyphens and apostrophes, the first line
up to the first sentence mark, at most 80 characters; and a text that addresses the model instead of naming a service is
replaced whole.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from gateway.speech.numbers import LIMIT, Lang, cardinal

MAX_LABEL: Final = 80
MAX_FIRST_NAME: Final = 30

_MARKUP: Final = re.compile(r"<[^<>]*>|\[[^\[\]]*\]\([^()]*\)|\{[^{}]*\}|`[^`]*`|https?:\S*|www\.\S*")
_ABBREVIATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "inkl.": "inklusive",
        "incl.": "inklusive",
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
_STOP: Final = re.compile(r"[.!?:;|\n\r]|\s[-–—]\s")
_NOT_WORDS: Final = re.compile(r"[^\w\s,'’-]|_")
_GROUPS: Final = re.compile(r"(?<=\w) (Damen|Herren|Kinder|Mädchen|Jungen|Jungs)$")
_PREPOSITION_ENDS: Final = re.compile(r"\b(?:für|und|oder|mit|ohne|bei)$", re.IGNORECASE)

#: Words no service is called by, but texts that try to steer a language model use.
_STEERING: Final = re.compile(
    r"\b(?:ignor\w*|instruct\w*|prompt\w*|system\w*|assist\w+|developer|admin\w*|jailbreak\w*|overrid\w*|disregard\w*|"
    r"forget|pretend|execute|delete|cancel\w*|refund\w*|password|api|token|tool\w*|function\w*|sql|select|drop|"
    r"anweisung\w*|vergiss|vergesse\w*|lösch\w*|stornier\w*|passwort|befehl\w*|ausführen|kostenlos|gratis|"
    r"you are|you must|du bist|sie sind|du musst)\b",
    re.IGNORECASE,
)


def service_words(name: str, *, lang: Lang) -> str | None:
    """Return a catalogue name as it is said, or None when nothing speakable is left of it.

    "Ansatzfärbung, waschen, schneiden, föhnen" -> "Ansatzfärbung, Waschen, Schneiden und Föhnen";
    "Schnitt + Farbe Damen" -> "Schnitt und Farbe für Damen"; "Intensivpflege / Haarkur" -> "Intensivpflege oder Haarkur".
    """
    plain = _plain(name)
    if _STEERING.search(plain):
        return None
    words = _words(_spelled_out(plain, lang))
    items = [_item(item) for item in words.split(",")]
    return _join(_fit([item for item in items if item]), lang) or None


def first_name_words(name: str) -> str | None:
    """Return a first name of letters, hyphens and apostrophes, at most 30 characters; None when nothing is left."""
    plain = _plain(name)
    if _STEERING.search(plain):
        return None
    kept = re.sub(r"\d", "", _words(plain)).replace(",", " ")
    return _cut(" ".join(kept.split()), MAX_FIRST_NAME).strip(" -'’") or None


def _plain(text: str) -> str:
    """Return one line without markup, control and invisible characters, in composed Unicode form."""
    composed = unicodedata.normalize("NFKC", text[:1000])
    spaced = "".join(" " if unicodedata.category(c) in ("Zs", "Zl", "Zp") or c == "\t" else c for c in composed)
    visible = "".join(c for c in spaced if c in "\n\r" or unicodedata.category(c)[0] != "C")
    return _MARKUP.sub(" ", visible).strip()


def _spelled_out(text: str, lang: Lang) -> str:
    table = _ABBREVIATIONS[lang]
    tokens = _SYMBOLS.sub(r" \1 ", re.sub(r"(?<=\d)(?=[^\W\d_])", " ", text)).split(" ")
    words = [table.get(token.lower(), token) for token in tokens if token]
    return " ".join(words).strip()


def _words(text: str) -> str:
    """Return the words up to the first sentence mark; brackets and other signs become spaces."""
    lines = _STOP.split(text.replace("(", " ").replace(")", " "))
    first = next((line for line in lines if re.search(r"[^\W\d_]{2}", line)), "")
    return " ".join(_NOT_WORDS.sub(" ", first).split())


def _item(text: str) -> str:
    words = [_word(word) for word in text.split()]
    while words and words[-1].lower() in ("und", "oder", "and", "or"):
        words.pop()
    while words and words[0].lower() in ("und", "oder", "and", "or"):
        words.pop(0)
    said = " ".join(words).strip(" -'’")
    if said and (group := _GROUPS.search(said)) and not _PREPOSITION_ENDS.search(said[: group.start()]):
        said = f"{said[: group.start()]} für {group.group(1)}"
    return said[:1].upper() + said[1:]


def _word(word: str) -> str:
    if any(c.isdigit() for c in word):
        digits = "".join(c for c in word if c.isdecimal() and c.isascii())
        return cardinal(int(digits)) if digits and int(digits) < LIMIT else ""
    return word.capitalize() if word.isupper() and len(word) > 3 else word


def _fit(items: list[str]) -> list[str]:
    """Keep the items, from the first on, that stay within the length; a single item too long is cut at a word."""
    kept: list[str] = []
    for item in items:
        if len(", ".join([*kept, item])) + 2 > MAX_LABEL:
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
    return text[: limit + 1].rpartition(" ")[0] or text[:limit]
