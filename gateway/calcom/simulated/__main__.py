"""`python -m gateway.calcom.simulated --port 5555`: a Cal.com to try things against, with three people in it.

It can be made to hang for some of them: `curl -X PUT localhost:5555/simulated/silent -d '["emma"]'`, and `[]` to end it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import threading
from collections.abc import Sequence

from gateway.calcom.simulated.app import LocalServer
from gateway.calcom.simulated.faults import Faults, Odds, ScriptedFaults, SeededFaults
from gateway.calcom.simulated.service import SimulatedCalcom

PEOPLE = ("emma", "fabian", "oliver")


def populated(service: SimulatedCalcom, people: Sequence[str] = PEOPLE) -> dict[str, str]:
    """Users with their keys, by user name; by default the people of the demo."""
    return {name: service.world.add_user(name, key=f"cal_demo_{name}").key for name in people}


def main() -> None:
    parser = argparse.ArgumentParser(prog="gateway.calcom.simulated", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0, help="share of writes that meet a fault, 0 to 1")
    parser.add_argument("--latency", type=float, default=0.2, help="seconds each request takes")
    parser.add_argument("--people", default=",".join(PEOPLE), help="user names, comma separated")
    options = parser.parse_args()
    faults: Faults = ScriptedFaults()
    if options.faults > 0:
        dice = random.Random(options.seed)  # noqa: S311 (a seed must replay; nothing secret comes of it)
        faults = SeededFaults(dice, Odds(call=options.faults, read=options.faults / 3))
    service = SimulatedCalcom(seed=options.seed, faults=faults, latency_seconds=options.latency)
    keys = populated(service, options.people.split(","))
    with LocalServer(service, port=options.port) as url:
        lines = [f"simulated Cal.com at {url}", *(f"  {name:8} Authorization: Bearer {keys[name]}" for name in keys)]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
