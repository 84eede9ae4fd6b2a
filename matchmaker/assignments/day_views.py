"""Pages on which giver and recipient ask each other for another day of a visit, and answer."""

from collections.abc import Callable

from flask import flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments import appointing
from matchmaker.assignments.agree_views import show_help
from matchmaker.assignments.agreeing import get_help
from matchmaker.assignments.answer_views import show_promise
from matchmaker.assignments.answering import get_promise
from matchmaker.assignments.forms import DayForm
from matchmaker.assignments.views import bp
from matchmaker.base.clock import get_now
from matchmaker.forms.base import IdempotentForm
from matchmaker.models import Promise, PromiseSide
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.post("/given/<id:promise_id>/day")
@requires(Permission.PROMISE_ANSWER)
def set_day(promise_id: int) -> Answer:
    form = _read_form(get_promise(current_user, promise_id))

    def act() -> str:
        now = get_now()
        if appointing.set_day(actor=current_user, promise_id=promise_id, to=form.read(), now=now):
            flash(_("The day is set."), "success")
        else:
            flash(_("The person is asked whether the other day suits."), "success")
        return url_for("assignments.promise", promise_id=promise_id)

    return answer_form(form, act, lambda: show_promise(promise_id, day_form=form))


@bp.post("/given/<id:promise_id>/take-day")
@requires(Permission.PROMISE_ANSWER)
def take_day(promise_id: int) -> Answer:
    return _answer_giver(promise_id, appointing.take_day)


@bp.post("/given/<id:promise_id>/keep-day")
@requires(Permission.PROMISE_ANSWER)
def keep_day(promise_id: int) -> Answer:
    return _answer_giver(promise_id, appointing.keep_day)


@bp.post("/help/<id:promise_id>/day")
@requires(Permission.HELP_AGREE)
def ask_for_day(promise_id: int) -> Answer:
    form = _read_form(get_help(current_user, promise_id, get_now()).get(promise_id))

    def act() -> str:
        now = get_now()
        appointing.ask_for_day(actor=current_user, promise_id=promise_id, to=form.read(), now=now)
        flash(_("Written down: those who help are asked whether they can come then."), "success")
        return url_for("assignments.questions")

    return answer_form(form, act, lambda: show_help(promise_id, day_form=form))


@bp.post("/help/<id:promise_id>/take-day")
@requires(Permission.HELP_AGREE)
def take_other_day(promise_id: int) -> Answer:
    return _answer_recipient(promise_id, appointing.take_day)


@bp.post("/help/<id:promise_id>/keep-day")
@requires(Permission.HELP_AGREE)
def keep_own_day(promise_id: int) -> Answer:
    return _answer_recipient(promise_id, appointing.keep_day)


def _read_form(row: Promise) -> DayForm:
    form = DayForm()
    form.fill(appointing.list_open_days(row.run, get_now()), row)
    return form


def _answer_giver(promise_id: int, step: Callable[..., None]) -> Answer:
    def act() -> str:
        step(actor=current_user, promise_id=promise_id, side=PromiseSide.GIVER, now=get_now())
        flash(_("Written down. The person is told."), "success")
        return url_for("assignments.promise", promise_id=promise_id)

    get_promise(current_user, promise_id)
    return answer_form(IdempotentForm(), act, lambda: show_promise(promise_id))


def _answer_recipient(promise_id: int, step: Callable[..., None]) -> Answer:
    def act() -> str:
        step(actor=current_user, promise_id=promise_id, side=PromiseSide.RECIPIENT, now=get_now())
        flash(_("Written down. Those who help are told."), "success")
        return url_for("assignments.questions")

    return answer_form(IdempotentForm(), act, lambda: show_help(promise_id))
