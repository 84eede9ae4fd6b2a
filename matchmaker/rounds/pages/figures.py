"""A run's figures as named rows for tables and charts, for staff and for the public.

The public rows hide small numbers, so that nobody can be identified.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.kinds import KINDS_IN_CHART
from matchmaker.models import Committee, OfferKind, Organisation, ServiceCategory, StatusKind
from matchmaker.rounds.freeze.entries import EntryShares
from matchmaker.rounds.memory.ledger import Coverage
from matchmaker.rounds.question.snapshot import CommitteeHistory
from matchmaker.rounds.solve.figures import NO_STATUS, Figures
from matchmaker.rounds.words.names import Names
from matchmaker.web.charts import CoverageRow, LoadRow, Share, SupplyDemandRow
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import get_unit_word, is_small, is_telling

_RANKS = "ranks"  # the kind of stage whose levels count contested needs
MOST_CATEGORIES = 12  # in one chart


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of needs: its name, and how many of the needs asked are met.

    ``code``: the value that filters by this group.
    """

    code: str
    label: str
    met: Share


def name_committees(subdistrict_id: int) -> dict[str, str]:
    """The names of the subdistrict's committees, keyed by code and in order of code."""
    query = select(Committee).where(Committee.subdistrict_id == subdistrict_id)
    return {row.code: get_name(row) for row in db.session.scalars(query.order_by(Committee.code))}


def read_names(subdistrict_id: int) -> Names:
    """The names of the subdistrict's committees and organisations, and of all categories."""
    committees = name_committees(subdistrict_id)
    categories = db.session.scalars(
        select(ServiceCategory)
        .where(ServiceCategory.parent_id.is_not(None))
        .order_by(ServiceCategory.position, ServiceCategory.code)
    ).all()
    organisations = db.session.scalars(
        select(Organisation)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .order_by(Organisation.sort_key, Organisation.code)
    )
    return Names(
        committees,
        {row.code: get_name(row) for row in categories},
        {row.code: get_name(row) for row in organisations},
        {row.code: row.unit for row in categories},
    )


def map_kinds() -> dict[str, OfferKind]:
    """The kind of offer by which each category is given, keyed by the category's code."""
    query = select(ServiceCategory.code, ServiceCategory.kind)
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_category_rows(figures: Figures, names: Names) -> list[GroupRow]:
    """Needs met of those asked in each category."""
    return _list_groups(figures.by_category, names.categories)


def list_committee_rows(figures: Figures, names: Names) -> list[GroupRow]:
    """Needs met of those asked in each committee."""
    return _list_groups(figures.by_committee, names.committees)


def list_status_rows(figures: Figures, no_status: str) -> list[GroupRow]:
    """Needs met of those asked, by recipient status; ``no_status`` names the group without one."""
    labels = {kind.value: str(get_label(kind)) for kind in StatusKind}
    return _list_groups(figures.by_status, {**labels, NO_STATUS: no_status})


def list_plain_rows(counts: Mapping[str, Coverage], name: Callable[[str], str]) -> list[GroupRow]:
    """Groups whose code is a number, such as an urgency, by this number; ``name`` names each."""
    return _list_groups(counts, {code: name(code) for code in sorted(counts)})


def list_coverage(
    figures: Figures, history: Iterable[CommitteeHistory], names: Names
) -> list[CoverageRow]:
    """Needs met of those possible, by committee: in the earlier months that count, and in this one.

    Under the second policy only needs that several committees competed for count.
    """
    earlier = {row.committee: Share(row.received, row.possible) for row in history}
    now = {code: Share(row.met, row.possible) for code, row in figures.by_committee.items()}
    if any(stage.kind == _RANKS for stage in figures.stages):
        now = {code: Share(row.met, row.open) for code, row in figures.contests.items()}
    return [
        CoverageRow(label, earlier.get(code, Share(0, 0)), now[code])
        for code, label in names.committees.items()
        if code in now
    ]


def list_loads(figures: Figures, names: Names) -> list[LoadRow]:
    """Units used of those pledged, by organisation."""
    return [
        LoadRow(label, Share(load.used, load.pledged))
        for code, label in names.organisations.items()
        if (load := figures.by_organisation.get(code))
    ]


def list_supply(figures: Figures, names: Names) -> list[SupplyDemandRow]:
    """Units asked, offered and given in the categories most asked for, at most ``MOST_CATEGORIES``.

    Only categories whose units fit one chart are included.
    """
    charted = _list_charted_categories()
    counts = {code: row for code, row in figures.supply.items() if code in charted}
    most_asked = sorted(counts, key=lambda code: (-counts[code].asked, code))[:MOST_CATEGORIES]
    return [
        SupplyDemandRow(
            names.categories[code],
            str(get_unit_word(names.units[code])),
            counts[code].asked,
            counts[code].offered,
            counts[code].given,
        )
        for code in most_asked
        if code in names.categories
    ]


def _list_charted_categories() -> set[str]:
    query = select(ServiceCategory.code).where(ServiceCategory.kind.in_(KINDS_IN_CHART))
    return set(db.session.scalars(query))


def _list_groups(counts: Mapping[str, Coverage], labels: dict[str, str]) -> list[GroupRow]:
    return [
        GroupRow(code, label, Share(counts[code].met, counts[code].asked))
        for code, label in labels.items()
        if code in counts
    ]


