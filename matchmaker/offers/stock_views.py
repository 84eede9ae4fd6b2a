"""A coordinator's page to offer more of what an offer has a stock of."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.base.errors import ConflictError
from matchmaker.models import OfferState
from matchmaker.offers.forms import make_more_form
from matchmaker.offers.scope import get_offer
from matchmaker.offers.states import OFFER_STATES, OfferStep
from matchmaker.offers.stock import add_stock
from matchmaker.offers.views import bp
from matchmaker.promises.stock import count_gone
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.quantities import get_unit_word


@bp.route("/<id:offer_id>/more", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def offer_more(offer_id: int) -> Answer:
    offer = get_offer(offer_id, current_user)
    OFFER_STATES.check(offer.state, OfferStep.ADD)
    if offer.stock is None:
        raise ConflictError("offer.no_stock")
    form = make_more_form(offer)

    def act() -> str:
        added = add_stock(
            actor=current_user,
            now=get_now(),
            offer_id=offer_id,
            version=form.version.data,
            units=form.units.data,
        )
        if added.state is OfferState.USED_UP:
            flash(_("It is added, but more was given than that. Offer more still."), "warning")
        else:
            flash(_("Thank you. Coming rounds count on it."), "success")
        return url_for("offers.show", offer_id=offer_id)

    def show() -> str:
        unit = get_unit_word(offer.category.unit)
        return render_template(
            "offers/more.html", form=form, offer=offer, gone=count_gone(offer), unit=unit
        )

    return answer_form(form, act, show)
