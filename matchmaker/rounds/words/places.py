"""Free places of a published month in words: who does not come, and who does, or why nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from matchmaker.models import NeedOutcome, Promise, PromiseState
from matchmaker.promises.falls import is_without_fault
from matchmaker.rounds.solve.places import PlaceRows
from matchmaker.rounds.solve.proposal import NewLine
from matchmaker.rounds.words.outcomes import explain_outcome_to_staff
from matchmaker.rounds.words.slots import describe_slot
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_quantity


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """What one need or due visit had, and what it gets.

    what     reference and category
    before   the promises that ended, each with the reason
    after    who comes instead
    nobody   why nobody comes; empty: somebody comes, or nobody was looked for
    """

    what: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    nobody: str = ""


def describe_lost(rows: PlaceRows) -> list[PlaceLine]:
    """Describe each need or visit that lost help, and who comes instead."""
    return [
        PlaceLine(
            _say_what(rows, name),
            tuple(_say_fallen(rows, row) for row in fallen),
            _say_lines(rows, name),
            _say_nobody(rows, name),
        )
        for name, fallen in rows.fallen.items()
    ]


def describe_others(rows: PlaceRows) -> list[PlaceLine]:
    """Describe each need or visit that lost nothing and gets help from what is free."""
    return [
        PlaceLine(_say_what(rows, name), after=_say_lines(rows, name))
        for name in rows.asked
        if name not in rows.fallen
    ]


def _say_what(rows: PlaceRows, name: str) -> str:
    asked = rows.asked[name]
    return f"{asked.reference} · {get_name(asked.category)}"


def _say_fallen(rows: PlaceRows, row: Promise) -> str:
    parts = (
        get_name(row.organisation),
        row.volunteer.name if row.volunteer else "",
        format_quantity(row.units, row.asked.category.unit),
        describe_slot(row.slot, rows.month, row.days) if row.slot else "",
    )
    return _("%(who)s – %(why)s", who=" · ".join(filter(None, parts)), why=describe_end(row))


def _say_lines(rows: PlaceRows, name: str) -> tuple[str, ...]:
    return tuple(_say_line(rows, line) for line in rows.list_lines(name))


def _say_line(rows: PlaceRows, line: NewLine) -> str:
    days = [f"{rows.month:%Y-%m}-{day:02d}" for day in line.days]
    visitor = rows.volunteers.get((line.person or "", line.offer))
    parts = (
        get_name(rows.offers[line.offer].organisation),
        visitor.name if visitor else "",
        format_quantity(line.units, rows.asked[line.need].category.unit),
        describe_slot(line.slot, rows.month, days or None) if line.slot else "",
    )
    return " · ".join(filter(None, parts))


def _say_nobody(rows: PlaceRows, name: str) -> str:
    if rows.proposal is None or rows.list_lines(name):
        return ""
    if not any(is_without_fault(row) for row in rows.fallen[name]):
        return _("Nobody waits for this help any more in this month.")
    found = (row for row in rows.proposal.unfilled if row.need == name)
    unfilled = next(found, None)
    if unfilled is None:
        return _("Nobody can add to what is left of this help.")
    numbers = unfilled.numbers.to_json()
    return explain_outcome_to_staff(
        NeedOutcome(is_met=False, ground=unfilled.ground, numbers=numbers)
    )


_REASONS: Mapping[PromiseState, str] = {
    PromiseState.DECLINED: "decline_reason",
    PromiseState.REVOKED: "revoked_reason",
    PromiseState.FAILED: "fail_reason",
}


def describe_end(row: Promise) -> str:
    """How a promise ended, and the reason if one is stored."""
    reason = getattr(row, _REASONS.get(row.state, ""), None)
    state = str(get_label(row.state))
    if reason is None:
        return state
    return _("%(what)s: %(value)s", what=state, value=get_label(reason))
