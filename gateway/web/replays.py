"""The same signed request twice: a captured one, for a platform that asks again signs anew.

The tools know an intent by its invocation id and give its stored answer again, across restarts and processes. This is
for the rest: requests without an id, whose words alone cannot tell a copy from a caller who says the same once more.
Held by this process, for as long as the signature is good for.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

from gateway.auth.signature import TOLERANCE

MAX_ANSWERS: Final = 4096
Key = tuple[str, int, bytes]
"""Path, instant signed (unix milliseconds), digest."""
_DONE: Final = b'{"ok":true'
_LOCKED: Final = b'"status":"locked"'


class Replays:
    """Answers that stand, by the signature of what asked for them; the oldest forgotten first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, bytes] = OrderedDict()

    def answer(self, key: Key, now: datetime) -> bytes | None:
        """The answer this very request was given before."""
        while self._answers and self._stale(next(iter(self._answers)), now):
            self._answers.popitem(last=False)
        return self._answers.get(key)

    def remember(self, key: Key, status_code: int, body: bytes) -> None:
        """Keep an answer that stands; failures and refusals may be tried again."""
        if status_code == 200 and body.startswith(_DONE) and _LOCKED not in body[:64]:
            self._answers[key] = body
            while len(self._answers) > MAX_ANSWERS:
                self._answers.popitem(last=False)

    def _stale(self, key: Key, now: datetime) -> bool:
        """No longer verifiable. Kept in the order of arrival, so a late clock costs memory for a while, nothing else."""
        return now - datetime.fromtimestamp(key[1] / 1000, UTC) > TOLERANCE
