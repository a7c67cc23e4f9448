"""A day of the salon as a coloured timeline: one row per person, gaps open, and who uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

from gateway.booking.model import Appointment, Phase, Salon, StaffMember
from gateway.booking.timeline import open_hours, resolve

COLOURS: Final = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "bright_magenta")
CELL_MINUTES: Final = 10
_NAME_WIDTH: Final = 8
# rich asks the web for a font; whoever looks at a picture should not be seen doing so.
_WEB_FONT: Final = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment with the name to print beside it."""

    appointment: Appointment
    name: str


def save_screen(console: Console, file: Path, *, title: str) -> None:
    """What a recording `console` showed, as an SVG file that loads nothing from elsewhere."""
    drawn = console.export_svg(title=title, theme=DEFAULT_TERMINAL_THEME)
    file.write_text(_WEB_FONT.sub("", drawn), encoding="utf-8")


def draw_day(console: Console, salon: Salon, day: date, bookings: Sequence[Booking]) -> None:
    """Print `day`: full blocks are work, shaded ones waiting time in which the person is free for others."""
    hours = open_hours(salon, day)
    if not hours:
        return
    opens, closes = hours[0][0], hours[-1][1]
    colours = {b.appointment.id: COLOURS[i % len(COLOURS)] for i, b in enumerate(bookings)}
    start = resolve(day, opens, salon.tz)
    cells = (closes - opens) // CELL_MINUTES
    console.print(_ruler(opens, closes))
    for member in salon.staff:
        console.print(_row(member, start, cells, bookings, colours))
    console.print()
    for booking in bookings:
        console.print(_legend(salon, booking, bookings, colours[booking.appointment.id]))


def _ruler(opens: int, closes: int) -> Text:
    text = Text(" " * (_NAME_WIDTH + 1), style="dim")
    for minute in range(opens, closes, 60):
        text.append(f"{minute // 60:02d}".ljust(60 // CELL_MINUTES))
    return text


def _row(
    member: StaffMember, start: datetime, cells: int, bookings: Sequence[Booking], colours: Mapping[str, str]
) -> Text:
    text = Text(member.first_name[:_NAME_WIDTH].ljust(_NAME_WIDTH) + " ", style="bold")
    for cell in range(cells):
        at = start + timedelta(minutes=cell * CELL_MINUTES)
        text.append(*_cell(member.id, at, bookings, colours))
    return text


def _cell(staff_id: str, at: datetime, bookings: Sequence[Booking], colours: Mapping[str, str]) -> tuple[str, str]:
    """Work covers waiting time: whoever uses a gap is drawn over it."""
    until = at + timedelta(minutes=CELL_MINUTES)
    found = [
        (phase, booking)
        for booking in bookings
        for phase in booking.appointment.phases
        if phase.staff_id == staff_id and phase.start < until and phase.end > at
    ]
    working = [pair for pair in found if pair[0].blocks]
    if working:
        return "█", colours[working[0][1].appointment.id]
    if found:
        return "░", colours[found[0][1].appointment.id]
    return "·", "dim"


def _legend(salon: Salon, booking: Booking, bookings: Sequence[Booking], colour: str) -> Text:
    appointment = booking.appointment
    parts = ", ".join(_clock(salon, phase) for phase in appointment.segments)
    text = Text("██ ", style=colour)
    text.append(f"{booking.name}: {appointment.service_name} ", style="default")
    text.append(f"({parts})", style="dim")
    host = _gap_host(booking, bookings)
    if host is not None:
        text.append(f"  in der Wartezeit von {host.name}", style="italic")
    return text


def _gap_host(booking: Booking, bookings: Sequence[Booking]) -> Booking | None:
    """Whose waiting time this appointment uses, if any."""
    mine = booking.appointment
    for other in bookings:
        if other.appointment.id == mine.id:
            continue
        for phase in other.appointment.phases:
            if not phase.blocks and phase.staff_id in mine.staff_ids and phase.start <= mine.start < phase.end:
                return other
    return None


def _clock(salon: Salon, phase: Phase) -> str:
    start, end = phase.start.astimezone(salon.tz), phase.end.astimezone(salon.tz)
    return f"{start:%H:%M}-{end:%H:%M}"
