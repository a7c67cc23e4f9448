"""The one HTTP client: what it never does on its own."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import gateway
from gateway._http import DEADLINE, DeadlineTransport, httpx, new_client


def test_only_one_module_imports_the_library() -> None:
    """Its maintained continuation can take its place in one line."""
    root = Path(gateway.__file__).parent
    importers = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            if any(name.split(".")[0] in ("httpx", "httpx2") for name in names):
                importers.add(str(file.relative_to(root)))
    assert importers == {"_http.py"}


def test_its_logger_is_silent_below_a_warning() -> None:
    """At INFO the library would write every URL, and our URLs hold uids."""
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore").isEnabledFor(logging.INFO)


async def test_environment_redirects_and_compression_are_left_alone() -> None:
    """No proxy or netrc of the machine, no redirect followed, nothing compressed asked for."""
    seen: list[httpx.Request] = []

    class Inner(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return httpx.Response(302, headers={"location": "https://other.example/"}, content=b"x")

    client = new_client(DeadlineTransport(Inner()))
    answer = await client.get("https://one.example/", extensions={DEADLINE: 1.0})
    await client.aclose()
    assert (answer.status_code, answer.content, len(seen)) == (302, b"x", 1)
    assert seen[0].headers["accept-encoding"] == "identity"
    assert client.trust_env is False
