"""Which of the offers made in this call the caller took: by token, by place in the list, or by its letter in a word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.booking.offers import Offer
from gateway.tools.arguments import Arguments
from gateway.tools.context import ToolContext

# A capital stands for itself; a small one after a naming word or alone: "a" is an article in English.
_CAPITAL: Final = re.compile(r"\b([ABC])\b")
_SMALL: Final = re.compile(
    r"\b(?:angebot|option|offer|variante|termin|slot|nummer|number|letter)\W+([abc])\b|^\W*([abc])\W*$"
)
# "one" is a pronoun ("a later one") unless it stands like a letter.
_ONE: Final = re.compile(r"\b(?:option|offer|slot|number|letter)\W+one\b|^\W*one\W*$")
_ORDINALS: Final[Mapping[str, tuple[str, ...]]] = {
    "A": ("erste", "first"),
    "B": ("zweite", "second"),
    "C": ("dritte", "third"),
}
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "A": ("eins", "1"),
    "B": ("zwei", "two", "2"),
    "C": ("drei", "three", "3"),
}


def token_said(text: str) -> str | None:
    """ "B", "Angebot b", "das zweite", "option 2" as the token "B"; None when it names none, or several.

    Letters count before places and places before numbers: "the second one" is the second.
    """
    folded = text.lower()
    words = re.findall(r"\w+", folded)
    for found in (
        set(_CAPITAL.findall(text)) | {one or other for one, other in _SMALL.findall(folded)},
        {token for token, stems in _ORDINALS.items() for word in words if word.startswith(stems)},
        {token for token, names in _NUMBERS.items() for word in words if word in names}
        | ({"A"} if _ONE.search(folded) else set()),
    ):
        tokens = {token.upper() for token in found}
        if tokens:
            return tokens.pop() if len(tokens) == 1 else None
    return None


async def offer_said(ctx: ToolContext, args: Arguments) -> Offer | None:
    """The offer this call was made under the token named; None when none was named, or it is gone."""
    text = args.get("offer")
    token = token_said(text) if text else None
    if token is None:
        return None
    return await ctx.services.holds.offer(ctx.salon.company_id, ctx.call.call_id, token, ctx.now)
