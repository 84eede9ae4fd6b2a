"""The forms of the round room."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from matchmaker.forms.base import FilterForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, RadiosField, make_choices
from matchmaker.forms.fields import DayField, LongTextField, MonthField, TextField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import DrawSource, Need, OverrideKind
from matchmaker.models.limits import (
    LONGEST_DRAW_NUMBER,
    LONGEST_PUBLIC_VALUE,
    LONGEST_REASON,
    LONGEST_REFERENCE,
    TIERS,
)
from matchmaker.rounds.freeze.draws import Announcement
from matchmaker.rounds.freeze.overrides import Candidates, Decision
from matchmaker.rounds.pages.lines import GROUNDS, LineFilters
from matchmaker.rounds.words.outcomes import name_ground
from matchmaker.words.labels import get_label, get_name, name_with

SWAP = "swap"  # what a form has for a pin to one giver with a forbid of another
NO_INTEREST = _l("Tick the box if this is so. If it is not, somebody else must do it.")


class OpenRoundForm(IdempotentForm):
    """The month to open."""

    month = MonthField(_l("Month"), [Required(_l("Choose the month."))])


class FreezeForm(IdempotentForm):
    """The announced draw, from which the seed will come."""

    source = RadiosField(_l("Which public draw makes the seed?"), [Required(_l("Choose one."))])
    number = TextField(
        _l("Number of the draw"),
        [Required(_l("Enter the number of the draw.")), MaxLength(LONGEST_DRAW_NUMBER)],
    )
    draws_on = DayField(_l("Day of the draw"), [Required(_l("Choose the day of the draw."))])

    def offer_sources(self, sources: Iterable[DrawSource]) -> None:
        """Set the draws to choose from; the first is chosen until the form is sent."""
        self.source.choices = make_choices((source, get_label(source)) for source in sources)
        if not self.has_input:
            self.source.data = self.source.choices[0].value

    def read_draw(self) -> Announcement:
        """The announcement in a valid form."""
        return Announcement(DrawSource(self.source.data), self.number.data, self.draws_on.value)


class ReplaceDrawForm(FreezeForm):
    """Another draw in place of the announced one, and why."""

    reason = LongTextField(
        _l("Why does another draw take its place?"),
        [Required(_l("Write the reason.")), MaxLength(LONGEST_REASON)],
    )


class DrawForm(IdempotentForm):
    """The drawn numbers, typed twice, because they are entered once and never changed."""

    drawn = TextField(
        _l("The drawn numbers"),
        [Required(_l("Enter the drawn numbers.")), MaxLength(LONGEST_PUBLIC_VALUE)],
    )
    again = TextField(
        _l("The drawn numbers once more"),
        [Required(_l("Enter the drawn numbers once more.")), MaxLength(LONGEST_PUBLIC_VALUE)],
    )


class WithdrawForm(IdempotentForm):
    """The reason why a publication is withdrawn."""

    reason = LongTextField(
        _l("Why is it withdrawn?"), [Required(_l("Write the reason.")), MaxLength(LONGEST_REASON)]
    )


class OverrideForm(IdempotentForm):
    """A pin, a forbid or a swap; a giver is empty, ``offer:7`` or ``volunteer:9``."""

    kind = RadiosField(
        _l("What should the next run do?"),
        [Required(_l("Choose one."))],
        choices=make_choices(
            [
                *((kind, get_label(kind)) for kind in OverrideKind),
                (SWAP, _l("Must be met by one giver in place of another")),
            ]
        ),
    )
    giver = DropdownField(_l("Only for this giver"))
    instead = DropdownField(_l("In place of this giver"))
    reason = LongTextField(
        _l("Reason, kept on record"), [Required(_l("Write the reason.")), MaxLength(LONGEST_REASON)]
    )
    no_interest = BooleanField(
        _l("The resident is nobody of my family or friends, and I gain nothing by this."),
        [Required(NO_INTEREST)],
    )

    accepts_doubt = BooleanField(_l("Keep it all the same"))

    def validate_giver(self, field: DropdownField) -> None:
        if self.kind.data == SWAP and not field.data:
            raise ValidationError(_l("Choose who should help."))

    def validate_instead(self, field: DropdownField) -> None:
        if self.kind.data != SWAP:
            if field.data:
                raise ValidationError(_l("Leave this empty, or choose one giver for another."))
        elif not field.data:
            raise ValidationError(_l("Choose who should not help."))
        elif field.data == self.giver.data:
            raise ValidationError(_l("Choose another giver than above."))

    def fill_givers(self, candidates: Candidates) -> None:
        """Set the givers to choose from: the offers, then the volunteers."""
        offers = [
            (
                f"offer:{row.id}",
                _("%(name)s: %(value)s", name=get_name(row.organisation), value=row.title),
            )
            for row in candidates.offers
        ]
        volunteers = [
            (f"volunteer:{row.id}", name_with(row.name, get_name(row.organisation)))
            for row in candidates.volunteers
        ]
        givers = [*offers, *volunteers]
        self.giver.choices = make_choices([("", _l("Any giver")), *givers])
        self.instead.choices = make_choices([("", _l("No giver is replaced")), *givers])

    def read_decision(self, need: Need) -> Decision:
        """The decision in a valid form."""
        offer_id, volunteer_id = _read_giver(self.giver.data)
        instead_offer_id, instead_volunteer_id = _read_giver(self.instead.data)
        return Decision(
            kind=OverrideKind.PIN if self.kind.data == SWAP else OverrideKind(self.kind.data),
            need=need,
            reason=self.reason.data,
            offer_id=offer_id,
            volunteer_id=volunteer_id,
            instead_offer_id=instead_offer_id,
            instead_volunteer_id=instead_volunteer_id,
            has_no_interest=self.no_interest.data,
        )


def _read_giver(chosen: str | None) -> tuple[int | None, int | None]:
    """The ids of the offer and of the volunteer that is chosen; at most one of them is set."""
    kind, _separator, row_id = (chosen or "").partition(":")
    return (
        int(row_id) if kind == "offer" else None,
        int(row_id) if kind == "volunteer" else None,
    )


class AcceptForm(IdempotentForm):
    """The tick below the sentence that says what is not proved; it is absent if all is proved."""

    accepts_unproved = BooleanField(
        validators=[Required(_l("Tick the box if you have read it and accept it."))]
    )

    def ask(self, sentence: str | None) -> None:
        """Ask to tick ``sentence``; None removes the tick."""
        if sentence is None:
            del self.accepts_unproved
        else:
            self.accepts_unproved.label.text = sentence

    @property
    def is_ticked(self) -> bool:
        return "accepts_unproved" in self and bool(self.accepts_unproved.data)


class PublishForm(AcceptForm):
    """The publication: the publisher accepts what is not proved, and declares no interest."""

    no_interest = BooleanField(
        _l("Nobody whom the pins and forbids help or harm is of my family or friends."),
        [Required(NO_INTEREST)],
    )

    @property
    def has_no_interest(self) -> bool:
        return "no_interest" in self and bool(self.no_interest.data)


class LineFilterForm(FilterForm):
    """Filters of the lines of a run."""

    result = DropdownField(
        _l("Result"),
        choices=make_choices([("", _l("All")), ("met", _l("Met")), ("unmet", _l("Not met"))]),
    )
    category = DropdownField(_l("Category"))
    committee = DropdownField(_l("Neighbourhood committee"))
    tier = DropdownField(
        _l("Urgency"), choices=make_choices([("", _l("All")), *((str(t), str(t)) for t in TIERS)])
    )
    ground = DropdownField(_l("Ground"))
    organisation = DropdownField(_l("Organisation"))
    reference = TextField(_l("Number of the need or resident"), [MaxLength(LONGEST_REFERENCE)])

    def fill_choices(self, **rows: Iterable[tuple[str, str]]) -> None:
        """Set the choices of all grounds, and those in ``rows``, as ``(code, name)``.

        ``rows``: category, committee and organisation.
        """
        for name, choices in rows.items():
            getattr(self, name).choices = make_choices([("", _l("All")), *choices])
        grounds = [(ground, name_ground(ground)) for ground in GROUNDS]
        self.ground.choices = make_choices([("", _l("All")), *grounds])

    def read_filters(self) -> LineFilters:
        """The filters that are asked for; a value that is not a choice is ignored."""
        self.validate()
        values: dict[str, Any] = {
            name: "" if field.errors else field.data or "" for name, field in self._fields.items()
        }
        return LineFilters(**values)
