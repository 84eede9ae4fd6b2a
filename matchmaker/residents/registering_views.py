"""Pages to register a resident at the counter and to record a recipient status."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.forms.choices import make_choices
from matchmaker.models import Committee, ConsentChannel, StatusKind
from matchmaker.residents import phone_search, scope, service, statuses
from matchmaker.residents.forms import RegisterForm, StatusForm
from matchmaker.residents.service import Registration
from matchmaker.residents.twins import Twins, find_twins
from matchmaker.residents.views import bp
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name
from matchmaker.words.refusals import describe_refusal


@bp.route("/residents/new", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def register() -> Answer:
    committees = scope.list_committees(current_user)
    form = _make_form(committees)

    def act() -> str:
        phone_search.count_check(current_user, get_now())
        db.session.commit()  # the answer reveals whether the phone is known, so each try counts
        resident = service.register_resident(
            actor=current_user,
            registration=_read(form, committees),
            is_known_duplicate=form.is_known_duplicate.data,
            now=get_now(),
        )
        flash(_("Registered as %(reference)s.", reference=resident.reference), "success")
        return url_for("residents.show", resident_id=resident.id)

    return answer_form(
        form,
        act,
        lambda: _show_form(form),
        answer_conflict=lambda error: _warn_of_twins(form, committees, error),
    )


@bp.route("/residents/<id:resident_id>/statuses/new", methods=["GET", "POST"])
@requires(Permission.STATUS_VERIFY)
def record_status(resident_id: int) -> Answer:
    resident = statuses.get_recordable(resident_id, current_user)
    form = StatusForm()

    def act() -> str:
        statuses.record_status(
            actor=current_user,
            resident_id=resident_id,
            kind=StatusKind(form.kind.data),
            evidence=form.evidence.data,
            valid_until=form.valid_until.data,
            now=get_now(),
        )
        flash(_("Recorded. It counts once it is verified."), "success")
        return url_for("residents.show", resident_id=resident_id)

    return answer_form(
        form, act, lambda: render_template("residents/status.html", form=form, resident=resident)
    )


def _make_form(committees: list[Committee]) -> RegisterForm:
    """The form; without the question of the committee if there is only one."""
    form = RegisterForm()
    form.committee_id.choices = make_choices(
        [("", _("Choose")), *((row.id, get_name(row)) for row in committees)]
    )
    if len(committees) == 1:
        del form.committee_id
    return form


def _read(form: RegisterForm, committees: list[Committee]) -> Registration:
    is_asked = "committee_id" in form
    return Registration(
        committee_id=int(form.committee_id.data) if is_asked else committees[0].id,
        household_reference=(form.household_reference.data or "").upper() or None,
        block=form.block.data or "",
        full_name=form.full_name.data,
        display_name=form.display_name.data,
        phone=form.phone.value,
        address=form.address.data,
        birth_year=form.birth_year.data,
        consent_channel=ConsentChannel(form.consent_channel.data),
    )


def _warn_of_twins(form: RegisterForm, committees: list[Committee], error: ConflictError) -> Answer:
    """Show the form as typed, beside each registered resident who may be the same person."""
    typed = _read(form, committees)
    form.is_known_duplicate.errors = [describe_refusal(error)]
    return _show_form(form, typed, find_twins(current_user, typed.described)), 422


def _show_form(
    form: RegisterForm, typed: Registration | None = None, twins: Twins | None = None
) -> str:
    return render_template("residents/register.html", form=form, typed=typed, twins=twins)
