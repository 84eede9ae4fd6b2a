"""The list of a street office's offers, for its social workers, without drafts."""

from flask import Response, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import Offer
from matchmaker.offers import queries
from matchmaker.offers.forms import OfficeOfferForm
from matchmaker.offers.views import AMOUNT, CATEGORY, KIND, LAST_DAY, STATE, bp
from matchmaker.web.lists import Column, ListPage
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import get_unit_word

_TITLE = Column[Offer](
    header=_l("Offer"),
    read=lambda offer: offer.title,
    link=lambda offer: url_for("offers.check", offer_id=offer.id),
)
_ORGANISATION = Column[Offer](
    header=_l("Organisation"),
    read=lambda offer: get_name(offer.organisation),
    link=lambda offer: url_for("organisations.show", organisation_id=offer.organisation_id),
)
_FIRST_DAY = Column[Offer](header=_l("First day"), read=lambda offer: offer.valid_from)
_UNIT = Column[Offer](header=_l("Unit"), read=lambda offer: str(get_unit_word(offer.category.unit)))
_COLUMNS = (_TITLE, _ORGANISATION, CATEGORY, KIND, AMOUNT, _FIRST_DAY, LAST_DAY, STATE)
_FILE_COLUMNS = (_ORGANISATION, _TITLE, CATEGORY, KIND, AMOUNT, _UNIT, _FIRST_DAY, LAST_DAY, STATE)


@bp.get("/office")
@requires(Permission.OFFICE_READ)
def office() -> str:
    return render_template("offers/office.html", list=_make_list())


@bp.get("/office.<any(xlsx, csv):file_format>")
@requires(Permission.OFFICE_READ)
def download_office(file_format: str) -> Response:
    return _make_list().send(file_format)


def _make_list() -> ListPage[Offer]:
    categories = [row for _heading, rows in queries.list_categories() for row in rows]
    form = OfficeOfferForm().fill_choices(queries.list_organisations(current_user), categories)
    filters = form.read_office_filters(get_local_date(get_now()))
    return ListPage(
        endpoint="offers.office",
        caption=_l("All offers"),
        query=queries.list_offers(current_user, filters),
        columns=_COLUMNS,
        people=None,
        form=form,
        fields=(
            "search",
            "state",
            "kind",
            "category_id",
            "organisation_id",
            "is_staffless",
            "ends_soon",
        ),
        count=lambda: queries.count_by_state(current_user, filters),
        download="offers.download_office",
        file_name="office-offers",
        file_columns=_FILE_COLUMNS,
    )
