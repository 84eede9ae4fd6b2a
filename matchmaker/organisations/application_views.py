"""Applying for an organisation in public; inviting its coordinator after the approval."""

from datetime import timedelta

from flask import current_app, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import OrganisationKind
from matchmaker.organisations import application_service, service
from matchmaker.organisations.forms import ApplicationForm, StepForm, make_application_form
from matchmaker.organisations.views import SHOWN_ONCE, Answer, bp
from matchmaker.web.act import act_once
from matchmaker.web.permissions import Permission, public, requires
from matchmaker.words.refusals import describe_refusal


@bp.route("/apply", methods=["GET", "POST"])
@public
def apply() -> Answer:
    form = make_application_form(application_service.list_subdistricts())
    if not form.is_submitted():
        return _show(form), 200
    if not form.validate():
        return _show(form), 422
    application_service.count_application(address=request.remote_addr or "", now=get_now())
    db.session.commit()
    try:
        application_service.apply(
            now=get_now(),
            subdistrict_id=int(form.subdistrict_id.data),
            name_zh=form.name_zh.data,
            name_en=form.name_en.data or "",
            kind=OrganisationKind(form.kind.data),
            contact_name=form.contact_name.data,
            contact_phone=form.contact_phone.data or "",
        )
    except InvalidError as error:
        db.session.rollback()
        form.add_error(error.field, describe_refusal(error))
        return _show(form), 422
    db.session.commit()
    return redirect(url_for("organisations.applied"), 303)


@bp.get("/applied")
@public
def applied() -> str:
    return render_template("organisations/applied.html")


@bp.post("/<id:organisation_id>/invite")
@requires(Permission.ORGANISATION_APPROVE)
def invite(organisation_id: int) -> Response:
    service.get_organisation(organisation_id, current_user)
    form = StepForm()
    location = url_for("organisations.show", organisation_id=organisation_id)
    if not form.validate():
        return redirect(location, 303)

    def make() -> str:
        session[SHOWN_ONCE] = application_service.invite_coordinator(
            actor=current_user,
            now=get_now(),
            organisation_id=organisation_id,
            lasts=timedelta(days=current_app.config["INVITATION_DAYS"]),
        )
        return location

    return act_once(form.idempotency_key.data, make)


def _show(form: ApplicationForm) -> str:
    return render_template("organisations/apply.html", form=form)
