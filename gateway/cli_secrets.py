"""`gateway secrets`: the installation's own secret."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[[Callable[[], int]], None]
"""Runs a command's work and ends the process with its exit code."""


def secrets_commands(run: Run) -> typer.Typer:
    """The sub-application; `run` is the command line's way to guard and to exit."""
    secrets = typer.Typer(help="The installation's own secret.", no_args_is_help=True)

    @secrets.callback()
    def group() -> None:
        """The installation's own secret."""

    @secrets.command()
    def rotate(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False) -> None:
        """Seal everything anew with GATEWAY_SECRET_KEY; GATEWAY_SECRET_KEYS_OLD names what it was sealed with."""
        from gateway.rotate import run_rotation

        run(lambda: asyncio.run(run_rotation(as_json=as_json)))

    return secrets
