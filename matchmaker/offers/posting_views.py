"""Posting and editing an offer: the category first, then a form that fits its kind."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.act_once import act_once
from matchmaker.clock import get_local_date, get_now
from matchmaker.errors import ConflictError, DomainError, InvalidError
from matchmaker.extensions import db
from matchmaker.labels import get_name
from matchmaker.models import Offer, OrganisationState, ServiceCategory
from matchmaker.offers import lists, messages, service
from matchmaker.offers.forms import OfferForm, get_typed_values, make_offer_form
from matchmaker.offers.scope import get_offer, get_own_organisation
from matchmaker.offers.states import OfferStep, can_take, check_step
from matchmaker.offers.views import bp, find_own_frozen_month
from matchmaker.permissions import Permission, requires

Answer = tuple[str, int] | Response


@bp.route("/new/<id:category_id>", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def new(category_id: int) -> Answer:
    category = service.get_category(category_id)
    form = _make_form(category, {"valid_from": get_local_date(get_now()), "version": 1})
    if not form.is_submitted():
        return _show_form(form, category, None, 200)

    def post() -> str:
        offer = service.post_offer(
            actor=current_user,
            now=get_now(),
            category_id=category_id,
            terms=form.read_terms(),
            submit=_wants_to_submit(),
        )
        flash(_("Handed in.") if _wants_to_submit() else _("Saved as a draft."), "success")
        return url_for("offers.show", offer_id=offer.id)

    if not form.validate():
        return _show_form(form, category, None, 422)
    try:
        return act_once(form.idempotency_key.data, post)
    except (InvalidError, ConflictError) as error:
        return _show_refusal(form, category, None, error)


@bp.route("/<id:offer_id>/edit", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def edit(offer_id: int) -> Answer:
    offer = get_offer(offer_id, current_user)
    check_step(offer, OfferStep.EDIT)
    form = _make_form(offer.category, get_typed_values(offer))
    if not form.is_submitted():
        return _show_form(form, offer.category, offer, 200)

    def save() -> str:
        service.edit_offer(
            actor=current_user,
            now=get_now(),
            offer_id=offer_id,
            version=form.version.data,
            terms=form.read_terms(),
            submit=_wants_to_submit(),
        )
        flash(_("Saved."), "success")
        return url_for("offers.show", offer_id=offer_id)

    if not form.validate():
        return _show_form(form, offer.category, offer, 422)
    try:
        return act_once(form.idempotency_key.data, save)
    except (InvalidError, ConflictError) as error:
        return _show_refusal(form, offer.category, offer, error)


def _make_form(category: ServiceCategory, values: dict[str, Any]) -> OfferForm:
    subdistrict_id = get_own_organisation(current_user).subdistrict_id
    return make_offer_form(category, lists.list_committees(subdistrict_id), get_name, values)


def _wants_to_submit() -> bool:
    return request.form.get("step") == OfferStep.SUBMIT


def _show_form(
    form: OfferForm, category: ServiceCategory, offer: Offer | None, status: int
) -> tuple[str, int]:
    page = render_template(
        "offers/form.html",
        form=form,
        category=category,
        offer=offer,
        capacity_hint=messages.get_capacity_words(category.kind, category.unit)[1],
        frozen_month=find_own_frozen_month(),
        is_conflict=status == 409,
        can_submit=get_own_organisation(current_user).state is OrganisationState.APPROVED
        and (offer is None or can_take(offer, OfferStep.SUBMIT)),
    )
    return page, status


def _show_refusal(
    form: OfferForm, category: ServiceCategory, offer: Offer | None, error: DomainError
) -> tuple[str, int]:
    """The form as typed; after somebody else's change it may be sent again, knowingly."""
    db.session.rollback()
    if isinstance(error, InvalidError):
        form.add_error(error.field, messages.describe_refusal(error))
        return _show_form(form, category, offer, 422)
    form.form_errors.append(messages.describe_conflict(error))
    if error.code == "offer_changed" and offer is not None:
        form.version.raw_data, form.version.data = None, offer.version
    return _show_form(form, category, offer, 409)
