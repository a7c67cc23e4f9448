"""Time name matching: one similarity, and a search among 100,000 customers. Run: python -m benchmarks.names [customers]"""

import gc
import random
import sys
from time import perf_counter_ns

from gateway.auth.name_index import NameIndex
from gateway.auth.name_tables import SHORT_FORMS, WELL_KNOWN
from gateway.auth.names import similarity

GIVEN = sorted({full for names in SHORT_FORMS.values() for full in names} | set(SHORT_FORMS))
ENDINGS = ("", "", "", "mann", "er", "meier", "ski", "bach", "ow", "berg", "-Braun", "inger")
SEARCHES = 2_000


def customers(count: int, dice: random.Random) -> list[str]:
    """Names as unevenly spread as real ones: few are frequent (weight 1/rank), most are rare."""
    given_weights = [1 / (rank + 5) for rank in range(len(GIVEN))]
    surnames = [name + ending for name in sorted(WELL_KNOWN) for ending in ENDINGS]
    dice.shuffle(surnames)
    weights = [1 / (rank + 10) for rank in range(len(surnames))]
    firsts = dice.choices(GIVEN, given_weights, k=count)
    lasts = dice.choices(surnames, weights, k=count)
    return [f"{first.title()} {last.title()}" for first, last in zip(firsts, lasts, strict=True)]


def heard(name: str, dice: random.Random) -> str:
    """A name as it comes over the phone: turned round, said differently, or as it stands."""
    first, last = name.split(" ", 1)
    return dice.choice(
        (name, f"{last} {first}", f"Herr {name}", name.replace("ei", "ai"), name.replace("ö", "u"), name.lower())
    )


def quantiles(nanoseconds: list[int]) -> str:
    """p50, p99 and the worst, in milliseconds."""
    ordered = sorted(nanoseconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"p50 {p50 / 1e6:.3f} ms, p99 {p99 / 1e6:.3f} ms, max {ordered[-1] / 1e6:.3f} ms"


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    dice = random.Random(7)
    names = customers(count, dice)
    index: NameIndex[int] = NameIndex()
    started = perf_counter_ns()
    for key, name in enumerate(names):
        index.add(key, name)
    print(
        f"{count} customers, {len(set(names))} distinct names, indexed in {(perf_counter_ns() - started) / 1e9:.1f} s"
    )

    gc.collect()
    gc.freeze()  # as a server does once it has loaded: a full collection over the index would stop it for 50 ms
    took: list[int] = []
    found = 0
    for name in dice.choices(names, k=SEARCHES):
        question = heard(name, dice)
        started = perf_counter_ns()
        hits = index.search(question)
        took.append(perf_counter_ns() - started)
        found += any(hit.name == name for hit in hits)
    print(f"search: {quantiles(took)}; the customer was among the hits in {100 * found / SEARCHES:.1f} %")

    pairs = [(dice.choice(names), dice.choice(names)) for _ in range(20_000)]
    for title in ("first sight", "again"):
        took = []
        for stored, other in pairs:
            started = perf_counter_ns()
            similarity(stored, other)
            took.append(perf_counter_ns() - started)
        print(f"similarity, {title}: {quantiles(took)}")


if __name__ == "__main__":
    main()
