"""The page of a run's promises that cannot be kept any more, and their revocation."""

from collections.abc import Sequence
from datetime import date

from flask import flash, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import CheckboxesField, make_choices
from matchmaker.forms.validators import OneOrMore
from matchmaker.models import ListKind, Promise, RevokeReason, RoundRun
from matchmaker.promises.present import RECEIVER_GONE
from matchmaker.rounds.pages import lines
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.review_views import find_run
from matchmaker.rounds.pages.room import find_broken
from matchmaker.rounds.publish.revoking import is_revocable, revoke_broken
from matchmaker.rounds.words.slots import describe_when
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_quantity

_LONGEST_NUMBER = 9  # digits of a row's id


class RevokeForm(IdempotentForm):
    """The promises to revoke, each by its id."""

    chosen = CheckboxesField(
        _l("Promises to revoke"),
        [OneOrMore(_l("Tick at least one promise of the list."))],
        validate_choice=False,
    )

    def fill(self, rows: Sequence[Promise], reasons: dict[int, str], month: date) -> None:
        """Offer ``rows`` to choose from, all of them ticked until the form is sent."""
        self.chosen.choices = make_choices(
            (row.id, f"{name_promise(row, month)} – {reasons[row.id]}") for row in rows
        )
        if not self.has_input:
            self.chosen.data = [str(row.id) for row in rows]

    def read_chosen(self) -> set[int]:
        """The ids of the ticked promises; other text is ignored."""
        typed = (text for text in self.chosen.data or () if text.isascii() and text.isdecimal())
        return {int(text) for text in typed if len(text) <= _LONGEST_NUMBER}


def name_promise(row: Promise, month: date) -> str:
    """Name a promise in one line: reference, category, amount, giver, visitor and time.

    The resident is not named.
    """
    parts = [
        row.asked.reference,
        get_name(row.asked.category),
        format_quantity(row.units, row.asked.category.unit),
        get_name(row.organisation),
        row.volunteer.name if row.volunteer else "",
        describe_when(row, month) if row.slot else "",
    ]
    return " · ".join(filter(None, parts))


@bp.get("/<month:month>/runs/<id:number>/promises/")
@requires(Permission.ROUND_READ)
def promises(month: date, number: int) -> str:
    """Show which promises of the run cannot be kept any more."""
    return _show(find_run(month, number), RevokeForm(formdata=None))


@bp.post("/<month:month>/runs/<id:number>/promises/revoke")
@requires(Permission.ROUND_RUN)
def revoke_promises(month: date, number: int) -> Answer:
    run, form = find_run(month, number), RevokeForm()

    def act() -> str:
        revoked = revoke_broken(run, form.read_chosen(), actor=current_user, now=get_now())
        count = len(revoked)
        flash(
            ngettext("%(num)s promise is revoked.", "%(num)s promises are revoked.", count),
            "success",
        )
        return url_for("rounds.promises", month=month, number=number)

    return answer_form(form, act, lambda: _show(run, form))


def _show(run: RoundRun, form: RevokeForm) -> str:
    month, broken = run.match_round.month, find_broken(run, get_now())
    reasons = {row: str(get_label(reason)) for row, reason in broken.items()}
    gone = {row for row, reason in broken.items() if _falls_by_itself(run, reason)}
    rows = lines.list_promises(run, reasons)
    form.fill([row for row in rows if row.id not in gone], reasons, month)
    revoked = lines.list_revoked(run)

    def make() -> str:
        may_run = has_permission(current_user.role, Permission.ROUND_RUN)
        return render_template(
            "rounds/promises.html",
            match_round=run.match_round,
            run=run,
            form=form,
            gone=[(name_promise(row, month), reasons[row.id]) for row in rows if row.id in gone],
            revoked=[(name_promise(row, month), row.revoked_reason) for row in revoked],
            can_revoke=may_run and is_revocable(run),
        )

    return show_people(ListKind.PROMISES, _list_persons([*rows, *revoked]), make)


def _list_persons(rows: Sequence[Promise]) -> set[int]:
    """The ids of the persons for these promises: residents and visitors."""
    receivers = {row.asked.resident.person_id for row in rows}
    return receivers | {row.volunteer.person_id for row in rows if row.volunteer}


def _falls_by_itself(run: RoundRun, reason: RevokeReason) -> bool:
    """Whether the publication will revoke the promise without anybody asking for it."""
    return reason in RECEIVER_GONE and run.match_round.published_run_id != run.id
