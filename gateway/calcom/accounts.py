"""Whose key acts for whom.

Layout A (the default): one Cal.com user per staff member, each with a key of their own. Layout B: one team, one
admin's key, event types with a single host. What differs is in the `Account`; nobody above the client sees it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """A key and what it acts as. `host_id` is the Cal.com user id of the staff member it is used for."""

    api_key: str = field(repr=False)
    host_id: int
    username: str | None = None
    """The key owner's user name (layout A): event types are listed by it."""
    team_id: int | None = None
    """Set in layout B: event types belong to this team, with `host_id` as their only host."""

    @property
    def key_id(self) -> str:
        """What the key is called in buckets and logs: a digest that does not give it away."""
        return hashlib.sha256(b"calcom-key:" + self.api_key.encode()).hexdigest()[:16]
