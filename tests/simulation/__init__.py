"""Whole-system simulation: the real application against a seeded world, with invariants checked from outside.

What is real: the tools and the dispatcher's way from a request to its answer, booking, moving and cancelling, the saga,
its runner and its answers, the Cal.com client and adapter, the reconciler, the webhooks' inbox, the worker's two loops,
and the store's transactions over SQLite with the production migrations, constraints and triggers (`memory`).

What is simulated: time (`VirtualClock`), Cal.com behind the same HTTP surface with every fault of its own, the phone
platform with its repeats, people who book past us, processes that die, stall and come back, a database that is busy or
loses an acknowledgement, and a Redis that forgets (`plan`, `world`).

How it runs: coroutines are driven by hand (`scheduler`). Whoever could go on is put in one list, and the seed picks.
A kill leaves its coroutines where they stand; what they sent is on its way all the same. After every commit I1, I7 and
I9 are checked, at every answer I4, and after the faults are off and everything has come to rest all of I1-I11
(`invariants`). Three schedules in ten run without reconciler, webhooks and people: what the one mends must not hide
what the other broke. The same seed takes the same steps.

    memory      the store port over one in-memory SQLite, a savepoint per unit of work
    quick       statements to SQLite without an engine around them; sketch: statements that are made anew each time
    straight    requests to Cal.com without the HTTP library between (none of the three changes a schedule: a test)
    scheduler   processes, tasks, kills, pauses, and where each task stands
    salon       two companies that share every id; prepared: made once, by the code that does it in life
    plan        what a seed asks for, as a value; shrink: a smaller one that breaks the same
    house       the application, wired as `app.py` and `remote.py` wire it
    world       one schedule from the first ring to rest
    invariants  the judge; reads rows by SQL of its own
    crashes     a crash at every await point x every single fault, held against the source's own awaits
    meddling    what people and old backups do to either side
    bank        planted bugs as patches; mutants: the hunt for them
    runner      many seeds over the cores at hand

`python -m tests.simulation --help`, `make simulate`, `make mutants`; counts stand in `docs/simulation.md`.
"""
