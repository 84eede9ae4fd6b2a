"""Positions of the bars of a chart, computed from plain numbers; macros draw them.

Across, positions are percentages of the width, so that a chart fills a phone and a sheet of paper
alike; down, they are in em, so that it grows with the reader's text size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LABEL_EM = 1.45  # a lane begins with its label
BAR_EM = 0.95
BAR_GAP_EM = 0.2
LANE_GAP_EM = 0.6
AXIS_EM = 1.7
COLUMNS_EM = 12.0
COLUMN_FILL = 0.72  # share of its step that a column fills
FULL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Share:
    """A share: ``part`` of ``whole``, both whole numbers. A share of 0 of 0 has no percentage."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """The whole percentage, rounded down, so that 100 means all; None for 0 of 0."""
        return FULL_PERCENT * self.part // self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """The needs met out of those that could be met in one committee.

    before   in the earlier months that count
    after    in this month
    """

    label: str
    before: Share
    after: Share


@dataclass(frozen=True, slots=True)
class SupplyDemandRow:
    """The amounts of a category: asked, offered and matched, all in its own ``unit``, a word."""

    label: str
    unit: str
    asked: int
    offered: int
    matched: int


@dataclass(frozen=True, slots=True)
class LoadRow:
    """The load of an organisation: the share of its pledge that it is asked to give."""

    label: str
    load: Share


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a lane: ``width`` in percent of the chart; ``top`` and ``height`` in em."""

    series: int
    width: float
    top: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a lane chart: label, bars and figures."""

    label: str
    text: str
    baseline: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class LaneChart:
    """Horizontal bars in lanes, one below the other."""

    lanes: tuple[Lane, ...]
    height: float
    plot_height: float


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One column of a chart: ``left`` and ``width`` in percent, ``top`` and ``height`` in em."""

    label: str
    percent: int
    left: float
    width: float
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Vertical columns side by side."""

    columns: tuple[ChartColumn, ...]
    height: float
    plot_height: float
    mean_percent: int
    mean_top: float


def build_coverage_chart(rows: Iterable[CoverageRow]) -> LaneChart:
    """Return one lane for each committee: earlier months as a frame, this month as a solid bar."""
    lanes = []
    for number, row in enumerate(rows):
        top = number * (LABEL_EM + BAR_EM + LANE_GAP_EM)
        bar_top = top + LABEL_EM
        bars = (
            Bar(0, row.before.percent or 0, bar_top, BAR_EM, ""),
            Bar(1, row.after.percent or 0, bar_top + BAR_EM / 4, BAR_EM / 2, ""),
        )
        lanes.append(Lane(row.label, format_percent(row.after), top + 1, bars))
    return _close(lanes, BAR_EM, AXIS_EM)


def build_supply_demand_chart(rows: Sequence[SupplyDemandRow]) -> LaneChart:
    """Return one lane for each category, with three bars; all lanes have the same scale."""
    largest = max((max(row.asked, row.offered, row.matched) for row in rows), default=0) or 1
    bars_em = 3 * (BAR_EM + BAR_GAP_EM)
    lanes = []
    for number, row in enumerate(rows):
        top = number * (LABEL_EM + bars_em + LANE_GAP_EM)
        bars = tuple(
            Bar(
                series,
                round(80 * value / largest, 2),  # the rest of the width holds the figure
                top + LABEL_EM + series * (BAR_EM + BAR_GAP_EM),
                BAR_EM,
                str(value),
            )
            for series, value in enumerate((row.asked, row.offered, row.matched))
        )
        lanes.append(Lane(f"{row.label} · {row.unit}", "", top + 1, bars))
    return _close(lanes, bars_em, axis_em=0)


def build_load_chart(rows: Iterable[LoadRow]) -> ColumnChart:
    """Return one column for each organisation that pledged something, busiest first."""
    pledged = [row for row in rows if row.load.whole]
    ordered = sorted(pledged, key=lambda row: (-row.load.part / row.load.whole, row.label))
    step = FULL_PERCENT / (len(ordered) or 1)
    columns = tuple(
        _place_column(row, number * step, step * COLUMN_FILL) for number, row in enumerate(ordered)
    )
    mean = sum(column.percent for column in columns) // (len(columns) or 1)
    return ColumnChart(columns, COLUMNS_EM + AXIS_EM, COLUMNS_EM, mean, _get_top(mean))


def format_percent(share: Share) -> str:
    """Return a share as ``84%``, or a dash for 0 of 0."""
    return "–" if share.percent is None else f"{share.percent}%"


def _place_column(row: LoadRow, left: float, width: float) -> ChartColumn:
    percent = row.load.percent or 0
    top = _get_top(percent)
    return ChartColumn(
        row.label, percent, round(left, 2), round(width, 2), top, round(COLUMNS_EM - top, 2)
    )


def _get_top(percent: int) -> float:
    return round(COLUMNS_EM * (1 - min(percent, FULL_PERCENT) / FULL_PERCENT), 2)


def _close(lanes: list[Lane], bars_em: float, axis_em: float) -> LaneChart:
    plot = len(lanes) * (LABEL_EM + bars_em + LANE_GAP_EM)
    return LaneChart(tuple(lanes), round(plot + axis_em, 2), round(plot, 2))
