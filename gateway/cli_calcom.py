"""`gateway calcom ...` and `gateway worker`: what an operator types about the second calendar."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[[Callable[[], int]], None]
"""Runs a command's work and ends the process with its exit code."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

Company = Annotated[str | None, typer.Option("--company", help="Only this company.")]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Where Cal.com reaches this gateway; default GATEWAY_BASE_URL.")
]
OneCompany = Annotated[str, typer.Option("--company", help="The company's id.")]


def calcom_commands(run: Run) -> typer.Typer:
    """The sub-application; `run` is the command line's way to guard and to exit."""
    calcom = typer.Typer(help="The second calendar.", no_args_is_help=True)

    @calcom.command()
    def connect(
        company: OneCompany,
        slug: Annotated[str, typer.Option(help="The company's name in its webhook address.")],
        sink_domain: Annotated[
            str, typer.Option(help="A domain of yours that swallows mail: further segments' guests.")
        ],
        address: Annotated[str, typer.Option(help="Where the salon is, as event types name it.")],
        team: Annotated[int | None, typer.Option(help="Layout B: the team whose admin's key acts for all.")] = None,
        book_on_outage: Annotated[str, typer.Option(help="pending or refuse")] = "pending",
        change_on_outage: Annotated[str, typer.Option(help="refuse or queue")] = "refuse",
        base_url: BaseUrl = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
        as_json: Json = False,
    ) -> None:
        """Let a company live in Cal.com and subscribe its webhook there. Prints the new webhook secret, once."""
        from gateway import operate_calcom

        options = operate_calcom.Connection(
            company, slug, sink_domain, address, team, book_on_outage, change_on_outage, base_url
        )
        run(lambda: asyncio.run(operate_calcom.connect(options, dry_run=dry_run, as_json=as_json)))

    @calcom.command()
    def key(
        company: OneCompany,
        staff: Annotated[str | None, typer.Option(help="The staff member's id; none: the team admin's key.")] = None,
        host: Annotated[int | None, typer.Option(help="Layout B: the staff member's Cal.com user id.")] = None,
        base_url: BaseUrl = None,
        as_json: Json = False,
    ) -> None:
        """Set a Cal.com key, read from standard input (never from the command line), after trying it; subscribe its
        owner's webhook."""
        from gateway import operate_calcom

        api_key = "" if host is not None else _secret_line("API key")
        setting = operate_calcom.set_key(company, staff, host, api_key, base_url=base_url, as_json=as_json)
        run(lambda: asyncio.run(setting))

    @calcom.command()
    def sync(
        service: Annotated[str | None, typer.Option("--service", help="Only this service.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
        company: Company = None,
        as_json: Json = False,
    ) -> None:
        """Make, change, adopt and delete event types until they are what the salon sells."""
        from gateway import operate_calcom

        run(lambda: asyncio.run(operate_calcom.sync(company, service, dry_run=dry_run, as_json=as_json)))

    @calcom.command()
    def drift(company: Company = None, as_json: Json = False) -> None:
        """Say which event types are missing, changed or foreign, and whose webhook is; what differs is not booked until
        it is healed."""
        from gateway import operate_calcom

        run(lambda: asyncio.run(operate_calcom.drift(company, as_json=as_json)))

    @calcom.command()
    def status(company: Company = None, as_json: Json = False) -> None:
        """Say how everybody stands, without asking Cal.com: keys, bookable event types, changes under way."""
        from gateway import operate_calcom

        run(lambda: asyncio.run(operate_calcom.status(company, as_json=as_json)))

    return calcom


def _secret_line(prompt: str) -> str:
    """One line from standard input; asked for, and not shown, where a person sits at it."""
    if sys.stdin.isatty():
        return str(typer.prompt(prompt, hide_input=True)).strip()
    line = sys.stdin.readline().strip()
    if not line:
        typer.echo("gateway: no key on standard input", err=True)
        raise typer.Exit(2)
    return line


def add_worker(app: typer.Typer, run: Run) -> None:
    """`gateway worker` beside `serve`, for PostgreSQL."""

    @app.command()
    def worker() -> None:
        """Carry on unfinished bookings, follow Cal.com, deliver letters, until stopped."""
        from gateway.operate_calcom import work

        run(lambda: asyncio.run(work()))
