"""A month's promises as rows of a file: references and blocks, no resident's name."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _

from matchmaker.assignments.service import Line
from matchmaker.exports import Row
from matchmaker.labels import get_label, get_name
from matchmaker.rounds.slot_words import describe_slot
from matchmaker.units import format_quantity


def get_headers() -> list[str]:
    return [
        _("When"),
        _("Volunteer"),
        _("Category"),
        _("Amount"),
        _("Neighbourhood committee"),
        _("Block"),
        _("Number"),
        _("State"),
    ]


def make_rows(lines: Iterable[Line], month: date) -> list[Row]:
    return [
        [
            describe_slot(line.slot, month),
            line.volunteer or "",
            get_name(line.category),
            format_quantity(line.units, line.category.unit),
            get_name(line.committee),
            line.block,
            line.reference,
            str(get_label(line.state)),
        ]
        for line in lines
    ]
