"""The figures of the page, and what they must reach."""

import dataclasses
import statistics


@dataclasses.dataclass
class Figure:
    """A row of the result."""

    title: str
    values: list
    unit: str
    # The most that the value may be, or the least where `is_least`; None where there is no goal.
    goal: float | None = None
    is_least: bool = False
    # Which of the values has to reach the goal: the median, or the largest.
    of: str = "median"

    @property
    def is_reached(self):
        if self.goal is None:
            return True
        value = statistics.median(self.values) if self.of == "median" else max(self.values)
        return value >= self.goal if self.is_least else value <= self.goal


def row(figure):
    """Returns the row of a figure in Markdown: the median with the smallest and the largest value."""
    values = figure.values
    value = statistics.median(values)
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    spread = f" ({min(values):,.3g}–{max(values):,.3g}, of {len(values)})" if len(values) > 1 else ""
    goal = "–" if figure.goal is None else f"{'≥' if figure.is_least else '≤'} {figure.goal:,}"
    reached = "–" if figure.goal is None else "yes" if figure.is_reached else "**no**"
    return f"| {figure.title} | {f'{text} {figure.unit}'.strip()}{spread} | {goal} | {reached} |"
