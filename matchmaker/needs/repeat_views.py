"""Say that a need still comes back every month, or that it does not any more."""

from flask import flash, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.needs import repeating
from matchmaker.needs.blueprint import bp
from matchmaker.web.act import answer_button
from matchmaker.web.permissions import Permission, requires


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
