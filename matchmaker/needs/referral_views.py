"""The office's pages to hand a need to another office and to write what came of it."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms.widgets import HiddenInput

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.fields import DayField, LongTextField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import NeedState, ReferralEnd
from matchmaker.models.limits import LONGEST_REASON, LONGEST_REMARK, LONGEST_TITLE
from matchmaker.needs import referrals
from matchmaker.needs.blueprint import bp
from matchmaker.needs.referrals import ReferralTerms
from matchmaker.needs.states import NEED_STATES, get_need
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label


class ReferralForm(IdempotentForm):
    """The office that gets a need, and why; with the version of the need that the page showed."""

    version = WholeNumberField(validators=[Required()], widget=HiddenInput())
    office = TextField(
        _l("Name of the office or service"),
        [Required(_l("Enter to whom it is handed.")), MaxLength(LONGEST_TITLE)],
    )
    reach = TextField(
        _l("Its phone, or how to reach it"),
        [Required(_l("Enter how the resident reaches it.")), MaxLength(LONGEST_REMARK)],
    )
    reason = LongTextField(
        _l("Why is it handed on?"),
        [Required(_l("Write one sentence. The resident reads it.")), MaxLength(LONGEST_REASON)],
    )
    day = DayField(_l("Handed on at this day"), [Required(_l("Enter a day."))])

    def read_terms(self) -> ReferralTerms:
        """The typed terms of a valid form."""
        return ReferralTerms(
            office=self.office.data,
            reach=self.reach.data,
            reason=self.reason.data,
            day=self.day.value,
        )


class EndReferralForm(IdempotentForm):
    """What came of a referral; with the version of the need that the page showed."""

    version = WholeNumberField(validators=[Required()], widget=HiddenInput())
    end = RadiosField(
        _l("What came of it?"),
        [Required(_l("Choose one."))],
        choices=make_choices((end, get_label(end)) for end in ReferralEnd),
    )
    answer = LongTextField(_l("What did they say?"), [MaxLength(LONGEST_REASON)])


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
    form = EndReferralForm(data={"version": need.version})

    def act() -> str:
        ended = referrals.end_referral(
            actor=current_user,
            need_id=need_id,
            version=form.version.data,
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
