"""The generated mock, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.calcom.contract import NO_PRISM, PRISM, running_prism


@pytest.fixture(scope="session")
def prism() -> Iterator[str]:
    """A Prism mock of Cal.com's contract; skipped where there is no Prism."""
    if not PRISM:
        pytest.skip(NO_PRISM)
    with running_prism() as url:
        yield url
