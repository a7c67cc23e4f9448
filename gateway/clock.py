"""Time and chance as arguments: the only places that ask the machine for either."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol


class Clock(Protocol):
    """What the house knows of time. `now` is the domain's (a demo may shift it); `real_now` never lies."""

    def now(self) -> datetime:
        """The domain's instant, aware, UTC."""
        ...

    def real_now(self) -> datetime:
        """The machine's instant, aware, UTC: for signatures, leases and whatever else meets the world outside."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow; their zero means nothing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait at least `seconds`."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock; `offset` moves the domain's time only (`serve --demo --now`)."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def real_now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Ids(Protocol):
    """Where new names for things come from."""

    def new_id(self) -> str:
        """A 128-bit id, 32 lowercase hex digits, time-ordered so that indexes stay warm; never sequential."""
        ...

    def new_code(self) -> str:
        """A booking code of 6 characters that survives a bad line: an identifier, not a secret."""
        ...

    def new_digits(self, count: int) -> str:
        """`count` decimal digits, unguessable: a one-time code."""
        ...


# No vowels (no words arise) and, on a bad line in German, no two that are taken for each other: eff/ess, be/pe/we,
# de/te, em/en, ha/ka, zwei/drei, null/o.
CODE_ALPHABET: Final = "FJKLQRWXZ3456789"


@dataclass(frozen=True, slots=True)
class RandomIds:
    """Ids from the operating system's randomness behind 48 bits of milliseconds."""

    def new_id(self) -> str:
        return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"

    def new_code(self) -> str:
        return "".join(secrets.choice(CODE_ALPHABET) for _ in range(6))

    def new_digits(self, count: int) -> str:
        return f"{secrets.randbelow(10**count):0{count}d}"
