"""Pages about needs that come back every month: choose it, confirm it, end it."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.needs import repeating, resident_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.repeat_field import write_month
from matchmaker.needs.resident_forms import RepeatsForm
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/<id:need_id>/repeats", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def ask_repeats(need_id: int) -> Answer:
    """Ask whether a draft is for once or comes back; the page is reached from the draft's check."""
    is_sent = request.method == "POST"
    need = resident_service.get_draft(need_id, current_user, is_locked=is_sent)
    form = RepeatsForm(data={"answer": write_month(need.repeats_until)})

    def act() -> str:
        resident_service.answer_repeats(
            actor=current_user, need_id=need_id, until=form.answer.month, now=get_now()
        )
        return url_for("needs.check", need_id=need_id)

    return answer_form(
        form, act, lambda: render_template("needs/ask_repeats.html", form=form, need=need)
    )


@bp.post("/<id:need_id>/end-repeat")
@requires(Permission.NEED_POST_OWN)
def end_repeat(need_id: int) -> Response:
    return _end(need_id, url_for("needs.follow", need_id=need_id))


@bp.post("/<id:need_id>/end-repeat-for")
@requires(Permission.NEED_POST_ON_BEHALF)
def end_repeat_for(need_id: int) -> Response:
    return _end(need_id, url_for("needs.show", need_id=need_id))


def _end(need_id: int, page: str) -> Response:
    def act() -> str:
        repeating.end_repeat(actor=current_user, need_id=need_id, now=get_now())
        flash(_("It does not come back any more. What was asked for already goes on."), "success")
        return page

    return answer_button(act)


@bp.post("/<id:need_id>/confirm-repeat")
@requires(Permission.NEED_POST_ON_BEHALF)
def confirm_repeat(need_id: int) -> Response:
    def act() -> str:
        repeating.confirm_repeat(actor=current_user, need_id=need_id, now=get_now())
        flash(_("It goes on, and is looked at again in half a year."), "success")
        return url_for("needs.show", need_id=need_id)

    return answer_button(act)
