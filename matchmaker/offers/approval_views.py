"""A social worker's pages for submitted offers: view, approve and return one, approve several."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.models import Offer
from matchmaker.offers import approval_service, queries
from matchmaker.offers.forms import ApproveManyForm, OfferListForm, ReturnOfferForm, VersionForm
from matchmaker.offers.scope import get_offer
from matchmaker.offers.views import AMOUNT, CATEGORY, bp, refuse_unversioned
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Box, Column, ListPage
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name


@bp.get("/review")
@requires(Permission.OFFER_APPROVE)
def review() -> str:
    return _show_queue(ApproveManyForm(formdata=None))


@bp.post("/review")
@requires(Permission.OFFER_APPROVE)
def approve_many() -> Answer:
    form = ApproveManyForm()

    def act() -> str:
        approved, left = approval_service.approve_offers(
            actor=current_user, now=get_now(), versions=form.read_versions()
        )
        number = len(approved)
        text = ngettext("%(num)s offer approved.", "%(num)s offers approved.", number)
        flash(text, "success" if approved else "info")
        if left:
            flash(_("Some offers had changed and still wait: look at each of them."), "warning")
        return url_for("offers.review")

    return answer_form(form, act, lambda: _show_queue(form))


@bp.get("/<id:offer_id>/check")
@requires(Permission.OFFER_APPROVE)
def check(offer_id: int) -> str:
    return _show_offer(offer_id, ReturnOfferForm(formdata=None))


@bp.post("/<id:offer_id>/approve")
@requires(Permission.OFFER_APPROVE)
def approve(offer_id: int) -> Answer:
    get_offer(offer_id, current_user)
    form = VersionForm()

    def act() -> str:
        approval_service.approve_offer(
            actor=current_user, now=get_now(), offer_id=offer_id, version=form.version.data
        )
        flash(_("Approved."), "success")
        return url_for("offers.review")

    return answer_form(form, act, refuse_unversioned)


@bp.post("/<id:offer_id>/return")
@requires(Permission.OFFER_APPROVE)
def send_back(offer_id: int) -> Answer:
    get_offer(offer_id, current_user)
    form = ReturnOfferForm()

    def act() -> str:
        approval_service.return_offer(
            actor=current_user,
            now=get_now(),
            offer_id=offer_id,
            version=form.version.data,
            reason=form.reason.data,
        )
        flash(_("Returned with your reason."), "success")
        return url_for("offers.review")

    return answer_form(form, act, lambda: _show_offer(offer_id, form))


_COLUMNS = (
    Column[Offer](
        header=_l("Offer"),
        read=lambda offer: offer.title,
        link=lambda offer: url_for("offers.check", offer_id=offer.id),
    ),
    Column[Offer](header=_l("Organisation"), read=lambda offer: get_name(offer.organisation)),
    CATEGORY,
    AMOUNT,
    Column[Offer](
        header=_l("Tick"),
        read=lambda offer: "",
        box=lambda offer: Box(
            f"{offer.id}:{offer.version}", _("Approve %(offer)s", offer=offer.title)
        ),
    ),
)


def _show_queue(form: ApproveManyForm) -> str:
    filters = OfferListForm()
    listed = ListPage(
        endpoint="offers.review",
        caption=_l("Offers to check"),
        query=queries.list_waiting(current_user, filters.read_filters()),
        columns=_COLUMNS,
        people=None,
        form=filters,
        fields=("search", "kind"),
    )
    return render_template("offers/review.html", form=form, list=listed)


def _show_offer(offer_id: int, form: ReturnOfferForm) -> str:
    offer = get_offer(offer_id, current_user)
    form.version.data = form.version.data or offer.version
    return render_template(
        "offers/check.html",
        offer=offer,
        form=form,
        committees=queries.list_committees(offer.organisation.subdistrict_id),
    )
