"""One need at the office: what is known, what may be double, and the decision about it."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.act_once import act_once
from matchmaker.clock import get_now
from matchmaker.errors import InvalidError
from matchmaker.extensions import db
from matchmaker.forms.base import BaseForm
from matchmaker.models import NeedState
from matchmaker.needs import lists, verification
from matchmaker.needs.blueprint import bp
from matchmaker.needs.desk_forms import DecisionForm, MergeForm, ReturnForm
from matchmaker.needs.history import list_results, list_steps
from matchmaker.needs.messages import describe_refusal
from matchmaker.needs.scope import get_need
from matchmaker.needs.states import MERGEABLE, WITHDRAWABLE
from matchmaker.permissions import Permission, has_permission, requires

Page = Response | str | tuple[str, int]


@bp.get("/<id:need_id>")
@requires(Permission.NEED_READ_SCOPE)
def show(need_id: int) -> Page:
    return _show_need(need_id)


@bp.post("/<id:need_id>/verify")
@requires(Permission.NEED_VERIFY)
def verify(need_id: int) -> Page:
    form = DecisionForm(prefix=_VERIFY)
    if form.validate():
        try:
            return act_once(form.idempotency_key.data, lambda: _verify(need_id, form))
        except InvalidError as error:
            db.session.rollback()
            form.add_error(error.field, describe_refusal(error))
    return _show_need(need_id, verifying=form)


@bp.post("/<id:need_id>/return")
@requires(Permission.NEED_VERIFY)
def send_back(need_id: int) -> Page:
    form = ReturnForm(prefix=_RETURN)
    if form.validate():
        return act_once(form.idempotency_key.data, lambda: _send_back(need_id, form))
    return _show_need(need_id, returning=form)


@bp.post("/<id:need_id>/merge")
@requires(Permission.NEED_VERIFY)
def merge(need_id: int) -> Page:
    form = MergeForm()
    if form.validate():
        return act_once(form.idempotency_key.data, lambda: _merge(need_id, form))
    return _show_need(need_id)


# Two forms stand on one page: their fields must not share a name or an id.
_VERIFY, _RETURN = "verify-", "return-"


def _show_need(
    need_id: int, verifying: DecisionForm | None = None, returning: ReturnForm | None = None
) -> Page:
    need = get_need(need_id, current_user)
    results = list_results(need)
    refused: BaseForm | None = verifying or returning
    can_verify = has_permission(current_user.role, Permission.NEED_VERIFY)
    page = render_template(
        "needs/show.html",
        need=need,
        form=refused,
        verifying=verifying or _propose(),
        returning=returning or ReturnForm(formdata=None, prefix=_RETURN),
        merging=MergeForm(formdata=None),
        results=results,
        steps=list_steps(need, results),
        twins=lists.list_duplicates(need, current_user),
        can_decide=can_verify and need.state is NeedState.SUBMITTED,
        can_merge=can_verify and need.state in MERGEABLE,
        mergeable=MERGEABLE,
        is_withdrawable=need.state in WITHDRAWABLE,
    )
    return page, 422 if refused else 200


def _propose() -> DecisionForm:
    usual = {"reply_promised_on": verification.get_usual_reply_day(get_now())}
    return DecisionForm(formdata=None, data=usual, prefix=_VERIFY)


def _verify(need_id: int, form: DecisionForm) -> str:
    verification.verify_need(
        actor=current_user,
        need_id=need_id,
        tier=int(form.tier.data),
        reply_promised_on=form.reply_promised_on.data,
        now=get_now(),
    )
    flash(_("Checked. It takes part in the next round."), "success")
    return url_for("needs.index")


def _send_back(need_id: int, form: ReturnForm) -> str:
    verification.return_need(
        actor=current_user, need_id=need_id, reason=form.reason.data, now=get_now()
    )
    flash(_("Returned to the resident."), "success")
    return url_for("needs.index")


def _merge(need_id: int, form: MergeForm) -> str:
    verification.merge_duplicate(
        actor=current_user, kept_id=need_id, duplicate_id=form.duplicate_id.data, now=get_now()
    )
    flash(_("Joined. The other one is closed."), "success")
    return url_for("needs.show", need_id=need_id)
