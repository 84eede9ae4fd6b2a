"""A resident's pages about the last day on which help is of use: name it, ask again after it."""

from flask import render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.needs import resident_service, useful
from matchmaker.needs.blueprint import bp
from matchmaker.needs.resident_forms import LastDayForm
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/<id:need_id>/last-day", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def ask_last_day(need_id: int) -> Answer:
    """Ask until which day the help is of use; the page is reached from the draft's check."""
    is_sent = request.method == "POST"
    need = resident_service.get_draft(need_id, current_user, is_locked=is_sent)
    form = LastDayForm(data={"answer": need.useful_until})

    def act() -> str:
        resident_service.answer_last_day(
            actor=current_user, need_id=need_id, day=form.answer.data, now=get_now()
        )
        return url_for("needs.check", need_id=need_id)

    return answer_form(
        form, act, lambda: render_template("needs/ask_last_day.html", form=form, need=need)
    )


@bp.post("/<id:need_id>/once-more")
@requires(Permission.NEED_POST_OWN)
def ask_once_more(need_id: int) -> Response:
    """Make a draft that asks for the same as an expired need, to be looked over and sent."""

    def act() -> str:
        draft = useful.ask_once_more(actor=current_user, need_id=need_id, now=get_now())
        return url_for("needs.check", need_id=draft.id)

    return answer_button(act)
