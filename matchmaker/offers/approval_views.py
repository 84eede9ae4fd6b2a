"""A social worker's queue of offers handed in: look, approve, return, approve many."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.base.errors import ConflictError
from matchmaker.offers import approval_service, queries
from matchmaker.offers.forms import ApproveManyForm, OfferListForm, ReturnForm, VersionForm
from matchmaker.offers.scope import get_offer
from matchmaker.offers.views import bp
from matchmaker.web.act import act_once
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires


@bp.get("/review")
@requires(Permission.OFFER_APPROVE)
def review() -> str:
    return _show_queue(ApproveManyForm(formdata=None))


@bp.post("/review")
@requires(Permission.OFFER_APPROVE)
def approve_many() -> Response | tuple[str, int]:
    form = ApproveManyForm()
    if not form.validate():
        return _show_queue(form), 422

    def approve() -> str:
        approved, left = approval_service.approve_offers(
            actor=current_user, now=get_now(), versions=form.read_versions()
        )
        number = len(approved)
        text = ngettext("%(num)s offer approved.", "%(num)s offers approved.", number)
        flash(text, "success" if approved else "info")
        if left:
            flash(_("Some offers had changed and still wait: look at each of them."), "warning")
        return url_for("offers.review")

    return act_once(form.idempotency_key.data, approve)


@bp.get("/<id:offer_id>/check")
@requires(Permission.OFFER_APPROVE)
def check(offer_id: int) -> str:
    return _show_offer(offer_id, ReturnForm(formdata=None))


@bp.post("/<id:offer_id>/approve")
@requires(Permission.OFFER_APPROVE)
def approve(offer_id: int) -> Response:
    get_offer(offer_id, current_user)
    form = VersionForm()
    if not form.validate():
        raise ConflictError("offer.changed_meanwhile")

    def take() -> str:
        approval_service.approve_offer(
            actor=current_user, now=get_now(), offer_id=offer_id, version=form.version.data
        )
        flash(_("Approved."), "success")
        return url_for("offers.review")

    return act_once(form.idempotency_key.data, take)


@bp.post("/<id:offer_id>/return")
@requires(Permission.OFFER_APPROVE)
def send_back(offer_id: int) -> Response | tuple[str, int]:
    get_offer(offer_id, current_user)
    form = ReturnForm()
    if not form.validate():
        return _show_offer(offer_id, form), 422

    def take() -> str:
        approval_service.return_offer(
            actor=current_user,
            now=get_now(),
            offer_id=offer_id,
            version=form.version.data,
            reason=form.reason.data,
        )
        flash(_("Returned with your reason."), "success")
        return url_for("offers.review")

    return act_once(form.idempotency_key.data, take)


def _show_queue(form: ApproveManyForm) -> str:
    filters = OfferListForm()
    statement = queries.list_waiting(current_user, filters.read_filters())
    return render_template(
        "offers/review.html",
        form=form,
        filters=filters,
        found=paginate(statement),
        arguments=get_other_arguments(),
    )


def _show_offer(offer_id: int, form: ReturnForm) -> str:
    offer = get_offer(offer_id, current_user)
    form.version.data = form.version.data or offer.version
    return render_template(
        "offers/check.html",
        offer=offer,
        form=form,
        committees=queries.list_committees(offer.organisation.subdistrict_id),
    )
