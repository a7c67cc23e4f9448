"""Apply rules: a regular expression over item codes, and a builder that folds what it matched into one item.

Patterns have no nested repetition, so a pass is linear in the number of items, which `tokens` bounds.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gateway.speech.grammar.model import Context, Item

SHORT_ROW: Final = 8
MAX_REMEMBERED: Final = 16_384
MAX_TRIES: Final = 64
"""Matches one rule may try in one text: more than any speech holds, a bound for what is no speech."""


@dataclass(frozen=True, slots=True)
class Found:
    """The items a rule matched; `found["name"]` is the first item of a named group, None when absent or unknown."""

    items: list[Item]
    match: re.Match[str]
    context: Context

    def __getitem__(self, group: str) -> Item | None:
        if group not in self.match.re.groupindex:
            return None
        at = self.match.start(group)
        return self.items[at] if at >= 0 else None

    def get(self, group: str) -> Item:
        """Return the first item of a group that is known to have matched."""
        return self.items[self.match.start(group)]

    @property
    def before(self) -> Item | None:
        """The item just before the match."""
        return self.items[self.match.start() - 1] if self.match.start() else None

    @property
    def after(self) -> Item | None:
        """The item just after the match."""
        return self.items[self.match.end()] if self.match.end() < len(self.items) else None


Builder = Callable[[Found], Item | None]
Rule = tuple[re.Pattern[str], Builder]


def rule(pattern: str, build: Builder) -> Rule:
    """Return a rule from a pattern over item codes and its builder; None from the builder refuses the match."""
    return re.compile(pattern), build


class RuleBook:
    """Rules in their order. Which of them is next to match depends on the row's codes alone, and rows of a few codes
    come again and again ("DM", "H"): that much is remembered, so that sixty patterns are not tried for every date."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._next: dict[tuple[str, int], int] = {}

    def from_rule(self, at: int, codes: str) -> int | None:
        """The first rule from number `at` on whose pattern occurs in `codes`."""
        found = self._next.get((codes, at))
        if found is None:
            hits = (number for number in range(at, len(self._rules)) if self._rules[number][0].search(codes))
            found = next(hits, len(self._rules))
            if len(codes) <= SHORT_ROW and len(self._next) < MAX_REMEMBERED:
                self._next[codes, at] = found
        return found if found < len(self._rules) else None

    def __getitem__(self, number: int) -> Rule:
        return self._rules[number]


def rewrite(items: list[Item], rules: RuleBook, context: Context) -> list[Item]:
    """Apply each rule in turn, left to right, and return the folded row."""
    codes = "".join(item.code for item in items)
    number = rules.from_rule(0, codes)
    while number is not None:
        pattern, build = rules[number]
        match = pattern.search(codes)
        for _ in range(MAX_TRIES):
            if match is None:
                break
            start, end = match.span()
            built = build(Found(items, match, context))
            if built is not None:
                items = [*items[:start], built, *items[end:]]
                codes = codes[:start] + built.code + codes[end:]
            match = pattern.search(codes, start + 1)
        number = rules.from_rule(number + 1, codes)
    return items
