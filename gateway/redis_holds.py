"""Soft holds in Redis, where several processes see them. Speed, not truth: without Redis nothing is held.

Per company one hash of what each call holds, one stamp that changes with every write, and per call the offers it was
shown, each with Redis's own expiry. A process keeps the company's holds added up (`booking.holds.Holdings`) under the
stamp it saw: asking again costs one small round trip, and the hash travels only when somebody placed or released.

Instants are the domain's and passed in. Redis unreachable: told to `on_event`, left alone for a second, and the call
goes on as if nobody held anything; a call's own offers are also remembered by the process that made them.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.booking.availability import Assignment
from gateway.booking.holds import HOLD_TTL, OFFER_MEMORY, HeldTime, HoldBook, Holdings, held_time, named
from gateway.booking.model import MAX_OFFERS, Interval, Phase, PhaseKind
from gateway.booking.offers import Merit, Offer, Why
from gateway.booking.timeline import HeldTimes
from gateway.clock import Clock, Ids

T = TypeVar("T")

UNREACHABLE: Final = "holds_unreachable"
HOLDS_TIMEOUT_SECONDS: Final = 0.25
"""Courtesy is worth less of a caller's time than counting is."""
REST_SECONDS: Final = 1.0
_ONE_MILLISECOND: Final = timedelta(milliseconds=1)
_TTL: Final = HOLD_TTL // _ONE_MILLISECOND
_MEMORY: Final = (HOLD_TTL + OFFER_MEMORY) // _ONE_MILLISECOND
_ANY_NUMBER: Final = 1_000_000

# KEYS: held, due, stamp, offers, line. ARGV: call, now (ms), hold's ms, most, number of times, the call's entry, stamp,
# offers as shown, offers' ms. What `Holdings.hold` does in memory, in one step for all processes.
_PLACE: Final = """
local held, due, stamp, offers, line = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local call, now, ttl, room = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
for _, lapsed in ipairs(redis.call('zrangebyscore', due, '-inf', now)) do redis.call('hdel', held, lapsed) end
redis.call('zremrangebyscore', due, '-inf', now)
redis.call('hdel', held, call)
redis.call('zrem', due, call)
redis.call('zrem', line, call)
local count = tonumber(ARGV[5])
if count > 0 then
  redis.call('hset', held, call, ARGV[6])
  redis.call('zadd', due, now + ttl, call)
  redis.call('zadd', line, now, call)
end
room = room - count
for _, other in ipairs(redis.call('zrevrange', line, 0, -1)) do
  local text = redis.call('hget', held, other)
  if not text then
    redis.call('zrem', line, other)
  elseif other ~= call then
    local entry = cjson.decode(text)
    local has = #entry.t
    if room == 0 then
      redis.call('hdel', held, other)
      redis.call('zrem', due, other)
      redis.call('zrem', line, other)
    elseif has > room then
      for n = room + 1, has do entry.t[n] = nil end
      redis.call('hset', held, other, cjson.encode(entry))
    end
    room = room - math.min(has, room)
  end
end
redis.call('set', stamp, ARGV[7], 'px', ttl)
redis.call('pexpire', held, ttl)
redis.call('pexpire', due, ttl)
redis.call('pexpire', line, ttl)
redis.call('set', offers, ARGV[8], 'px', ARGV[9])
"""

# KEYS: held, due, stamp, offers. ARGV: call, stamp, hold's ms, offers as shown ("": leave them), offers' ms.
_DROP: Final = """
if redis.call('hdel', KEYS[1], ARGV[1]) == 1 then
  redis.call('zrem', KEYS[2], ARGV[1])
  redis.call('set', KEYS[3], ARGV[2], 'px', ARGV[3])
end
if ARGV[4] ~= '' then redis.call('set', KEYS[4], ARGV[4], 'px', ARGV[5]) end
"""

