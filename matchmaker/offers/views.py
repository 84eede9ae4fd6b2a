"""A coordinator's offers: list, page, pause, resume, withdraw. Posting: ``posting_views``."""

from datetime import date

from flask import Blueprint, Response, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from matchmaker.act_once import act_once
from matchmaker.clock import get_now
from matchmaker.errors import ConflictError
from matchmaker.exports import FILE_FORMATS, send_table
from matchmaker.extensions import db
from matchmaker.formatting import format_day, format_month
from matchmaker.models import Role
from matchmaker.offers import export, lists, messages, service
from matchmaker.offers.forms import OfferListForm, VersionForm
from matchmaker.offers.freeze import find_frozen_month
from matchmaker.offers.scope import get_offer, get_own_organisation
from matchmaker.offers.states import OfferStep, can_take
from matchmaker.offers.wording import name_committees, name_statuses, name_windows
from matchmaker.paging import get_other_arguments, paginate
from matchmaker.permissions import Permission, requires
from matchmaker.units import format_quantity

bp = Blueprint("offers", __name__, url_prefix="/offers")
bp.add_app_template_filter(format_quantity, "quantity")
bp.add_app_template_filter(format_day, "day")
bp.add_app_template_filter(format_month, "month_name")
bp.add_app_template_filter(name_windows, "windows")
bp.add_app_template_filter(name_statuses, "statuses")
bp.add_app_template_filter(name_committees, "committees")
bp.add_app_template_test(can_take, "able_to")

_STEPS = {
    OfferStep.SUBMIT: service.submit_offer,
    OfferStep.PAUSE: service.pause_offer,
    OfferStep.RESUME: service.resume_offer,
    OfferStep.WITHDRAW: service.withdraw_offer,
}


@bp.errorhandler(ConflictError)
def show_conflict(error: ConflictError) -> tuple[str, int]:
    db.session.rollback()
    giver = current_user.is_authenticated and current_user.role is Role.COORDINATOR
    back_url = url_for("offers.index" if giver else "offers.review")
    text = messages.describe_conflict(error)
    return render_template("offers/conflict.html", text=text, back_url=back_url, status=409), 409


@bp.get("/")
@requires(Permission.OFFER_POST)
def index() -> str:
    form = OfferListForm()
    filters = form.read_filters()
    return render_template(
        "offers/index.html",
        form=form,
        found=paginate(lists.list_offers(current_user, filters)),
        counts=lists.count_by_state(current_user, filters),
        arguments=get_other_arguments(),
        frozen_month=find_own_frozen_month(),
        file_formats=FILE_FORMATS,
    )


@bp.get("/offers.<any(xlsx, csv):file_format>")
@requires(Permission.OFFER_POST)
def download(file_format: str) -> Response:
    statement = lists.list_offers(current_user, OfferListForm().read_filters())
    rows = export.make_rows(db.session.scalars(statement))
    return send_table(file_format, "offers", _("Our offers"), export.get_headers(), rows)


@bp.get("/new")
@requires(Permission.OFFER_POST)
def choose() -> str:
    return render_template("offers/choose.html", headings=lists.list_categories())


@bp.get("/<id:offer_id>")
@requires(Permission.OFFER_POST)
def show(offer_id: int) -> str:
    offer = get_offer(offer_id, current_user)
    return render_template(
        "offers/show.html",
        offer=offer,
        form=VersionForm(formdata=None, version=offer.version),
        frozen_month=find_own_frozen_month(),
        committees=lists.list_committees(offer.organisation.subdistrict_id),
    )


@bp.post("/<id:offer_id>/<any(submit, pause, resume, withdraw):step>")
@requires(Permission.OFFER_POST)
def move(offer_id: int, step: str) -> AnyResponse:
    get_offer(offer_id, current_user)
    form = VersionForm()
    if not form.validate():
        raise ConflictError("offer_changed")

    def take() -> str:
        _STEPS[OfferStep(step)](
            actor=current_user, now=get_now(), offer_id=offer_id, version=form.version.data
        )
        flash(messages.describe_step(OfferStep(step)), "success")
        return url_for("offers.show", offer_id=offer_id)

    return act_once(form.idempotency_key.data, take)


def find_own_frozen_month() -> date | None:
    """The month whose copy is taken already, for the remark beside offers."""
    return find_frozen_month(get_own_organisation(current_user).subdistrict_id, get_now())
