"""Score the staff resolver on the open samples."""

from tests.evaluation import adapters
from tests.evaluation.choices import score
from tests.evaluation.report import Report, lines


def report() -> Report:
    """Score every open case; raises FileNotFoundError where the samples are absent."""
    goals = {"exact": 0.95, "confidently_wrong": 0.005}
    return score("staff", adapters.staff, "staff", lines("staff.dev.jsonl"), goals)
