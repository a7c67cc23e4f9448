"""The agent's words, checked at the door: aliases in two languages, one canonical name each.

Every value is a stranger's text. Unknown names are ignored and counted; call, caller, company and price are not
arguments at all, whatever the model sends.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_TEXT: Final = 300
MAX_NOTES: Final = 500

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("dienstleistung", "leistung", "behandlung", "service_name", "service_id", "dienstleistung_id"),
    "date": ("datum", "tag", "new_date", "neues_datum"),
    "time": ("uhrzeit", "zeit", "new_time", "neue_uhrzeit"),
    "when": ("wann", "when_text", "wunschzeit", "zeitpunkt", "wunschtermin"),
    "staff": ("mitarbeiter", "mitarbeiterin", "staff_name", "friseur", "friseurin", "stylist"),
    "offer": ("angebot", "token", "slot_token", "offer_token"),
    "name": ("kundenname", "customer_name", "kunde", "nachname"),
    "phone": ("telefonnummer", "telefon", "phone_number", "rueckrufnummer", "callback_number", "customer_phone"),
    "email": ("e_mail", "mail", "customer_email"),
    "notes": ("notizen", "notiz", "anmerkung", "anmerkungen", "bemerkung", "wunsch"),
    "old_date": ("altes_datum", "bisheriges_datum", "original_date", "alter_tag"),
    "old_time": ("alte_uhrzeit", "bisherige_uhrzeit", "original_time", "alte_zeit"),
    "code": ("buchungscode", "terminnummer", "bestaetigungscode", "booking_code", "pin"),
    "confirm": ("bestaetigt", "bestaetigung", "confirmed", "zustimmung"),
    "reason": ("grund", "anlass"),
    "query": ("suche", "frage", "suchbegriff"),
    "purpose": ("zweck",),
}
_CANONICAL: Final[Mapping[str, str]] = {alias: name for name, aliases in ALIASES.items() for alias in (name, *aliases)}
# Whole answers; anything beside them ("ja, aber ...", "ja?") is no yes.
_TRUE: Final = frozenset(
    {
        *(
            "true",
            "1",
            "y",
            "j",
            "ja",
            "ja ja",
            "ja bitte",
            "ja gern",
            "ja gerne",
            "gern",
            "gerne",
            "bestaetigt",
            "passt",
        ),
        *(
            "einverstanden",
            "ja einverstanden",
            "in ordnung",
            "ja in ordnung",
            "ist in ordnung",
            "ist gut",
            "ja ist gut",
        ),
        *("yes", "yes please", "ok", "okay", "confirmed", "agreed", "that is fine"),
    }
)
# What models put where the caller said nothing.
_NOTHING_SAID: Final = frozenset(
    {
        *(
            "",
            "null",
            "none",
            "nil",
            "n/a",
            "na",
            "undefined",
            "unknown",
            "unspecified",
            "not specified",
            "not provided",
        ),
        *(
            "not given",
            "not mentioned",
            "any",
            "string",
            "keine angabe",
            "ohne angabe",
            "nicht angegeben",
            "nicht genannt",
        ),
        *("unbekannt", "leer", "empty"),
    }
)
_FOLD: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "-": "_", " ": "_"})


@dataclass(frozen=True, slots=True)
class Arguments:
    """A tool's arguments by canonical name: clean, bounded text, never empty."""

    values: Mapping[str, str]
    ignored: int = 0
    """How many arguments had a name or a shape we do not know."""

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def flag(self, name: str) -> bool:
        """True for an unmistakable yes, in either language; anything else is no."""
        said = fold_key(self.values.get(name, "")).replace("_", " ")
        return " ".join(said.rstrip(" .!").replace(",", " ").split()) in _TRUE


def fold_key(name: str) -> str:
    """An argument's name without case, umlauts, hyphens and blanks."""
    return unicodedata.normalize("NFKC", name).strip().lower().translate(_FOLD)


def read_arguments(args: object) -> Arguments:
    """Arguments from the decoded `args` of a request. Never raises; a canonical name wins over its aliases."""
    if not isinstance(args, dict):
        return Arguments({}, 0 if args is None else 1)
    values: dict[str, str] = {}
    ignored = 0
    by_alias: dict[str, str] = {}
    for key, value in args.items():
        folded = fold_key(key) if isinstance(key, str) and len(key) <= 64 else ""
        canonical = _CANONICAL.get(folded)
        text = _clean(value, MAX_NOTES if canonical == "notes" else MAX_TEXT)
        if canonical is None or text is None:
            ignored += 1
        elif text:
            (values if folded == canonical else by_alias).setdefault(canonical, text)
    return Arguments(by_alias | values, ignored)


def _clean(value: object, limit: int) -> str | None:
    """`value` as one printable line; None for a shape that is no text, "" for nothing said."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = " und ".join(value)
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFC", value[: limit * 2])
    if not text.isprintable():
        text = "".join(ch if ch.isprintable() else " " for ch in text)
    clean = " ".join(text.split())[:limit].strip()
    return "" if clean.strip("<>[](){}.-_? ").casefold() in _NOTHING_SAID else clean
