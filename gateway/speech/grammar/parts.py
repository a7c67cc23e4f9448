"""Parts of the day: their windows in minutes of the local day, and which half of the day they mean for an hour."""

from collections.abc import Mapping
from typing import Final

PARTS: Final[Mapping[str, tuple[int, int]]] = {
    "frueh": (6 * 60, 11 * 60),
    "fruehfrueh": (6 * 60, 9 * 60),
    "morning": (6 * 60, 12 * 60),
    "spaetfrueh": (9 * 60, 11 * 60),
    "vormittag": (8 * 60, 12 * 60 + 30),
    "fruehvormittag": (7 * 60 + 30, 10 * 60 + 30),
    "spaetvormittag": (10 * 60, 12 * 60 + 30),
    "mittag": (11 * 60, 14 * 60 + 30),
    "kurznachmittag": (12 * 60, 14 * 60),
    "nachessen": (13 * 60, 17 * 60),
    "nachmittag": (12 * 60, 18 * 60 + 30),
    "fruehnachmittag": (12 * 60, 15 * 60 + 30),
    "spaetnachmittag": (15 * 60, 19 * 60),
    "feierabend": (17 * 60, 21 * 60),
    "abend": (17 * 60, 23 * 60),
    "fruehabend": (17 * 60, 20 * 60),
    "spaetabend": (20 * 60, 23 * 60),
    "spaetabend2": (21 * 60, 23 * 60 + 59),
    "tonight": (18 * 60, 23 * 60),
    "latetonight": (20 * 60, 23 * 60 + 59),
    "night": (20 * 60, 23 * 60 + 59),
    "nacht": (22 * 60, 28 * 60),
}
"""Name -> [start, end) in minutes; an end past 1440 lies in the next day."""

_PUBLIC: Final[Mapping[str, str]] = {
    "fruehfrueh": "frueh",
    "spaetfrueh": "frueh",
    "morning": "frueh",
    "fruehvormittag": "vormittag",
    "spaetvormittag": "vormittag",
    "kurznachmittag": "mittag",
    "nachessen": "nachmittag",
    "fruehnachmittag": "nachmittag",
    "spaetnachmittag": "nachmittag",
    "feierabend": "abend",
    "fruehabend": "abend",
    "spaetabend": "abend",
    "tonight": "abend",
    "latetonight": "abend",
    "night": "nacht",
    "spaetabend2": "nacht",
}


def public(part: str | None) -> str | None:
    """Return the plain name of a part: frueh, vormittag, mittag, nachmittag, abend or nacht."""
    return None if part is None else _PUBLIC.get(part, part)


MORNING: Final = frozenset(
    {"frueh", "fruehfrueh", "morning", "spaetfrueh", "vormittag", "fruehvormittag", "spaetvormittag"}
)
NIGHT: Final = frozenset({"nacht", "night", "tonight", "latetonight", "spaetabend2"})
NOON: Final = frozenset({"mittag"})


def at_part(minute: int, part: str) -> int:
    """Return the minute of the day a 12-hour reading means within a part: 'um sechs' in the evening is 1080."""
    half = minute % 720
    if part in MORNING:
        return minute if minute >= 720 else half
    if part in NOON:
        return half if half >= 10 * 60 else half + 720
    if part in NIGHT:
        return half if half < 5 * 60 else half + 720
    if half < 60 and part in {"abend", "spaetabend"}:
        return half  # "zwölf Uhr abends" is midnight
    return half + 720
