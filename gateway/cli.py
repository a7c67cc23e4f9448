"""`gateway`: what an operator types. Heavy imports stay inside the commands, so that `--help` is instant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from gateway.cli_calcom import add_worker, calcom_commands
from gateway.cli_secrets import secrets_commands
from gateway.errors import GatewayError, SettingsError, StoreUnavailable

OK: Final = 0
FINDINGS: Final = 1
MISUSE: Final = 2
# No salon is open at the ends of the calendar, and arithmetic with days stops there.
MIN_YEAR: Final = 2000
MAX_YEAR: Final = 2100

app = typer.Typer(
    name="gateway",
    help="The phone line of a small salon: signed tool calls in, one spoken sentence out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(secrets_commands(lambda work: _exit(_guarded(work))), name="secrets")
app.add_typer(calcom_commands(lambda work: _exit(_guarded(work))), name="calcom")
add_worker(app, lambda work: _exit(_guarded(work)))

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running and print a signed curl.")] = False,
    port: Annotated[int, typer.Option(help="Port for the demo server; 0 picks a free one.", min=0, max=65535)] = 0,
    calcom: Annotated[bool, typer.Option("--calcom", help="With a simulated Cal.com as second calendar.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Also draw the screen into this SVG file.")] = None,
    as_json: Json = False,
) -> None:
    """Four phone calls against the real server on an embedded database, then the day as a picture."""
    if svg is not None and (svg.is_dir() or not svg.absolute().parent.is_dir()):
        _fail(f"--svg: {svg} is no file that can be written")
    from gateway.demo.play import play

    _exit(_guarded(lambda: asyncio.run(play(keep=keep, port=port, as_json=as_json, calcom=calcom, svg=svg))))


@app.command()
def serve(
    port: Port = 8080,
    host: Host = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo", help="Serve the demo salon.")] = False,
    now: Annotated[
        str | None, typer.Option(help="With --demo: the salon's wall clock at start, e.g. 2025-10-24T09:00.")
    ] = None,
) -> None:
    """Answer calls until stopped; calls in flight are finished first."""
    if now is not None and not demo:
        _fail("--now moves the domain's clock and is allowed with --demo only")
    from gateway.serve import serve as run

    _exit(_guarded(lambda: run(host=host, port=port, demo=demo, now=_wall_clock(now))))


@app.command()
def check(as_json: Json = False) -> None:
    """Look for mistakes in settings and in every salon's configuration."""
    from gateway.check import run_check

    _exit(_guarded(lambda: asyncio.run(run_check(as_json=as_json))))


@db.command("upgrade")
def db_upgrade(as_json: Json = False) -> None:
    """Bring the database to this version's schema."""

    def run() -> int:
        from gateway.settings import load_settings
        from gateway.storage.migrate import head, upgrade

        upgrade(load_settings().database_url)
        _say({"revision": head()}, f"The database is at revision {head()}.", as_json)
        return OK

    _exit(_guarded(run))


def _wall_clock(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _fail(f"--now: {text!r} is no date and time like 2025-10-24T09:00")
    if not MIN_YEAR <= moment.year <= MAX_YEAR:
        _fail(f"--now: the year must lie between {MIN_YEAR} and {MAX_YEAR}")
    return moment


def _guarded(run: Callable[[], int]) -> int:
    """Expected failures as one plain line; a bug keeps its traceback."""
    try:
        return run()
    except SettingsError as error:
        _fail(str(error))
    except StoreUnavailable as error:
        _fail(f"GATEWAY_DATABASE_URL: {error}")
    except GatewayError as error:
        _fail(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        return OK


def _say(facts: object, sentence: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence)


def _fail(line: str) -> NoReturn:
    typer.echo(f"gateway: {line}", err=True)
    raise typer.Exit(MISUSE)


def _exit(code: int) -> NoReturn:
    raise typer.Exit(code)


def main() -> None:
    """The console script."""
    app()
