"""Pages on which a resident, or the committee after a call, answers whether help suits."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from wtforms import HiddenField

from matchmaker.assignments import agreeing, delivering, ringing
from matchmaker.assignments.answer_views import make_day_form, make_seat_form
from matchmaker.assignments.forms import DayForm
from matchmaker.assignments.open_help import OpenHelp
from matchmaker.assignments.report_forms import FaceForm
from matchmaker.assignments.reports import Report, make_report
from matchmaker.assignments.ring_forms import CallsForm, make_calls_form
from matchmaker.assignments.session_forms import SeatForm
from matchmaker.assignments.thanks import find_thanks
from matchmaker.assignments.views import bp
from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.validators import Required
from matchmaker.models import DeclineReason, Face, ListKind, Promise, PromiseState
from matchmaker.promises.states import RECIPIENT_REASONS
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires
from matchmaker.web.qr_codes import draw_code
from matchmaker.words.labels import get_label


class AgreeForm(IdempotentForm):
    """A yes to what the page showed; see ``OpenHelp.seen``."""

    seen = HiddenField()


class RefuseForm(IdempotentForm):
    """Why the person does not want the help."""

    reason = RadiosField(
        _l("Why not?"),
        [Required(_l("Choose one."))],
        choices=make_choices(
            (reason, get_label(reason)) for reason in DeclineReason if reason in RECIPIENT_REASONS
        ),
    )


@bp.get("/help")
@requires(Permission.HELP_AGREE)
def questions() -> str:
    """Show residents the help that they are asked about, and agreed help without their feedback.

    Show a committee which residents to call, and the agreed help to come.
    """
    if _is_counter():
        return show_calls()
    helps = agreeing.list_helps(current_user, get_now())
    found, agreed = helps.list_questions(), helps.list_agreed()

    def make() -> str:
        return render_template("assignments/questions.html", questions=found, coming=agreed)

    return show_people(ListKind.CALLS, {row.resident.person_id for row in (*found, *agreed)}, make)


def show_calls(form: CallsForm | None = None) -> str:
    """The page of residents to call, with answers as filled in, and of agreed help to come."""
    helps = agreeing.list_helps(current_user, get_now())
    calls = form.calls if form else ringing.list_calls(helps)
    coming = helps.list_coming()

    def make() -> str:
        return render_template(
            "assignments/calls.html",
            calls=calls,
            agreed=coming,
            form=form or make_calls_form(calls, formdata=None),
        )

    shown = (*(call.help for call in calls), *coming)
    return show_people(ListKind.CALLS, {row.resident.person_id for row in shown}, make)


@bp.get("/help/<id:promise_id>")
@requires(Permission.HELP_AGREE)
def question(promise_id: int) -> str:
    return show_help(promise_id)


@bp.get("/help/<id:promise_id>/sheet")
@requires(Permission.HELP_AGREE)
def digits_sheet(promise_id: int) -> str:
    """The digits of agreed help on paper, for the recipient to keep until the help has come."""
    found = agreeing.get_help(current_user, promise_id, get_now())
    picture = _draw_digits(found)
    if picture is None:
        raise NotFoundError("promise.unknown")

    def make() -> str:
        return render_template(
            "assignments/digits_sheet.html",
            question=found,
            picture=picture,
            printed_on=get_local_date(get_now()),
            back_url=url_for("assignments.question", promise_id=promise_id),
        )

    return show_people(ListKind.CALLS, {found.resident.person_id}, make)


@bp.post("/help/<id:promise_id>/agree")
@requires(Permission.HELP_AGREE)
def agree(promise_id: int) -> Answer:
    form = AgreeForm()

    def act() -> str:
        agreeing.agree(
            actor=current_user, promise_id=promise_id, seen=form.seen.data or None, now=get_now()
        )
        flash(_("Written down: it suits. Those who help are told."), "success")
        return url_for("assignments.question", promise_id=promise_id)  # it shows the four digits

    return _answer(promise_id, form, act)


@bp.post("/help/<id:promise_id>/refuse")
@requires(Permission.HELP_AGREE)
def refuse(promise_id: int) -> Answer:
    form = RefuseForm()

    def act() -> str:
        agreeing.refuse(
            actor=current_user,
            promise_id=promise_id,
            reason=DeclineReason(form.reason.data),
            now=get_now(),
        )
        flash(_("Written down: this help is not wanted. Those who help are told."), "success")
        return url_for("assignments.questions")

    return _answer(promise_id, form, act)


@bp.post("/help/<id:promise_id>/call-off")
@requires(Permission.HELP_AGREE)
def call_off(promise_id: int) -> Answer:
    """Say no after the yes, while the help is still to come."""
    form = RefuseForm()

    def act() -> str:
        agreeing.call_off(
            actor=current_user,
            promise_id=promise_id,
            reason=DeclineReason(form.reason.data),
            now=get_now(),
        )
        flash(_("Called off. Those who help are told."), "success")
        return url_for("assignments.questions")

    return _answer(promise_id, form, act)


@bp.post("/help/<id:promise_id>/not-reached")
@requires(Permission.HELP_RING)
def not_reached(promise_id: int) -> Answer:
    def act() -> str:
        now = get_now()
        if agreeing.note_not_reached(actor=current_user, promise_id=promise_id, now=now):
            flash(_("Not reached for the last time: the help goes to others."), "warning")
        else:
            flash(_("Written down: not reached. Try again on another day."), "success")
        return url_for("assignments.questions")

    return _answer(promise_id, IdempotentForm(), act)


@bp.post("/help/<id:promise_id>/feedback")
@requires(Permission.HELP_AGREE)
def feed_back(promise_id: int) -> Answer:
    """Store how help was, as its recipient says or the committee heard on the phone."""
    form = FaceForm()

    def act() -> str:
        delivering.feed_back(
            actor=current_user,
            promise_id=promise_id,
            face=Face(form.face.data),
            words=form.words.data,
            wants_call=form.wants_call.data,
            may_pass_on=form.may_pass_on.data,
            now=get_now(),
        )
        flash(_("Thank you. It is written down."), "success")
        return url_for("assignments.questions")

    return answer_form(form, act, lambda: show_help(promise_id, face_form=form))


def _answer(promise_id: int, form: IdempotentForm, act: Callable[[], str]) -> Answer:
    why = form if isinstance(form, RefuseForm) else None
    return answer_form(form, act, lambda: show_help(promise_id, why))


def show_help(
    promise_id: int,
    form: RefuseForm | None = None,
    day_form: DayForm | None = None,
    report: Report | None = None,
    face_form: FaceForm | None = None,
    seat_form: SeatForm | None = None,
) -> str:
    """The page of help for its recipient or the caller; a given form is shown as filled in."""
    now = get_now()
    found = agreeing.get_help(current_user, promise_id, now)

    def make() -> str:
        return render_template(
            "assignments/question.html",
            question=found,
            promise=found.get(promise_id),
            form=form or RefuseForm(formdata=None),
            day_form=day_form or make_day_form(found.get(promise_id), now),
            is_tried_today=bool(agreeing.list_tried_today(found.promises, now)),
            report=_find_report(found.get(promise_id), report, now),
            face_form=face_form or FaceForm(formdata=None),
            picture=_draw_digits(found),
            thanks=find_thanks(found.get(promise_id)),
            seat_form=seat_form or make_seat_form(found.get(promise_id), now),
            is_counter=_is_counter(),
            can_call_off=any(agreeing.can_call_off(row, now) for row in found.promises),
        )

    return show_people(ListKind.CALLS, {found.resident.person_id}, make)


def _draw_digits(found: OpenHelp) -> Markup | None:
    """The QR code with the digits, while they count; it names nobody."""
    row = found.next
    if row.state is not PromiseState.CONFIRMED or row.code is None:
        return None
    return draw_code(
        url_for("assignments.open_code", promise_id=row.id, code=row.code, _external=True)
    )


def _find_report(row: Promise, report: Report | None, now: datetime) -> Report | None:
    """The report that the committee is asked for; None for the recipient, who is not asked."""
    if not _is_counter():
        return None
    return report or make_report(row, current_user, now)


def _is_counter() -> bool:
    return has_permission(current_user.role, Permission.HELP_RING)
