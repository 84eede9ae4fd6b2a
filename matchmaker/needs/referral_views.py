"""The office's pages to hand a need to another office and to write what came of it."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import NeedState, ReferralEnd
from matchmaker.needs import referrals
from matchmaker.needs.blueprint import bp
from matchmaker.needs.referral_forms import EndReferralForm, ReferralForm
from matchmaker.needs.states import NEED_STATES, get_need
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/<id:need_id>/refer", methods=["GET", "POST"])
@requires(Permission.NEED_REFER)
def refer(need_id: int) -> Answer:
    need = get_need(need_id, current_user)
    NEED_STATES.check(need.state, NeedState.REFERRED)
    form = ReferralForm(data={"version": need.version, "day": get_local_date(get_now())})

    def act() -> str:
        referrals.refer_need(
            actor=current_user,
            need_id=need_id,
            version=form.version.data,
            terms=form.read_terms(),
            now=get_now(),
        )
        flash(_("Handed on. The resident reads to whom."), "success")
        return url_for("needs.show", need_id=need_id)

    return answer_form(form, act, lambda: render_template("needs/refer.html", form=form, need=need))


@bp.route("/<id:need_id>/referral", methods=["GET", "POST"])
@requires(Permission.NEED_REFER)
def end_referral(need_id: int) -> Answer:
    need, referral = referrals.get_referred(need_id, current_user)
    form = EndReferralForm()

    def act() -> str:
        ended = referrals.end_referral(
            actor=current_user,
            need_id=need_id,
            end=ReferralEnd(form.end.data),
            answer=form.answer.data,
            now=get_now(),
        )
        is_over = ended.state is NeedState.CLOSED
        flash(_("Closed as helped.") if is_over else _("It waits here again."), "success")
        return url_for("needs.show", need_id=need_id)

    def show() -> str:
        return render_template("needs/end_referral.html", form=form, need=need, referral=referral)

    return answer_form(form, act, show)
