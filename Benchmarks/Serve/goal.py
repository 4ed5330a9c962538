"""The figures of a benchmark and what they must reach."""

import dataclasses
import statistics
from collections.abc import Callable


@dataclasses.dataclass
class Goal:
    """A row of the result."""

    key: str
    title: str
    unit: str
    # Whether Roost's figure and the ratio (Roost's figure / the other's, by run) reach the goal, both medians; and the goal in words.
    reached: Callable
    words: str
    # The other's name.
    other: str = "llama-server"


def finite(values):
    return [value for value in values if value is not None]


def row(goal, ours, theirs):
    """Returns the cells of a goal from the values of all runs; and whether it is reached."""
    ours, pairs = finite(ours), [(a, b) for a, b in zip(ours, theirs) if a is not None and b is not None]
    ratios = [mine / other if other else float("inf") for mine, other in pairs]
    ratio = statistics.median(ratios) if ratios else None
    median = statistics.median(ours) if ours else None
    is_reached = median is not None and bool(goal.reached(median, ratio))
    cells = [
        goal.title, shown(ours, goal.unit), f"{goal.other}: {shown(finite(theirs), goal.unit)}" if finite(theirs) else "–",
        "–" if ratio is None else f"{ratio:.3g} ({min(ratios):.3g}–{max(ratios):.3g})", goal.words, "yes" if is_reached else "**no**",
    ]
    return cells, is_reached


def shown(values, unit):
    """Returns the median with the smallest and the largest value."""
    if not values:
        return "not measured"
    text = f"{statistics.median(values):.4g} {unit}".strip()
    return text if len(values) == 1 else f"{text} ({min(values):.3g}–{max(values):.3g})"
