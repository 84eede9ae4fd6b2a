"""A resident's own needs and wishes: the list, one of them, taking one back."""

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.clock import get_now
from matchmaker.extensions import db
from matchmaker.needs import drafts, lists, service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.history import list_results, list_steps
from matchmaker.needs.scope import get_need
from matchmaker.needs.states import EDITABLE, WITHDRAWABLE
from matchmaker.permissions import Permission, requires


@bp.get("/mine")
@requires(Permission.NEED_READ_OWN)
def mine() -> str:
    return render_template("needs/mine.html", needs=lists.list_own_needs(current_user))


@bp.get("/<id:need_id>/follow")
@requires(Permission.NEED_READ_OWN)
def follow(need_id: int) -> str:
    need = get_need(need_id, current_user)
    results = list_results(need)
    return render_template(
        "needs/follow.html",
        need=need,
        results=results,
        steps=list_steps(need, results),
        is_entered_for_them=need.entered_by_id != current_user.id,
        is_editable=need.state in EDITABLE,
        is_withdrawable=need.state in WITHDRAWABLE,
    )


@bp.post("/<id:need_id>/withdraw")
@requires(Permission.NEED_POST_OWN)
def withdraw(need_id: int) -> Response:
    need = service.withdraw_need(actor=current_user, need_id=need_id, now=get_now())
    db.session.commit()
    flash(_("You took it back."), "success")
    return redirect(url_for("needs.follow", need_id=need.id), 303)


@bp.post("/<id:need_id>/discard")
@requires(Permission.NEED_POST_OWN)
def discard(need_id: int) -> Response:
    drafts.discard_draft(actor=current_user, need_id=need_id, now=get_now())
    db.session.commit()
    flash(_("Thrown away."), "success")
    return redirect(url_for("needs.mine"), 303)
