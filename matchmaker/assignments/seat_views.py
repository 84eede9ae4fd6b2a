"""Pages that move a promise to another session, by coordinator or phone, and set a stay's days."""

from collections.abc import Callable

from flask import flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments import seating
from matchmaker.assignments.agree_views import show_help
from matchmaker.assignments.agreeing import get_help
from matchmaker.assignments.answer_views import show_promise
from matchmaker.assignments.answering import get_promise
from matchmaker.assignments.session_forms import SeatForm, StayForm
from matchmaker.assignments.views import bp
from matchmaker.base.clock import get_now
from matchmaker.models import Promise
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.post("/given/<id:promise_id>/seat")
@requires(Permission.SESSION_MANAGE)
def move(promise_id: int) -> Answer:
    row = get_promise(current_user, promise_id)
    done = _("Moved. The person is told.")
    page = url_for("assignments.promise", promise_id=promise_id)
    return _answer(row, done, page, lambda form: show_promise(promise_id, seat_form=form))


@bp.post("/help/<id:promise_id>/seat")
@requires(Permission.HELP_RING)
def move_for(promise_id: int) -> Answer:
    row = get_help(current_user, promise_id, get_now()).get(promise_id)
    done = _("Written down. Those who help are told.")
    page = url_for("assignments.question", promise_id=promise_id)
    return _answer(row, done, page, lambda form: show_help(promise_id, seat_form=form))


@bp.post("/given/<id:promise_id>/stay")
@requires(Permission.SESSION_MANAGE)
def set_stay(promise_id: int) -> Answer:
    get_promise(current_user, promise_id)
    form = StayForm()

    def act() -> str:
        seating.set_stay(
            actor=current_user,
            promise_id=promise_id,
            first=form.first_day.value,
            last=form.last_day.value,
            now=get_now(),
        )
        flash(_("The days are fixed, and the person is told."), "success")
        return url_for("assignments.promise", promise_id=promise_id)

    return answer_form(form, act, lambda: show_promise(promise_id, stay_form=form))


def _answer(row: Promise, done: str, page: str, show: Callable[[SeatForm], str]) -> Answer:
    form = SeatForm()
    form.fill(seating.list_choices(row, get_now()))

    def act() -> str:
        seating.move(
            actor=current_user,
            promise_id=row.id,
            session_id=int(form.session_id.data),
            now=get_now(),
        )
        flash(done, "success")
        return page

    return answer_form(form, act, lambda: show(form))
