"""The public application for an organisation, and the invitation of its coordinator."""

from datetime import timedelta

from flask import current_app, render_template, request, session, url_for
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm
from matchmaker.models import OrganisationKind
from matchmaker.organisations import application_service, service
from matchmaker.organisations.forms import make_application_form
from matchmaker.organisations.views import SHOWN_ONCE, bp, show_organisation
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, public, requires


@bp.route("/apply", methods=["GET", "POST"])
@public
def apply() -> Answer:
    form = make_application_form(application_service.list_subdistricts())

    def act() -> str:
        application_service.count_application(address=request.remote_addr or "", now=get_now())
        db.session.commit()  # an attempt counts even if it fails
        application_service.apply(
            now=get_now(),
            subdistrict_id=int(form.subdistrict_id.data),
            name_zh=form.name_zh.data,
            name_en=form.name_en.data or "",
            kind=OrganisationKind(form.kind.data),
            contact_name=form.contact_name.data,
            contact_phone=form.contact_phone.data or "",
        )
        return url_for("organisations.applied")

    return answer_form(form, act, lambda: render_template("organisations/apply.html", form=form))


@bp.get("/applied")
@public
def applied() -> str:
    return render_template("organisations/applied.html")


@bp.post("/<id:organisation_id>/invite")
@requires(Permission.ORGANISATION_APPROVE)
def invite(organisation_id: int) -> Answer:
    organisation = service.get_organisation(organisation_id, current_user)
    form = ButtonForm()

    def act() -> str:
        session[SHOWN_ONCE] = application_service.invite_coordinator(
            actor=current_user,
            now=get_now(),
            organisation_id=organisation_id,
            lasts=timedelta(days=current_app.config["INVITATION_DAYS"]),
        )
        return url_for("organisations.show", organisation_id=organisation_id)

    return answer_form(form, act, lambda: show_organisation(organisation, form))
