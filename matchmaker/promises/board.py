"""The board of a published month: how far its promises are, in total and by group.

A promise counts in every step that it has reached, so each later step counts some of the earlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    Household,
    Need,
    Organisation,
    Pairing,
    Promise,
    PromiseState,
    Resident,
    RoundRun,
    ServiceCategory,
)
from matchmaker.promises.days import is_given_before
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES, GIVER_REASONS

_S = PromiseState


class Grouping(StrEnum):
    """What the rows of the board are."""

    ORGANISATION = "organisation"
    COMMITTEE = "committee"
    CATEGORY = "category"


_MODELS: dict[Grouping, Any] = {
    Grouping.ORGANISATION: Organisation,
    Grouping.COMMITTEE: Committee,
    Grouping.CATEGORY: ServiceCategory,
}


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many promises have reached each step.

    promised    all promises
    accepted    the giver said yes
    confirmed   the recipient said yes too
    delivered   the help was given
    fed_back    the recipient said how it was
    failed      both said yes, and the help did not take place
    ended       the promise ended without help in any other way
    late        the giver did not answer in time, or confirmed help has no report after its last day
    """

    promised: int = 0
    accepted: int = 0
    confirmed: int = 0
    delivered: int = 0
    fed_back: int = 0
    failed: int = 0
    ended: int = 0
    late: int = 0

    @property
    def open(self) -> int:
        """The promises that were neither delivered nor ended without help."""
        return self.promised - self.delivered - self.failed - self.ended


STEPS: Sequence[str] = tuple(field.name for field in fields(Funnel))


@dataclass(frozen=True, slots=True)
class BoardRow:
    """The funnel of one organisation, committee or category."""

    group: Organisation | Committee | ServiceCategory
    funnel: Funnel


def count_funnel(run: RoundRun, today: date) -> Funnel:
    """Return the funnel of all promises of a run."""
    row: Any = db.session.execute(_select(today).where(Promise.round_run_id == run.id)).one()
    return Funnel(*(value or 0 for value in row))


def list_board(run: RoundRun, by: Grouping, today: date) -> list[BoardRow]:
    """The funnels of the groups that have promises in a run.

    The group with most late promises comes first, then the one with most open, then in order of id.
    """
    model = _MODELS[by]
    query = (
        join_groups(_select(today).add_columns(model))
        .where(Promise.round_run_id == run.id)
        .group_by(model)
    )
    rows = [_read(*row) for row in db.session.execute(query)]
    return sorted(rows, key=lambda row: (-row.funnel.late, -row.funnel.open, row.group.id))


def _read(*values: Any) -> BoardRow:
    *counts, group = values
    return BoardRow(group, Funnel(*counts))


def _select(today: date) -> Any:
    return select(*(count_where(condition) for condition in _list_conditions(today)))


def find_condition(step: str, today: date) -> ColumnElement[bool]:
    """The condition for promises that count in ``step``, the name of a field of ``Funnel``."""
    return _list_conditions(today)[STEPS.index(step)]


def _list_conditions(today: date) -> Sequence[ColumnElement[bool]]:
    """The conditions of the steps, in the order of the fields of ``Funnel``."""
    state = Promise.state
    was_agreed = Promise.agreed_at.is_not(None)
    own_no = and_(
        state == _S.DECLINED,
        or_(Promise.decline_reason.is_(None), Promise.decline_reason.in_(GIVER_REASONS)),
    )
    return (
        Promise.id.is_not(None),
        or_(was_agreed, and_(Promise.answered_at.is_not(None), ~own_no)),
        was_agreed,
        state.in_(DONE_STATES),
        state == _S.FED_BACK,
        state == _S.FAILED,
        state.in_(FALLEN_STATES - {_S.FAILED}),
        or_(
            and_(state == _S.AWAITING_GIVER, Promise.answer_by < today),
            and_(state == _S.CONFIRMED, is_given_before(today)),
        ),
    )


def join_groups(query: Any) -> Any:
    """Return ``query`` over promises, joined to their giver, category, household and committee."""
    return (
        query.select_from(Promise)
        .outerjoin(Promise.need)
        .outerjoin(Promise.pairing)
        .join(Organisation, Organisation.id == Promise.organisation_id)
        .join(Resident, Resident.id == func.coalesce(Need.resident_id, Pairing.resident_id))
        .join(Household, Household.id == Resident.household_id)
        .join(Committee, Committee.id == func.coalesce(Need.committee_id, Household.committee_id))
        .join(
            ServiceCategory,
            ServiceCategory.id == func.coalesce(Need.category_id, Pairing.category_id),
        )
    )


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
