"""A coordinator's pages for offers: the list, one offer and its steps, posting and editing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError
from matchmaker.models import Committee, Offer, OrganisationState, Place, ServiceCategory
from matchmaker.offers import queries, service
from matchmaker.offers.forms import (
    OfferForm,
    OfferListForm,
    VersionForm,
    get_giving,
    get_typed_values,
    make_offer_form,
)
from matchmaker.offers.queries import find_frozen_month
from matchmaker.offers.scope import get_offer, get_own_organisation
from matchmaker.offers.states import OFFER_STATES, OfferStep
from matchmaker.offers.terms import list_places
from matchmaker.promises.breaking import find_breaks_of_offer
from matchmaker.promises.stock import count_gone
from matchmaker.web.act import Act, Answer, answer_form
from matchmaker.web.lists import Column, ListPage, make_state_badge
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import (
    format_day,
    format_quantity,
    get_capacity_words,
    get_unit_word,
    make_cell,
)
from matchmaker.words.refusals import describe_refusal
from matchmaker.words.scope import name_committees, name_statuses, name_windows

# The columns of a list of offers, on the page and in the file.


def _show_last_day(offer: Offer) -> str:
    return format_day(offer.valid_until) if offer.valid_until else _("No end")


_TITLE = Column[Offer](
    header=_l("Offer"),
    read=lambda offer: offer.title,
    link=lambda offer: url_for("offers.show", offer_id=offer.id),
)
CATEGORY = Column[Offer](header=_l("Category"), read=lambda offer: get_name(offer.category))
KIND = Column[Offer](
    header=_c("Offer", "Kind"), read=lambda offer: str(get_label(offer.category.kind))
)
AMOUNT = Column[Offer](
    header=_l("Amount a month"),
    read=lambda offer: make_cell(offer.capacity_per_month, offer.category.unit),
    show=lambda offer: format_quantity(offer.capacity_per_month, offer.category.unit),
    is_number=True,
)
LAST_DAY = Column[Offer](
    header=_l("Last day"), read=lambda offer: offer.valid_until, show=_show_last_day
)
STATE = Column[Offer](
    header=_l("State"),
    read=lambda offer: str(get_label(offer.state)),
    badges=lambda offer: [make_state_badge(offer.state)],
)
_COLUMNS = (_TITLE, CATEGORY, KIND, AMOUNT, LAST_DAY, STATE)


def _list_file_columns(committees: Sequence[Committee]) -> tuple[Column[Offer], ...]:
    """The columns of the file; ``committees``, those of the street office, supply the names."""
    return (
        Column[Offer](header=_l("Organisation"), read=lambda offer: get_name(offer.organisation)),
        _TITLE,
        CATEGORY,
        KIND,
        AMOUNT,
        Column[Offer](
            header=_l("Unit"), read=lambda offer: str(get_unit_word(offer.category.unit))
        ),
        Column[Offer](header=_l("When"), read=lambda offer: name_windows(offer.windows)),
        Column[Offer](
            header=_l("Neighbourhood committees served"),
            read=lambda offer: name_committees(offer.committees, committees),
        ),
        Column[Offer](header=_l("For whom"), read=lambda offer: name_statuses(offer.statuses)),
        Column[Offer](header=_l("First day"), read=lambda offer: offer.valid_from),
        LAST_DAY,
        STATE,
    )


def _make_list(committees: Sequence[Committee] = ()) -> ListPage[Offer]:
    form = OfferListForm()
    filters = form.read_filters()
    return ListPage(
        endpoint="offers.index",
        caption=_l("Our offers"),
        query=queries.list_offers(current_user, filters),
        columns=_COLUMNS,
        people=None,
        form=form,
        count=lambda: queries.count_by_state(current_user, filters),
        download="offers.download",
        file_name="offers",
        file_columns=_list_file_columns(committees),
    )


# The list, the page of an offer, and its steps.

bp = Blueprint("offers", __name__, url_prefix="/offers")

_STEPS = {
    OfferStep.SUBMIT: service.submit_offer,
    OfferStep.RESUME: service.resume_offer,
}
_BREAKING_STEPS = {
    OfferStep.PAUSE: service.pause_offer,
    OfferStep.WITHDRAW: service.withdraw_offer,
}
_DONE = {
    OfferStep.SUBMIT: _l("Handed in. A social worker will look at it."),
    OfferStep.PAUSE: _l("Paused. Coming rounds leave this offer out until you resume it."),
    OfferStep.RESUME: _l("Resumed. Coming rounds count on this offer again."),
    OfferStep.WITHDRAW: _l("Withdrawn. The office looks after what was promised."),
}


@bp.get("/")
@requires(Permission.OFFER_POST)
def index() -> str:
    return render_template(
        "offers/index.html", list=_make_list(), frozen_month=find_own_frozen_month()
    )


@bp.get("/offers.<any(xlsx, csv):file_format>")
@requires(Permission.OFFER_POST)
def download(file_format: str) -> Response:
    committees = queries.list_committees(get_own_organisation(current_user).subdistrict_id)
    return _make_list(committees).send(file_format)


@bp.get("/new")
@requires(Permission.OFFER_POST)
def choose() -> str:
    return render_template("offers/choose.html", headings=queries.list_categories())


@bp.get("/<id:offer_id>")
@requires(Permission.OFFER_POST)
def show(offer_id: int) -> str:
    offer = get_offer(offer_id, current_user)
    return render_template(
        "offers/show.html",
        offer=offer,
        form=VersionForm(formdata=None, version=offer.version),
        breaks=find_breaks_of_offer(offer, get_now()).count,
        gone=count_gone(offer) if offer.stock is not None else None,
        frozen_month=find_own_frozen_month(),
        committees=queries.list_committees(offer.organisation.subdistrict_id),
    )


@bp.post("/<id:offer_id>/<any(submit, pause, resume, withdraw):step>")
@requires(Permission.OFFER_POST)
def move(offer_id: int, step: str) -> Answer:
    get_offer(offer_id, current_user)
    form = VersionForm()

    def act() -> str:
        chosen = OfferStep(step)
        values: dict[str, Any] = {"actor": current_user, "now": get_now(), "offer_id": offer_id}
        if chosen in _BREAKING_STEPS:
            values["known_breaks"] = form.breaks.data
        act_on = {**_STEPS, **_BREAKING_STEPS}[chosen]
        act_on(version=form.version.data, **values)
        flash(str(_DONE[chosen]), "success")
        return url_for("offers.show", offer_id=offer_id)

    return answer_form(form, act, refuse_unversioned)


def refuse_unversioned() -> str:
    """Raise ``ConflictError`` for a button without a version, as for an outdated page."""
    raise ConflictError("offer.changed_meanwhile")


def find_own_frozen_month() -> date | None:
    """The result of ``find_frozen_month`` for the office of the actor's organisation."""
    return find_frozen_month(get_own_organisation(current_user).subdistrict_id, get_now())


