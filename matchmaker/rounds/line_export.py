"""The lines of a run as rows of a file: pseudonyms and codes, no person."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from matchmaker.extensions import db
from matchmaker.labels import get_name
from matchmaker.models import RoundRun
from matchmaker.rounds.lines import list_givers
from matchmaker.rounds.messages import name_ground
from matchmaker.rounds.staff_messages import explain_outcome_to_staff

LINE_HEADERS = (
    _l("Need"),
    _l("Resident"),
    _l("Category"),
    _l("Neighbourhood committee"),
    _l("Urgency"),
    _l("Result"),
    _l("Amount asked"),
    _l("Amount found"),
    _l("Organisations"),
    _l("Explanation"),
)
_PORTION = 500  # lines whose givers are asked for together


def list_line_rows(run: RoundRun, statement: Select[Any]) -> Iterator[list[str | int]]:
    outcomes = list(db.session.scalars(statement))
    for start in range(0, len(outcomes), _PORTION):
        portion = outcomes[start : start + _PORTION]
        givers = list_givers(run, portion)
        for outcome in portion:
            need = outcome.need
            names = {get_name(row.organisation) for row in givers.get(need.id, [])}
            yield [
                need.reference,
                need.resident.reference,
                get_name(need.category),
                get_name(need.committee),
                need.tier,
                name_ground(outcome.ground),
                need.quantity,
                outcome.received_units,
                ", ".join(sorted(names)),
                explain_outcome_to_staff(outcome),
            ]
