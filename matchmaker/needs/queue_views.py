"""One need at the office: what is known, what may be double, and the decision about it."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import BaseForm
from matchmaker.models import Need, NeedState
from matchmaker.needs import queries, queue_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_headings
from matchmaker.needs.desk_forms import DecisionForm, MergeForm, ReturnNeedForm, VerifyManyForm
from matchmaker.needs.history import list_results, list_timeline
from matchmaker.needs.queue_forms import ALL_STATES, NeedListForm
from matchmaker.needs.states import MERGEABLE, WITHDRAWABLE, get_need
from matchmaker.residents.scope import list_committees
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.downloads import FILE_FORMATS, Row, send_table
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, has_permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_quantity
from matchmaker.words.scope import name_windows


@bp.get("/<id:need_id>")
@requires(Permission.NEED_READ_SCOPE)
def show(need_id: int) -> str:
    return show_need(need_id)


@bp.post("/<id:need_id>/verify")
@requires(Permission.NEED_VERIFY)
def verify(need_id: int) -> Answer:
    form = DecisionForm(prefix=_VERIFY)

    def act() -> str:
        queue_service.verify_need(
            actor=current_user,
            need_id=need_id,
            tier=int(form.tier.data),
            reply_promised_on=form.reply_promised_on.value,
            now=get_now(),
        )
        flash(_("Checked. It takes part in the next round."), "success")
        return url_for("needs.index")

    return answer_form(form, act, lambda: show_need(need_id, form))


@bp.post("/<id:need_id>/return")
@requires(Permission.NEED_VERIFY)
def send_back(need_id: int) -> Answer:
    form = ReturnNeedForm(prefix=_RETURN)

    def act() -> str:
        queue_service.return_need(
            actor=current_user, need_id=need_id, reason=form.reason.data, now=get_now()
        )
        flash(_("Returned to the resident."), "success")
        return url_for("needs.index")

    return answer_form(form, act, lambda: show_need(need_id, form))


@bp.post("/<id:need_id>/merge")
@requires(Permission.NEED_VERIFY)
def merge(need_id: int) -> Answer:
    form = MergeForm()

    def act() -> str:
        queue_service.merge_duplicate(
            actor=current_user,
            kept_id=need_id,
            duplicate_id=form.duplicate_id.data,
            now=get_now(),
        )
        flash(_("Joined. The other one is closed."), "success")
        return url_for("needs.show", need_id=need_id)

    return answer_form(form, act, lambda: show_need(need_id, form))


# Two forms stand on one page: their fields must not share a name or an id.
_VERIFY, _RETURN = "verify-", "return-"


def show_need(need_id: int, refused: BaseForm | None = None) -> str:
    """The page of one need; ``refused`` is the form of it that came back."""
    need = get_need(need_id, current_user)
    results = list_results(need)
    can_verify = has_permission(current_user.role, Permission.NEED_VERIFY)
    returning = refused if isinstance(refused, ReturnNeedForm) else None
    return render_template(
        "needs/show.html",
        need=need,
        form=refused,
        verifying=refused if isinstance(refused, DecisionForm) else _propose(),
        returning=returning or ReturnNeedForm(formdata=None, prefix=_RETURN),
        merging=MergeForm(formdata=None),
        results=results,
        steps=list_timeline(need, results),
        twins=queries.list_duplicates(need, current_user),
        can_decide=can_verify and need.state is NeedState.SUBMITTED,
        can_merge=can_verify and need.state in MERGEABLE,
        mergeable=MERGEABLE,
        is_withdrawable=need.state in WITHDRAWABLE,
    )


def _propose() -> DecisionForm:
    usual = {"reply_promised_on": queue_service.get_usual_reply_day(get_now())}
    return DecisionForm(formdata=None, data=usual, prefix=_VERIFY)


# --- The list of needs as a table for files; no contact, no words of the resident.


def get_headers() -> list[str]:
    return [
        _("Number"),
        _("Resident"),
        _("Neighbourhood committee"),
        _("Need or wish"),
        _("Kind of help"),
        _("How much"),
        _("At least"),
        _("When"),
        _("Urgency"),
        _("Months waited"),
        _("State"),
        _("Sent on"),
        _("Answer promised by"),
    ]


def make_row(need: Need) -> Row:
    """One need in the order of the headers; the resident by surname and title only."""
    unit = need.category.unit
    return (
        need.reference,
        need.resident.display_name,
        get_name(need.committee),
        str(get_label(need.type)),
        get_name(need.category),
        format_quantity(need.quantity, unit),
        format_quantity(need.least_quantity, unit),
        name_windows(need.windows) or _("Any time"),
        need.tier,
        need.waiting_rounds,
        str(get_label(need.state)),
        get_local_date(need.submitted_at) if need.submitted_at else None,
        need.reply_promised_on,
    )


# --- The committee's queue: the list, its files, and needs verified together.


@bp.get("/")
@requires(Permission.NEED_READ_SCOPE)
def index() -> str:
    reply_day = queue_service.get_usual_reply_day(get_now())
    return _show_queue(VerifyManyForm(data={"tier": "3", "reply_promised_on": reply_day}))


@bp.get("/list.<any(xlsx, csv):file_format>")
@requires(Permission.NEED_READ_SCOPE)
def download(file_format: str) -> Response:
    filters = _make_list_form().read_filters()
    rows = db.session.scalars(queries.list_needs(current_user, filters))
    table = map(make_row, rows)
    return send_table(file_format, "needs", _("Needs"), get_headers(), table)


@bp.post("/verify-chosen")
@requires(Permission.NEED_VERIFY)
def verify_chosen() -> Answer:
    form = VerifyManyForm()

    def act() -> str:
        count = queue_service.verify_needs(
            actor=current_user,
            need_ids=form.read_ids(),
            tier=int(form.tier.data),
            reply_promised_on=form.reply_promised_on.value,
            now=get_now(),
        )
        flash(ngettext("%(num)s need checked.", "%(num)s needs checked.", count), "success")
        return url_for("needs.index", **get_other_arguments())

    return answer_form(form, act, lambda: _show_queue(form))


def _show_queue(bulk: VerifyManyForm) -> str:
    form = _make_list_form()
    filters = form.read_filters()
    found = paginate(queries.list_needs(current_user, filters))
    return render_template(
        "needs/index.html",
        form=bulk,
        filters=form,
        found=found,
        counts=queries.count_by_state(current_user, filters),
        twins=queries.find_ids_with_duplicates(found.items),
        can_verify=has_permission(current_user.role, Permission.NEED_VERIFY)
        and any(need.state is NeedState.SUBMITTED for need in found.items),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
    )


def _make_list_form() -> NeedListForm:
    """Who verifies sees first what waits; who reads along sees everything."""
    verifies = has_permission(current_user.role, Permission.NEED_VERIFY)
    first = NeedState.SUBMITTED.value if verifies else ALL_STATES
    form = NeedListForm(data={"state": request.args.get("state") or first})
    committees = list_committees(current_user)
    return form.fill_choices(list_headings(), committees if len(committees) > 1 else [])
