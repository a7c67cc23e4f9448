"""Score the service resolver on the open samples."""

from tests.evaluation import adapters
from tests.evaluation.choices import score
from tests.evaluation.report import Report, lines


def report() -> Report:
    """Score every open case; raises FileNotFoundError where the samples are absent."""
    goals = {"exact": 0.85, "exact_or_asked": 0.95, "confidently_wrong": 0.01}
    return score("services", adapters.services, "services", lines("services.dev.jsonl"), goals)
