"""Which of the offers made in this call the caller took: by token, by place in the list, or by its letter in a word."""

from __future__ import annotations

import re
from typing import Final

from gateway.booking.offers import Offer
from gateway.tools.arguments import Arguments
from gateway.tools.context import ToolContext

_LETTER: Final = re.compile(r"(?:^|\b)([abc])(?:\b|$)", re.IGNORECASE)
_PLACE: Final = (
    ("A", ("erst", "first", "eins", "one", "1")),
    ("B", ("zweit", "second", "zwei", "two", "2")),
    ("C", ("dritt", "third", "drei", "three", "3")),
)


def token_said(text: str) -> str | None:
    """ "B", "Angebot b", "das zweite", "option 2" as the token "B"; None when it names none."""
    if (found := _LETTER.search(text)) is not None:
        return found.group(1).upper()
    words = re.findall(r"\w+", text.lower())
    for token, stems in _PLACE:
        if any(word == stem or (len(stem) > 3 and word.startswith(stem)) for word in words for stem in stems):
            return token
    return None


async def offer_said(ctx: ToolContext, args: Arguments) -> Offer | None:
    """The offer this call was made under the token named; None when none was named, or it is gone."""
    text = args.get("offer")
    token = token_said(text) if text else None
    if token is None:
        return None
    return await ctx.services.holds.offer(ctx.salon.company_id, ctx.call.call_id, token, ctx.now)
