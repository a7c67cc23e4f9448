"""Public holidays of a German Bundesland, from the `holidays` package, built once per region and year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from holidays.countries.germany import Germany

REGIONS: Final[frozenset[str]] = frozenset(Germany.subdivisions)
"""The codes `Salon.region` may bear (ISO 3166-2 without "DE-"), besides "" for none."""


@lru_cache(maxsize=256)
def public_holidays(region: str, year: int) -> Mapping[date, str]:
    """Date -> German name of every public holiday of `region` in `year`; empty for "".

    An unknown region gets the holidays that all of Germany has: `validation.salon_findings` reports it, and a salon
    that is shut one day too few is better told by its owner than a phone line that does not answer.
    """
    if not region:
        return MappingProxyType({})
    subdivision = region if region in REGIONS else None
    return MappingProxyType(dict(Germany(subdiv=subdivision, years=year, language="de")))