@bp.route("/new/<id:category_id>", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def new(category_id: int) -> Answer:
    category = service.get_category(category_id)
    values = {"valid_from": get_local_date(get_now()), "version": 1}
    form = _make_form(category, values | _copy_giving())

    def act() -> str:
        offer = service.post_offer(
            actor=current_user,
            now=get_now(),
            category_id=category_id,
            terms=form.read_terms(),
            submit=_wants_to_submit(),
        )
        flash(_("Handed in.") if _wants_to_submit() else _("Saved as a draft."), "success")
        return url_for("offers.show", offer_id=offer.id)

    return _answer_offer(form, category, None, act)


@bp.route("/<id:offer_id>/edit", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def edit(offer_id: int) -> Answer:
    offer = get_offer(offer_id, current_user)
    OFFER_STATES.check(offer.state, OfferStep.EDIT)
    form = _make_form(offer.category, get_typed_values(offer), offer.place)

    def act() -> str:
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

    return _answer_offer(form, offer.category, offer, act)


def _answer_offer(
    form: OfferForm, category: ServiceCategory, offer: Offer | None, act: Act
) -> Answer:
    """Carry out ``act`` or show the form as typed; after a conflict, with the present version.

    So a person who has seen that somebody else changed the offer can send the form again.
    """

    def answer_conflict(error: ConflictError) -> Answer:
        form.form_errors.append(describe_refusal(error))
        if error.code == "offer.changed_meanwhile" and offer is not None:
            form.version.raw_data, form.version.data = None, offer.version
        return _show_form(form, category, offer, is_conflict=True), 409

    return answer_form(
        form, act, lambda: _show_form(form, category, offer), answer_conflict=answer_conflict
    )


def _make_form(
    category: ServiceCategory, values: dict[str, Any], kept: Place | None = None
) -> OfferForm:
    organisation = get_own_organisation(current_user)
    committees = queries.list_committees(organisation.subdistrict_id)
    return make_offer_form(category, committees, list_places(organisation, kept), values)


def _copy_giving() -> dict[str, Any]:
    """Where and how an earlier offer is given, if the address asks to copy it; else empty."""
    chosen = request.args.get("like", "")
    own = {str(row.id): row for row in queries.list_earlier(current_user)}
    return get_giving(own[chosen]) if chosen in own else {}


def _wants_to_submit() -> bool:
    return request.form.get("step") == OfferStep.SUBMIT


def _show_form(
    form: OfferForm, category: ServiceCategory, offer: Offer | None, *, is_conflict: bool = False
) -> str:
    return render_template(
        "offers/form.html",
        form=form,
        category=category,
        offer=offer,
        capacity_hint=get_capacity_words(category.kind, category.unit).hint,
        frozen_month=find_own_frozen_month(),
        breaks=find_breaks_of_offer(offer, get_now()).count if offer else 0,
        is_conflict=is_conflict,
        earlier=[] if offer else queries.list_earlier(current_user),
        can_submit=get_own_organisation(current_user).state is OrganisationState.APPROVED
        and (offer is None or OFFER_STATES.can(offer.state, OfferStep.SUBMIT)),
    )
