"""Morning or afternoon: what an hour between one and twelve means when nobody said (FORMAT convention 4)."""

from typing import Final

from gateway.speech.grammar.model import Clock, Context, Window

HALF_DAY: Final = 720
OPEN_FROM: Final = 8 * 60
OPEN_TO: Final = 20 * 60
"""The window callers mean without opening hours: 08:00-19:59."""


def settle(clock: Clock, context: Context, weekday: int | None) -> int:
    """Return the minute of the day of a clock reading; opening hours of that weekday decide, then 08:00-19:59."""
    if not clock.twelve:
        return clock.minute
    morning = clock.minute % HALF_DAY
    choices = [minute for minute in (morning, morning + HALF_DAY) if _open(minute, context, weekday)]
    if len(choices) == 1:
        return choices[0]
    return morning if morning >= OPEN_FROM else morning + HALF_DAY


def both_halves(clock: Clock, context: Context, weekday: int | None) -> bool:
    """Tell whether morning and evening are both real: around seven, unless opening hours hold just one of them."""
    morning = clock.minute % HALF_DAY
    choices = [minute for minute in (morning, morning + HALF_DAY) if _open(minute, context, weekday)]
    return 7 * 60 <= morning < OPEN_FROM and len(choices) != 1


def other_half(clock: Clock, minute: int) -> int:
    """Return the other reading of an open clock."""
    return (minute + HALF_DAY) % (2 * HALF_DAY) if clock.twelve else minute


def _open(minute: int, context: Context, weekday: int | None) -> bool:
    if not context.hours:
        return False
    days = [weekday] if weekday is not None else list(range(7))
    return any(start <= minute < end for day in days for start, end in context.hours.get(day, ()))


def settle_window(window: Window, context: Context, weekday: int | None) -> tuple[int | None, int | None]:
    """Return the bounds of a window in minutes of the day, the end after the start where any reading allows it."""
    lo = None if window.lo is None else settle(window.lo, context, weekday)
    hi = None if window.hi is None else settle(window.hi, context, weekday)
    if window.lo is None or window.hi is None or lo is None or hi is None or lo < hi:
        return lo, hi
    if window.hi.twelve and window.lo.twelve and other_half(window.lo, lo) < hi:
        return other_half(window.lo, lo), hi
    if window.hi.twelve and lo < other_half(window.hi, hi):
        return lo, other_half(window.hi, hi)
    if window.lo.twelve and other_half(window.lo, lo) < hi:
        return other_half(window.lo, lo), hi
    # "von 22 bis 2 Uhr": over midnight, and not through the next day.
    return lo, other_half(window.hi, hi) if (lo - hi) % (2 * HALF_DAY) < HALF_DAY else hi
