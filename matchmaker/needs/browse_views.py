"""Open needs for possible givers, without the person and their words."""

from flask import render_template
from flask_login import current_user

from matchmaker.needs import queries
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_headings
from matchmaker.needs.queue_forms import BrowseForm
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires


@bp.get("/open")
@requires(Permission.NEED_BROWSE)
def browse() -> str:
    form = BrowseForm().fill_choices(list_headings(), queries.list_committees(current_user))
    found = paginate(queries.list_open_needs(current_user, form.read_filters()))
    return render_template(
        "needs/browse.html",
        filters=form,
        needs=[queries.hide_person(need) for need in found.items],
        found=found,
        arguments=get_other_arguments(),
    )