# KEYS: held, stamp. ARGV: the stamp known. The stamp alone when it is that one, else with all that is held.
_OTHERS: Final = """
local stamp = redis.call('get', KEYS[2])
if not stamp then return {''} end
if stamp == ARGV[1] then return {stamp} end
return {stamp, redis.call('hgetall', KEYS[1])}
"""


@dataclass(slots=True)
class _Seen:
    """What this process knows of one company's holds."""

    stamp: bytes = b""
    entries: dict[bytes, bytes] = field(default_factory=dict)
    holdings: Holdings = field(default_factory=Holdings)


class RedisHolds:
    """The port `booking.holds.Holds`; `redis` answers within its own timeout and is closed with this."""

    def __init__(
        self,
        redis: Redis,
        clock: Clock,
        ids: Ids,
        on_event: Callable[[str], None] = lambda event: None,
        prefix: str = "gw:hold",
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._ids = ids
        self._on_event = on_event
        self._prefix = prefix
        self._place = redis.register_script(_PLACE)
        self._drop = redis.register_script(_DROP)
        self._others = redis.register_script(_OTHERS)
        self._seen: dict[str, _Seen] = {}
        self._shown = HoldBook()
        self._rest_until = float("-inf")

    async def place(
        self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime, *, line: str, most: int
    ) -> None:
        await self._shown.remember(company_id, call_id, offers, now)
        times = [held_time(offer) for offer in offers[: min(MAX_OFFERS, most)]]
        keys = [*self._keys(company_id, call_id), self._key(company_id, "line", line)]
        entry = _entry_text(times, now, line)
        shown = _shown_text(offers, now)
        args: list[Any] = [
            call_id,
            _milliseconds(now),
            _TTL,
            most,
            len(times),
            entry,
            self._ids.new_id(),
            shown,
            _MEMORY,
        ]
        await self._reached(lambda: self._place(keys=keys, args=args), None)

    async def remember(self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime) -> None:
        await self._shown.remember(company_id, call_id, offers, now)
        args: list[Any] = [call_id, self._ids.new_id(), _TTL, _shown_text(offers, now), _MEMORY]
        await self._reached(lambda: self._drop(keys=self._keys(company_id, call_id), args=args), None)

    async def others(self, company_id: str, call_id: str, now: datetime) -> HeldTimes:
        seen = self._seen.setdefault(company_id, _Seen())
        keys = [self._key(company_id, "held"), self._key(company_id, "stamp")]
        said: Any = await self._reached(lambda: self._others(keys=keys, args=[seen.stamp]), [b""])
        if not said[0]:
            self._seen.pop(company_id, None)
            return HeldTimes(now, {})
        if len(said) > 1:
            _learn(seen, said[0], dict(zip(said[1][::2], said[1][1::2], strict=True)))
        return seen.holdings.others(call_id, now)

    async def offer(self, company_id: str, call_id: str, token: str, now: datetime) -> Offer | None:
        text: Any = await self._reached(lambda: self._redis.get(self._key(company_id, "offers", call_id)), None)
        shown = None if text is None else _read_shown(text, now)
        if shown is None:  # flushed, or out of reach: whoever made them may be this very process
            return await self._shown.offer(company_id, call_id, token, now)
        return named(shown, token)

    async def release(self, company_id: str, call_id: str) -> None:
        args: list[Any] = [call_id, self._ids.new_id(), _TTL, "", _MEMORY]
        await self._reached(lambda: self._drop(keys=self._keys(company_id, call_id), args=args), None)

    async def problem(self) -> str | None:
        """One line for the operator when Redis does not answer."""
        if await self._reached(self._redis.ping, False):
            return None
        return "does not answer; is GATEWAY_REDIS_URL right and the server up?"

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    def _keys(self, company_id: str, call_id: str) -> list[str]:
        return [
            *(self._key(company_id, name) for name in ("held", "due", "stamp")),
            self._key(company_id, "offers", call_id),
        ]

    def _key(self, company_id: str, *names: str) -> str:
        # The braces keep a company's keys on one node of a cluster.
        return ":".join((self._prefix, f"{{{company_id}}}", *names))

    async def _reached(self, ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """What Redis says, or `otherwise` while it is out of reach."""
        if self._clock.monotonic() < self._rest_until:
            return otherwise
        try:
            return await ask()
        except (RedisError, OSError, TimeoutError):
            self._rest_until = self._clock.monotonic() + REST_SECONDS
            self._on_event(UNREACHABLE)
            return otherwise


def _learn(seen: _Seen, stamp: bytes, entries: dict[bytes, bytes]) -> None:
    """Bring the added-up holds from the entries known to the entries read."""
    for call in seen.entries.keys() - entries.keys():
        seen.holdings.drop(call.decode())
    for call, text in entries.items():
        if seen.entries.get(call) != text:
            times, placed_at, line = _read_entry(text)
            # Redis has already seen to how much a line may hold.
            seen.holdings.hold(call.decode(), times, placed_at, line=line, most=_ANY_NUMBER)
    seen.stamp, seen.entries = stamp, entries


# -- as text ---------------------------------------------------------------------------------------------------------


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _instant(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _entry_text(times: Sequence[HeldTime], placed_at: datetime, line: str) -> str:
    spans = [[[who, _milliseconds(part.start), _milliseconds(part.end)] for who, part in time] for time in times]
    return json.dumps({"l": line, "p": _milliseconds(placed_at), "t": spans}, separators=(",", ":"))


def _read_entry(text: bytes) -> tuple[list[HeldTime], datetime, str]:
    entry = json.loads(text)
    times: list[HeldTime] = [
        [(who, Interval(_instant(low), _instant(high))) for who, low, high in time] for time in entry["t"]
    ]
    return times, _instant(entry["p"]), entry["l"]


def _shown_text(offers: Sequence[Offer], at: datetime) -> str:
    shown = {"at": _milliseconds(at), "offers": [_offer_values(offer) for offer in offers[:MAX_OFFERS]]}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def _read_shown(text: bytes, now: datetime) -> list[Offer] | None:
    """The offers in `text`; None when their time is over, or another version wrote them in another form."""
    try:
        shown = json.loads(text)
        if now >= _instant(shown["at"]) + HOLD_TTL + OFFER_MEMORY:
            return None
        return [_offer(values) for values in shown["offers"]]
    except (ValueError, KeyError, TypeError):
        return None


def _offer_values(offer: Offer) -> dict[str, Any]:
    phases = [
        {
            "kind": phase.kind.value,
            "key": phase.key,
            "staff_id": phase.staff_id,
            "start": phase.start.isoformat(),
            "end": phase.end.isoformat(),
            "staff_required": phase.staff_required,
            "blocks": phase.blocks,
            "segment": phase.segment,
        }
        for phase in offer.assignment.phases
    ]
    return {
        "token": offer.token,
        "service_id": offer.service_id,
        "start": offer.start.isoformat(),
        "end": offer.end.isoformat(),
        "staff": list(offer.assignment.staff),
        "phases": phases,
        "price_cents": offer.price_cents,
        "policy_version": offer.policy_version,
        "reason": offer.reason.value,
        "merits": [merit.value for merit in offer.merits],
        "staff_wished": offer.staff_wished,
    }


def _offer(values: Mapping[str, Any]) -> Offer:
    start, end = datetime.fromisoformat(values["start"]), datetime.fromisoformat(values["end"])
    phases = tuple(
        Phase(
            **{
                **phase,
                "kind": PhaseKind(phase["kind"]),
                "start": datetime.fromisoformat(phase["start"]),
                "end": datetime.fromisoformat(phase["end"]),
            }
        )
        for phase in values["phases"]
    )
    return Offer(
        token=values["token"],
        service_id=values["service_id"],
        start=start,
        end=end,
        assignment=Assignment(start, end, tuple(values["staff"]), phases),
        price_cents=values["price_cents"],
        policy_version=values["policy_version"],
        reason=Why(values["reason"]),
        merits=tuple(Merit(merit) for merit in values["merits"]),
        staff_wished=values["staff_wished"],
    )
