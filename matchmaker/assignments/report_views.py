"""Pages on which help is reported: by a volunteer, a coordinator or a committee worker.

The committee worker has asked the recipient by phone. Each role reports on its own page of the
promise; the steps are the same.
"""

from collections.abc import Callable, Mapping

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments import delivering, queries
from matchmaker.assignments.agree_views import show_help
from matchmaker.assignments.answer_views import show_promise
from matchmaker.assignments.answering import get_promise
from matchmaker.assignments.report_forms import DoneForm, FailForm
from matchmaker.assignments.reports import Report, make_report
from matchmaker.assignments.views import bp
from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm
from matchmaker.models import DeliveryProof, FailReason, ListKind, Promise, Role
from matchmaker.residents.disclosure import reveal_visited
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.get("/visits/<id:promise_id>")
@requires(Permission.VISIT_READ_OWN)
def visit(promise_id: int) -> str:
    """Show a volunteer one visit: time and block; once agreed, also the resident and the way in."""
    return show_visit(promise_id)


@bp.post("/reports/<id:promise_id>/contact")
@requires(Permission.VISITED_REVEAL)
def show_contact(promise_id: int) -> Answer:
    """Show the resident's contact in the response itself, so that no address or cookie has it."""
    row, now = get_promise(current_user, promise_id), get_now()
    if not ButtonForm().validate_on_submit():
        return _show(row, None), 422
    contact = reveal_visited(promise_id, current_user, now)
    db.session.commit()
    row = get_promise(current_user, promise_id)
    return _show(row, make_report(row, current_user, now, contact=contact))


@bp.get("/reports/<id:promise_id>/code/<code>")
@requires(Permission.DELIVERY_REPORT)
def open_code(promise_id: int, code: str) -> str:
    """Show the page to which a recipient's QR code leads: the digits are filled in, not sent."""
    row = delivering.find_own_part(current_user, promise_id)
    return _show(row, make_report(row, current_user, get_now(), scanned=code))


@bp.post("/reports/<id:promise_id>/done")
@requires(Permission.DELIVERY_REPORT)
def report_done(promise_id: int) -> Answer:
    row, now = get_promise(current_user, promise_id), get_now()
    form = DoneForm()
    form.fill(row, delivering.list_proofs(row, current_user.role))

    def act() -> str:
        delivering.deliver(
            actor=current_user,
            promise_id=promise_id,
            units=form.read_units(),
            proof=DeliveryProof(form.proof.data),
            code=form.code.data,
            photo=form.read_photo(),
            now=now,
        )
        flash(_("Thank you. It is written down that help was given."), "success")
        return _find_page(promise_id)

    def show() -> str:
        return _show(row, make_report(row, current_user, now, done_form=form))

    if form.validate_on_submit() and form.is_by_code and delivering.can_report(row, now):
        typed = form.code.data
        if not delivering.check_code(
            actor=current_user, promise_id=promise_id, typed=typed, now=now
        ):
            db.session.commit()  # the wrong try counts
            form.add_error("code", _describe_wrong_code(row))
            return show(), 422
    return answer_form(form, act, show)


@bp.post("/reports/<id:promise_id>/failed")
@requires(Permission.DELIVERY_REPORT)
def report_failed(promise_id: int) -> Answer:
    row, now = get_promise(current_user, promise_id), get_now()
    form = FailForm()

    def act() -> str:
        reason = FailReason(form.reason.data)
        delivering.fail(actor=current_user, promise_id=promise_id, reason=reason, now=now)
        flash(_("Written down that it did not take place."), "success")
        return _find_page(promise_id)

    return answer_form(
        form, act, lambda: _show(row, make_report(row, current_user, now, fail_form=form))
    )


@bp.post("/reports/<id:promise_id>/correct")
@requires(Permission.DELIVERY_REPORT)
def correct_report(promise_id: int) -> Answer:
    row = get_promise(current_user, promise_id)

    def act() -> str:
        delivering.correct(actor=current_user, promise_id=promise_id, now=get_now())
        flash(_("Taken back: say again what took place."), "success")
        return _find_page(promise_id)

    return answer_form(ButtonForm(), act, lambda: _show(row, None))


def _describe_wrong_code(row: Promise) -> str:
    if delivering.can_use_code(row):
        return _("These are not the digits. Ask the person to read them once more.")
    return _("Too many wrong digits. Let the committee ask the person by phone.")


def show_visit(promise_id: int, report: Report | None = None) -> str:
    """The page of a visit for the volunteer who makes it."""
    row, now = get_promise(current_user, promise_id), get_now()
    line = queries.get_line(current_user, row, now)

    def make() -> str:
        return render_template(
            "assignments/visit.html",
            line=line,
            month=row.run.match_round.month,
            promise=row,
            report=report or make_report(row, current_user, now),
        )

    return show_people(ListKind.GIVEN, line.persons, make)


# The page on which each role reports.
_PAGES: Mapping[Role, tuple[str, Callable[..., str]]] = {
    Role.VOLUNTEER: ("assignments.visit", show_visit),
    Role.COORDINATOR: ("assignments.promise", show_promise),
    Role.COMMITTEE_WORKER: ("assignments.question", show_help),
}


def _find_page(promise_id: int) -> str:
    endpoint, _show_page = _PAGES[current_user.role]
    return url_for(endpoint, promise_id=promise_id)


def _show(row: Promise, report: Report | None) -> str:
    _endpoint, show_page = _PAGES[current_user.role]
    return show_page(row.id, report=report)
