"""The committee's queue: the list, its files, and needs verified together."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.act_once import act_once
from matchmaker.clock import get_now
from matchmaker.errors import InvalidError
from matchmaker.exports import FILE_FORMATS, send_table
from matchmaker.extensions import db
from matchmaker.models import NeedState
from matchmaker.needs import export, lists, verification
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_headings
from matchmaker.needs.desk_forms import VerifyManyForm
from matchmaker.needs.list_forms import ALL_STATES, NeedListForm
from matchmaker.needs.messages import describe_refusal
from matchmaker.paging import get_other_arguments, paginate
from matchmaker.permissions import Permission, has_permission, requires
from matchmaker.residents.scope import list_committees

Page = Response | str | tuple[str, int]


@bp.get("/")
@requires(Permission.NEED_READ_SCOPE)
def index() -> Page:
    reply_day = verification.get_usual_reply_day(get_now())
    return _show_queue(VerifyManyForm(data={"tier": "3", "reply_promised_on": reply_day}))


@bp.get("/list.<any(xlsx, csv):file_format>")
@requires(Permission.NEED_READ_SCOPE)
def download(file_format: str) -> Response:
    filters = _make_list_form().read_filters()
    rows = db.session.scalars(lists.list_needs(current_user, filters))
    table = map(export.make_row, rows)
    return send_table(file_format, "needs", _("Needs"), export.get_headers(), table)


@bp.post("/verify-chosen")
@requires(Permission.NEED_VERIFY)
def verify_chosen() -> Page:
    form = VerifyManyForm()
    if form.validate():
        try:
            return act_once(form.idempotency_key.data, lambda: _verify_many(form))
        except InvalidError as error:
            db.session.rollback()
            form.add_error(error.field, describe_refusal(error))
    return _show_queue(form)


def _verify_many(form: VerifyManyForm) -> str:
    count = verification.verify_needs(
        actor=current_user,
        need_ids=form.read_ids(),
        tier=int(form.tier.data),
        reply_promised_on=form.reply_promised_on.data,
        now=get_now(),
    )
    flash(ngettext("%(num)s need checked.", "%(num)s needs checked.", count), "success")
    return url_for("needs.index", **get_other_arguments())


def _show_queue(bulk: VerifyManyForm) -> Page:
    form = _make_list_form()
    filters = form.read_filters()
    found = paginate(lists.list_needs(current_user, filters))
    page = render_template(
        "needs/index.html",
        form=bulk,
        filters=form,
        found=found,
        counts=lists.count_by_state(current_user, filters),
        twins=lists.find_ids_with_duplicates(found.items),
        can_verify=has_permission(current_user.role, Permission.NEED_VERIFY)
        and any(need.state is NeedState.SUBMITTED for need in found.items),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
    )
    return page, 422 if bulk.errors else 200


def _make_list_form() -> NeedListForm:
    """Who verifies sees first what waits; who reads along sees everything."""
    verifies = has_permission(current_user.role, Permission.NEED_VERIFY)
    first = NeedState.SUBMITTED.value if verifies else ALL_STATES
    form = NeedListForm(data={"state": request.args.get("state") or first})
    committees = list_committees(current_user)
    return form.offer(list_headings(), committees if len(committees) > 1 else [])