# Public rows.


@dataclass(frozen=True, slots=True)
class PublicRow:
    """A row of the public tables; ``met`` is None if the row is hidden."""

    label: str
    met: Share | None


def hide_small_groups(rows: Sequence[GroupRow]) -> list[PublicRow]:
    """Hide rows in which the needs asked, met or not met are from one to four.

    A reader could compute a single hidden row from the total, or learn much from a small sum of
    hidden rows. So the smallest other rows are hidden, too, until neither is possible.
    """
    hidden = {row.code for row in rows if _is_telling(row.met)}
    for row in sorted(rows, key=lambda row: (row.met.whole, row.code)):
        if hidden and _can_be_found(rows, hidden):
            hidden.add(row.code)
    return [PublicRow(row.label, None if row.code in hidden else row.met) for row in rows]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A committee's counts for the public; ``shares`` is None if the row is hidden."""

    label: str
    shares: EntryShares | None


def hide_small_entries(
    rows: Sequence[EntryShares], beside: Sequence[PublicRow], names: Names
) -> list[EntryRow]:
    """Hide the rows of committees in which a count or its rest is from one to four.

    Rows that the table ``beside`` hides are hidden, too, and then the smallest other rows until no
    reader can compute one hidden row, or a small sum of them, from the total.
    """
    labels = {row.group: names.name_group(row.group) for row in rows}
    open_labels = {row.label for row in beside if row.met is not None}
    hidden = {
        row.group for row in rows if _is_recognisable(row) or labels[row.group] not in open_labels
    }
    _hide_more(rows, hidden)
    return [EntryRow(labels[row.group], None if row.group in hidden else row) for row in rows]


def _hide_more(rows: Sequence[EntryShares], hidden: set[str]) -> None:
    for row in sorted(rows, key=lambda row: (row.asked, row.group)):
        if len(hidden) == 1 or _is_recognisable(_join(rows, hidden)):
            hidden.add(row.group)


def _join(rows: Sequence[EntryShares], groups: set[str]) -> EntryShares:
    found = [row for row in rows if row.group in groups]
    asked, urgent = sum(row.asked for row in found), sum(row.urgent for row in found)
    return EntryShares("", asked, urgent, sum(row.on_behalf for row in found))


def _is_recognisable(row: EntryShares) -> bool:
    parts = (row.urgent, row.on_behalf)
    return any(map(is_small, (row.asked, *parts, *(row.asked - part for part in parts))))


def hide_small_coverage(
    rows: Sequence[CoverageRow], beside: Sequence[PublicRow]
) -> list[CoverageRow]:
    """Leave out committees with small numbers in this month; earlier small ones become 0 of 0.

    The chart must not reveal what the table ``beside`` hides, nor a small number among the needs
    that only the table counts.
    """
    nothing, shares = Share(0, 0), {row.label: row.met for row in beside}
    return [
        replace(row, before=nothing if _is_telling(row.before) else row.before)
        for row in rows
        if not _is_telling(row.after) and _is_safe_beside(row.after, shares.get(row.label, nothing))
    ]


def _is_safe_beside(share: Share, asked: Share | None) -> bool:
    if asked is None:
        return False
    return not is_telling(asked.part - share.part, asked.whole - share.whole)


def _is_telling(share: Share) -> bool:
    return is_telling(share.part, share.whole)


def _can_be_found(rows: Sequence[GroupRow], hidden: set[str]) -> bool:
    return len(hidden) == 1 or _is_telling(_add_up(rows, hidden))


def _add_up(rows: Sequence[GroupRow], codes: set[str]) -> Share:
    found = [row.met for row in rows if row.code in codes]
    return Share(sum(met.part for met in found), sum(met.whole for met in found))


# The two ends of a distribution.


@dataclass(frozen=True, slots=True)
class Extreme:
    """The group at one end of a distribution, with its ``part`` of ``whole``."""

    group: str
    part: int
    whole: int

    @property
    def percent(self) -> float:
        return 100 * self.part / self.whole


@dataclass(frozen=True, slots=True)
class Extremes:
    """The groups at both ends of a distribution."""

    lowest: Extreme
    highest: Extreme


def find_coverage(figures: Figures) -> Extremes | None:
    """The committees with the lowest and the highest coverage this month: met of possible.

    None if nothing was possible.
    """
    return _find_extremes(
        Extreme(code, count.met, count.possible) for code, count in figures.by_committee.items()
    )


def find_load(figures: Figures) -> Extremes | None:
    """The organisations with the lowest and the highest load: used of pledged.

    None if nothing was pledged.
    """
    return _find_extremes(
        Extreme(code, load.used, load.pledged) for code, load in figures.by_organisation.items()
    )


def _find_extremes(groups: Iterable[Extreme]) -> Extremes | None:
    """The groups with the lowest and the highest part / whole; None if every whole is 0.

    Groups whose whole is 0 are left out.
    """
    shared = [row for row in groups if row.whole]
    if not shared:
        return None
    ordered = sorted(shared, key=lambda row: (row.part / row.whole, row.group))
    return Extremes(ordered[0], ordered[-1])
