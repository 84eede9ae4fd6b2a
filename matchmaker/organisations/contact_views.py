"""The form of an organisation's address and contact person, for the office and the coordinator."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.offers.scope import get_own_organisation
from matchmaker.organisations import service
from matchmaker.organisations.forms import ContactForm
from matchmaker.organisations.views import bp
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/<id:organisation_id>/contact", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_APPROVE)
def contact(organisation_id: int) -> Answer:
    back_url = url_for("organisations.show", organisation_id=organisation_id)
    return _answer(organisation_id, back_url)


@bp.route("/own/contact", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def own_contact() -> Answer:
    return _answer(get_own_organisation(current_user).id, url_for("organisations.own"))


def _answer(organisation_id: int, back_url: str) -> Answer:
    is_sent = request.method == "POST"  # what is compared must not change before it is saved
    organisation = service.get_organisation(organisation_id, current_user, is_locked=is_sent)
    form = ContactForm(
        data={
            "address": organisation.address,
            "name": organisation.contact_name,
            "phone": organisation.contact_phone,
        }
    )

    def act() -> str:
        kept = service.OrganisationContact(form.address.data, form.name.data, form.phone.data)
        service.keep_contact(
            actor=current_user, now=get_now(), organisation_id=organisation_id, contact=kept
        )
        flash(_("Saved."), "success")
        return back_url

    def show() -> str:
        return render_template(
            "organisations/contact.html", form=form, organisation=organisation, back_url=back_url
        )

    return answer_form(form, act, show)
