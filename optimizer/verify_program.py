"""What the verifier's program holds: columns, rows, and the columns that stages add up."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Program:
    """Rows low <= weights x <= high over whole columns; None: a side that is open.

    met, units      need -> column: whether it is met, units delivered where a part is enough
    used, helped    stock -> column of its direct use, recipient -> column: has a need met
    scores_by_need  need -> columns that give to it -> points (or costs) per unit, where not 0
    """

    low: list[int]
    high: list[int]
    rows: list[dict[int, int]] = field(default_factory=list)
    row_low: list[int | None] = field(default_factory=list)
    row_high: list[int | None] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    helped: dict[str, int] = field(default_factory=dict)
    scores_by_need: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def scores(self) -> dict[int, int]:
        """Points (or costs) per unit of every column that gives some."""
        return {j: score for own in self.scores_by_need.values() for j, score in own.items()}

    def add(self, weights: dict[int, int], low: int | None, high: int | None) -> None:
        """One more row."""
        self.rows.append(weights)
        self.row_low.append(low)
        self.row_high.append(high)
