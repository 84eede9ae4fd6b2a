"""The office's page of one need, with the decisions made there: verify, return, merge, correct."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.base.clock import get_month, get_now
from matchmaker.forms.base import BaseForm, ButtonForm
from matchmaker.models import Need, NeedState
from matchmaker.needs import corrections, queries, queue_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.desk_forms import CorrectionForm, DecisionForm, MergeForm, ReturnNeedForm
from matchmaker.needs.follow_ups import list_of_need
from matchmaker.needs.history import list_results, list_timeline
from matchmaker.needs.queue_views import describe_asker
from matchmaker.needs.referrals import list_referrals
from matchmaker.needs.repeating import find_repeat
from matchmaker.needs.states import MERGEABLE, WITHDRAWABLE, get_need
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires


@bp.get("/<id:need_id>")
@requires(Permission.NEED_READ_SCOPE)
def show(need_id: int) -> str:
    return show_need(need_id)


@bp.post("/<id:need_id>/verify")
@requires(Permission.NEED_VERIFY)
def verify(need_id: int) -> Answer:
    form = DecisionForm(prefix=_VERIFY)

    def act() -> str:
        queue_service.verify_need(
            actor=current_user,
            need_id=need_id,
            version=form.version.data,
            tier=int(form.tier.data),
            reply_promised_on=form.reply_promised_on.value,
            now=get_now(),
        )
        flash(_("Checked. It takes part in the next round."), "success")
        return url_for("needs.index")

    return answer_form(form, act, lambda: show_need(need_id, form))


@bp.post("/<id:need_id>/return")
@requires(Permission.NEED_SORT)
def send_back(need_id: int) -> Answer:
    form = ReturnNeedForm(prefix=_RETURN)

    def act() -> str:
        queue_service.return_need(
            actor=current_user, need_id=need_id, reason=form.reason.data, now=get_now()
        )
        flash(_("Returned to the resident."), "success")
        return url_for("needs.index")

    return answer_form(form, act, lambda: show_need(need_id, form))


@bp.post("/<id:need_id>/merge")
@requires(Permission.NEED_SORT)
def merge(need_id: int) -> Answer:
    form = MergeForm()

    def act() -> str:
        queue_service.merge_duplicate(
            actor=current_user,
            kept_id=need_id,
            duplicate_id=form.duplicate_id.data,
            now=get_now(),
        )
        flash(_("Joined. The other one is closed."), "success")
        return url_for("needs.show", need_id=need_id)

    return answer_form(form, act, lambda: show_need(need_id, form))


# Two forms are on one page, so their fields must not share a name or an id.
_VERIFY, _RETURN = "verify-", "return-"


def show_need(need_id: int, refused: BaseForm | None = None) -> str:
    """The page of one need; ``refused`` is the form of the page that was sent and refused."""
    need = queries.get_shown_need(need_id, current_user)
    results = list_results(need)
    can_sort = has_permission(current_user.role, Permission.NEED_SORT)
    can_decide = queue_service.may_verify(need, current_user) and need.state is NeedState.SUBMITTED
    returning = refused if isinstance(refused, ReturnNeedForm) else None
    return render_template(
        "needs/show.html",
        need=need,
        form=refused,
        verifying=refused if isinstance(refused, DecisionForm) else _propose(need),
        returning=returning or ReturnNeedForm(formdata=None, prefix=_RETURN),
        merging=MergeForm(formdata=None),
        results=results,
        steps=list_timeline(need, results),
        questions=list_of_need(need),
        can_ask=has_permission(current_user.role, Permission.NEED_POST_ON_BEHALF),
        twins=queries.list_duplicates(need, current_user, get_month(get_now())),
        can_decide=can_decide,
        asker=describe_asker(need) if can_decide else "",
        can_return=can_sort,
        can_merge=can_sort and need.state in MERGEABLE,
        mergeable=MERGEABLE,
        is_withdrawable=need.state in WITHDRAWABLE,
        corrections=corrections.list_corrections(need),
        referrals=list_referrals(need),
        can_correct=corrections.may_correct(need, current_user),
        can_undo=corrections.may_undo(need, current_user),
        later=find_repeat(need) if need.repeats_until else None,
    )


def _propose(need: Need) -> DecisionForm:
    day = queue_service.get_usual_reply_day(get_now())
    usual = {"reply_promised_on": day, "version": need.version}
    return DecisionForm(formdata=None, data=usual, prefix=_VERIFY)


# Until the list is locked: a correction with its reason, and the undo of a check.


@bp.route("/<id:need_id>/correct-checked", methods=["GET", "POST"])
@requires(Permission.NEED_VERIFY)
def correct_checked(need_id: int) -> Answer:
    form = CorrectionForm.of(get_need(need_id, current_user, is_locked=request.method == "POST"))

    def act() -> str:
        corrections.correct_need(
            actor=current_user,
            need_id=need_id,
            terms=form.read_terms(),
            reason=form.reason.data,
            now=get_now(),
        )
        flash(_("Corrected. The resident can read what and why."), "success")
        return url_for("needs.show", need_id=need_id)

    def show() -> str:
        need = corrections.get_correctable(need_id, current_user)
        return render_template("needs/correct_checked.html", form=form, need=need)

    return answer_form(form, act, show)


@bp.post("/<id:need_id>/undo-check")
@requires(Permission.NEED_VERIFY)
def undo_check(need_id: int) -> Answer:
    return _undo(need_id, url_for("needs.show", need_id=need_id), is_whole_step=False)


@bp.post("/<id:need_id>/undo-checks")
@requires(Permission.NEED_VERIFY)
def undo_checks(need_id: int) -> Answer:
    return _undo(need_id, url_for("needs.index"), is_whole_step=True)


def _undo(need_id: int, page: str, *, is_whole_step: bool) -> Answer:
    form = ButtonForm()

    def act() -> str:
        count = corrections.undo_verification(
            actor=current_user, need_id=need_id, is_whole_step=is_whole_step, now=get_now()
        )
        flash(
            ngettext(
                "Undone: %(num)s need waits to be checked again.",
                "Undone: %(num)s needs wait to be checked again.",
                count,
            ),
            "success",
        )
        return page

    return answer_form(form, act, lambda: show_need(need_id, form))
