"""`gateway check`: mistakes in the settings and in every salon's configuration, listed with service and field; and
sealed values that no configured secret opens."""

from __future__ import annotations

import json
from dataclasses import asdict
from os import environ

from rich.console import Console
from rich.table import Table

from gateway.booking.remote_findings import remote_findings
from gateway.booking.validation import Finding, salon_findings
from gateway.sealed import unreadable
from gateway.secretbox import secret_box
from gateway.settings import load_settings, misspelled
from gateway.storage.inspect import read_salons, read_sealed


async def run_check(*, as_json: bool) -> int:
    """Print every finding; 0 when there is none, 1 otherwise. Raises SettingsError for a wrong setting."""
    settings = load_settings()
    salons = await read_salons(settings.database_url)
    found = [
        ("-", Finding(None, name, f"is no setting; is {meant} meant?")) for name, meant in misspelled(environ).items()
    ]
    found += [
        (salon.name, finding) for salon in salons for finding in (*salon_findings(salon), *remote_findings(salon))
    ]
    secrets = settings.installation_secrets
    broken = unreadable(await read_sealed(settings.database_url), secret_box(secrets) if secrets else None)
    found += [(bad.value.company_id, Finding(None, f"secret {bad.name}", bad.why)) for bad in broken]
    if as_json:
        print(json.dumps([{"salon": name, **asdict(finding)} for name, finding in found], ensure_ascii=False))
    else:
        _print(found, len(salons))
    return 1 if found else 0


def _print(found: list[tuple[str, Finding]], salons: int) -> None:
    console = Console()
    if not salons:
        console.print("There is no salon in this database: every call will be answered with `unavailable`.")
    if not found:
        console.print(f"No findings in {salons} salon(s).")
        return
    table = Table(title=f"{len(found)} finding(s) in {salons} salon(s)")
    for heading in ("salon", "service", "field", "finding", "severity"):
        table.add_column(heading, overflow="fold")
    for name, finding in found:
        table.add_row(name, finding.service_id or "-", finding.field, finding.message, str(finding.severity))
    console.print(table)
