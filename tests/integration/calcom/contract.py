"""Cal.com's published contract as a judge of requests and answers: a validator of the document made strict (an unknown
property is an error, as it is for bookings at Cal.com), and, where a Prism binary is installed (`PRISM_BIN` or on the
PATH; `npm install @stoplight/prism-cli`), the mock server it generates from the document.

The contract is read where it lies beside the project.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from gateway._http import httpx
from gateway.calcom.simulated.api import Request, Response

DOCUMENT = Path(__file__).resolve().parents[3].parent / "shared" / "calcom" / "openapi-v2.json"
NO_DOCUMENT = "Cal.com's contract is not beside this project"
PRISM = os.environ.get("PRISM_BIN") or shutil.which("prism")
NO_PRISM = "no Prism binary (npm: @stoplight/prism-cli) in PRISM_BIN or on the PATH"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return found


def strict(schema: Any) -> Any:
    """The same schema with every described object closed to properties it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


@cache
def spec() -> OpenAPI:
    """The contract with closed request bodies; answers are left open, because ours may say less and theirs more."""
    closed = copy.deepcopy(document())
    named = closed["components"]["schemas"]
    for name in reachable(closed):
        named[name] = strict(named[name])
    return OpenAPI.from_dict(closed)


def reachable(contract: Mapping[str, Any]) -> set[str]:
    """Names of the schemas that request bodies use, directly or through others."""
    found: set[str] = set()
    bodies = [
        operation["requestBody"]
        for methods in contract["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    todo = re.findall(r"#/components/schemas/([^\"]+)", json.dumps(bodies))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            text = json.dumps(contract["components"]["schemas"][name])
            todo.extend(re.findall(r"#/components/schemas/([^\"]+)", text))
    return found


class AsAsked:
    """One recorded request in the validator's terms."""

    def __init__(self, request: Request) -> None:
        self.host_url = "https://api.cal.com"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = request.headers.get("content-type", "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query), header=Headers(dict(request.headers)), cookie=ImmutableMultiDict()
        )


def template(request: Request) -> str:
    for pattern in document()["paths"]:
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), request.path):
            return str(pattern)
    raise AssertionError(request.path)


def check_answer(request: Request, answer: Response) -> None:
    """The body has the schema published for this status. OpenAPI 3.0's `nullable` is spelt out for the validator."""
    contract = nullable_spelt_out()
    published = contract["paths"][template(request)][request.method.lower()]["responses"][str(answer.status)]
    if "$ref" in published:
        published = contract["components"]["responses"][published["$ref"].rpartition("/")[2]]
    schema = {**published["content"]["application/json"]["schema"], "components": contract["components"]}
    problems = [error.message[:300] for error in Draft4Validator(schema).iter_errors(json.loads(answer.body))]
    assert problems == [], f"{request.method} {request.path}"


@cache
def nullable_spelt_out() -> dict[str, Any]:
    def spell(node: Any) -> Any:
        if isinstance(node, list):
            return [spell(item) for item in node]
        if not isinstance(node, dict):
            return node
        spelt = {key: spell(value) for key, value in node.items()}
        if spelt.pop("nullable", False) is True and isinstance(spelt.get("type"), str):
            spelt["type"] = [spelt["type"], "null"]
        return spelt

    result: dict[str, Any] = spell(document())
    return result


@contextlib.contextmanager
def running_prism() -> Iterator[str]:
    """A Prism mock of the contract on a free port, answering 400 with `sl-violations` to what does not match."""
    assert PRISM is not None, NO_PRISM
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PRISM, "mock", "--errors", "-h", "127.0.0.1", "-p", str(port), str(DOCUMENT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not listening(port):
            assert process.poll() is None and time.monotonic() < deadline, "Prism did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def judged(requests: Iterable[Request]) -> list[str]:
    """What the strict validator has against each of these requests; empty: nothing."""
    return [f"{r.method} {r.path}: {problem!r}" for r in requests if (problem := objection(r)) is not None]


def objection(request: Request) -> Exception | None:
    try:
        spec().validate_request(AsAsked(request))
    except Exception as problem:  # noqa: BLE001  # the validator's errors share no base of their own
        return problem
    return None


def replayed(requests: Iterable[Request], prism: str) -> list[str]:
    """What the generated mock has against each of these requests, sent as they were; empty: nothing."""
    refused: list[str] = []
    with httpx.Client(base_url=prism, trust_env=False) as http:
        for request in requests:
            query = f"?{urlencode(request.query)}" if request.query else ""
            sent = {name: value for name, value in request.headers.items() if name in SENT_ON}
            answer = http.request(request.method, request.path + query, content=request.body, headers=sent)
            violations = answer.headers.get("sl-violations")
            if not answer.is_success or violations is not None:
                refused.append(f"{request.method} {request.path}: {answer.status_code} {violations}")
    return refused


SENT_ON = ("authorization", "cal-api-version", "content-type")
