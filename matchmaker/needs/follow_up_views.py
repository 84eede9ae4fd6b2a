"""Pages after a decision: add times, ask the office a question, and the office's list of them."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms.validators import ValidationError

from matchmaker.audit.handing import show_list
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import BaseForm, ButtonForm, IdempotentForm
from matchmaker.forms.choices import CheckboxesField, RadiosField, make_choices
from matchmaker.forms.fields import LongTextField, TextField
from matchmaker.forms.validators import MaxLength, OneOrMore, Required
from matchmaker.models import FollowUp, FollowUpAbout, ListKind, StatusKind, Window
from matchmaker.models.limits import LONGEST_REASON
from matchmaker.needs import follow_ups
from matchmaker.needs.blueprint import bp
from matchmaker.needs.states import get_need
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Badge, Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_day

_ABOUT_DECISIONS = [about for about in FollowUpAbout if about is not FollowUpAbout.HELP]


class AddTimesForm(BaseForm):
    """The times of the week to add to a need."""

    windows = CheckboxesField(
        _l("Times that suit"),
        [OneOrMore(_l("Choose a time."))],
        choices=make_choices((window, get_label(window)) for window in Window),
    )


class AskAgainForm(BaseForm):
    """What is asked of the office, and what the office should know."""

    about = RadiosField(
        _l("What do you ask?"),
        [Required(_l("Choose one."))],
        choices=make_choices((about, get_label(about)) for about in _ABOUT_DECISIONS),
    )
    status = TextField()
    words = LongTextField(_l("What should we know?"), [MaxLength(LONGEST_REASON)])

    def validate_words(self, field: LongTextField) -> None:
        """Require words for a question about a paper if no status says which paper it is."""
        is_paper = self.about.data == FollowUpAbout.PAPER
        if is_paper and self.find_status() is None and not field.data:
            raise ValidationError(_("Please write which paper it is."))

    def find_status(self) -> StatusKind | None:
        """The status about whose paper is asked; None if ``status`` is not one."""
        return StatusKind(self.status.data) if self.status.data in set(StatusKind) else None


class AnswerFollowUpForm(IdempotentForm):
    """The office's answer in one sentence, for the person who asked."""

    answer = LongTextField(
        _l("Your answer, in one sentence"),
        [Required(_l("Write one sentence.")), MaxLength(LONGEST_REASON)],
    )


# The resident, and the counter on their behalf.


@bp.post("/<id:need_id>/add-times")
@requires(Permission.NEED_POST_OWN)
def add_times(need_id: int) -> Answer:
    return _add_times(need_id, url_for("needs.follow", need_id=need_id))


@bp.post("/<id:need_id>/add-times-for")
@requires(Permission.NEED_POST_ON_BEHALF)
def add_times_for(need_id: int) -> Answer:
    return _add_times(need_id, url_for("needs.show", need_id=need_id))


def _add_times(need_id: int, page: str) -> Answer:
    get_need(need_id, current_user)
    form = AddTimesForm()

    def act() -> str:
        windows = [Window(value) for value in form.windows.data or ()]
        follow_ups.add_times(actor=current_user, need_id=need_id, windows=windows, now=get_now())
        flash(_("Added. These times count from the next month on."), "success")
        return page

    return answer_form(form, act, lambda: redirect(page, 303))


@bp.route("/<id:need_id>/ask-again", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def ask_again(need_id: int) -> Answer:
    return _ask_again(need_id, url_for("needs.follow", need_id=need_id))


@bp.route("/<id:need_id>/ask-again-for", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def ask_again_for(need_id: int) -> Answer:
    return _ask_again(need_id, url_for("needs.show", need_id=need_id))


def _ask_again(need_id: int, page: str) -> Answer:
    need = get_need(need_id, current_user)
    form = AskAgainForm(data={"about": FollowUpAbout.DECISION.value})

    def act() -> str:
        row = follow_ups.ask_again(
            actor=current_user,
            need_id=need_id,
            about=FollowUpAbout(form.about.data),
            status=form.find_status(),
            words=form.words.data or "",
            now=get_now(),
        )
        day = format_day(row.due_on)
        flash(_("The office is asked and answers by %(day)s.", day=day), "success")
        return page

    return answer_form(
        form,
        act,
        lambda: render_template("needs/ask_again.html", form=form, need=need, page=page),
    )


# The office: the questions that it owes an answer, earliest day first.


def _say_due(row: FollowUp) -> list[Badge]:
    if follow_ups.is_late(row, get_local_date(get_now())):
        return [Badge(_("Late: %(day)s", day=format_day(row.due_on)), "bad")]
    return []


_COLUMNS = (
    Column[FollowUp](
        header=_l("Asked"),
        read=lambda row: str(get_label(row.about)),
        link=lambda row: url_for("needs.answer_follow_up", follow_up_id=row.id),
    ),
    Column[FollowUp](header=_l("Number"), read=lambda row: row.asked.reference),
    Column[FollowUp](header=_l("Kind of help"), read=lambda row: get_name(row.asked.category)),
    Column[FollowUp](
        header=_l("Neighbourhood committee"),
        read=lambda row: get_name(row.committee),
    ),
    Column[FollowUp](header=_l("Answer by"), read=lambda row: row.due_on, badges=_say_due),
    Column[FollowUp](
        header=_l("Who answers"), read=lambda row: row.owner.name if row.owner else _("Nobody yet")
    ),
)


@bp.get("/follow-ups")
@requires(Permission.FOLLOW_UP_ANSWER)
def list_follow_ups() -> str:
    is_answered = request.args.get("answered") == "1"
    listed = ListPage(
        endpoint="needs.list_follow_ups",
        caption=_l("Questions to answer"),
        query=follow_ups.select_owed(current_user, is_answered=is_answered),
        columns=_COLUMNS,
        people=People(ListKind.FOLLOW_UPS, lambda row: (row.asked.resident.person_id,)),
        values={"answered": "1"} if is_answered else {},
    )
    return show_list("needs/follow_ups.html", listed, is_answered=is_answered)


@bp.route("/follow-ups/<id:follow_up_id>", methods=["GET", "POST"])
@requires(Permission.FOLLOW_UP_ANSWER)
def answer_follow_up(follow_up_id: int) -> Answer:
    row = follow_ups.get_follow_up(follow_up_id, current_user)
    form = AnswerFollowUpForm()

    def act() -> str:
        follow_ups.answer(
            actor=current_user, follow_up_id=row.id, sentence=form.answer.data, now=get_now()
        )
        flash(_("Answered. The person who asked is told."), "success")
        return url_for("needs.list_follow_ups")

    return answer_form(
        form, act, lambda: render_template("needs/follow_up.html", form=form, row=row)
    )


@bp.post("/follow-ups/<id:follow_up_id>/take")
@requires(Permission.FOLLOW_UP_ANSWER)
def take_follow_up(follow_up_id: int) -> Answer:
    page = url_for("needs.answer_follow_up", follow_up_id=follow_up_id)

    def act() -> str:
        follow_ups.take(actor=current_user, follow_up_id=follow_up_id, now=get_now())
        flash(_("It is yours now."), "success")
        return page

    return answer_form(ButtonForm(), act, lambda: redirect(page, 303))
