"""The list of open needs for possible givers, without the resident and the resident's words."""

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.models import Need
from matchmaker.needs import queries
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_headings
from matchmaker.needs.queries import OpenNeed
from matchmaker.needs.queue_forms import BrowseForm
from matchmaker.web.lists import Column, ListPage
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_quantity
from matchmaker.words.scope import name_windows

_COLUMNS = (
    Column[OpenNeed](header=_l("Kind of help"), read=lambda need: get_name(need.category)),
    Column[OpenNeed](header=_l("Need or wish"), read=lambda need: str(get_label(need.type))),
    Column[OpenNeed](
        header=_l("How much"),
        read=lambda need: format_quantity(need.quantity, need.category.unit),
        is_number=True,
    ),
    Column[OpenNeed](
        header=_l("Neighbourhood committee"), read=lambda need: get_name(need.committee)
    ),
    Column[OpenNeed](header=_l("Block"), read=lambda need: need.block),
    Column[OpenNeed](
        header=_l("When"), read=lambda need: name_windows(need.windows) or _("Any time")
    ),
    Column[OpenNeed](
        header=_l("Months waited"), read=lambda need: need.waiting_rounds, is_number=True
    ),
)


def hide_persons(needs: list[Need]) -> list[OpenNeed]:
    """The parts of these needs that the list may show, in the same order; see ``hide_person``."""
    return [queries.hide_person(need) for need in needs]


@bp.get("/open")
@requires(Permission.NEED_BROWSE)
def browse() -> str:
    form = BrowseForm().fill_choices(list_headings(), queries.list_committees(current_user))
    listed = ListPage(
        endpoint="needs.browse",
        caption=_l("Open needs"),
        query=queries.list_open_needs(current_user, form.read_filters()),
        columns=_COLUMNS,
        people=None,
        form=form,
        read=hide_persons,
    )
    return render_template("needs/browse.html", list=listed)
