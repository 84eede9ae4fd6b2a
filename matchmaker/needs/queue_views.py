"""The committee's queue of needs, and the page and decision of one need."""

from dataclasses import dataclass, replace
from datetime import date

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import BaseForm
from matchmaker.models import Need, NeedState
from matchmaker.needs import queries, queue_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_headings
from matchmaker.needs.desk_forms import DecisionForm, MergeForm, ReturnNeedForm, VerifyManyForm
from matchmaker.needs.follow_ups import list_of_need
from matchmaker.needs.history import list_results, list_timeline
from matchmaker.needs.queue_forms import ALL_STATES, NeedListForm
from matchmaker.needs.states import MERGEABLE, WITHDRAWABLE, get_need
from matchmaker.residents.scope import list_committees
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Box, Column, ListPage, make_state_badge
from matchmaker.web.permissions import Permission, has_permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_local_day, format_quantity, get_unit_word, make_cell
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
@requires(Permission.NEED_SORT)
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
@requires(Permission.NEED_SORT)
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


# Two forms are on one page, so their fields must not share a name or an id.
_VERIFY, _RETURN = "verify-", "return-"


def show_need(need_id: int, refused: BaseForm | None = None) -> str:
    """The page of one need; ``refused`` is a form of the page that was refused."""
    need = get_need(need_id, current_user)
    results = list_results(need)
    can_sort = has_permission(current_user.role, Permission.NEED_SORT)
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
        questions=list_of_need(need),
        can_ask=has_permission(current_user.role, Permission.NEED_POST_ON_BEHALF),
        twins=queries.list_duplicates(need, current_user),
        can_decide=queue_service.may_verify(need, current_user)
        and need.state is NeedState.SUBMITTED,
        can_return=can_sort,
        can_merge=can_sort and need.state in MERGEABLE,
        mergeable=MERGEABLE,
        is_withdrawable=need.state in WITHDRAWABLE,
    )


def _propose() -> DecisionForm:
    usual = {"reply_promised_on": queue_service.get_usual_reply_day(get_now())}
    return DecisionForm(formdata=None, data=usual, prefix=_VERIFY)


# The columns of the list of needs; the file has no contacts and none of the resident's words.


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need, and whether the same resident has another one in the same category."""

    need: Need
    has_twin: bool


def read_lines(needs: list[Need]) -> list[NeedLine]:
    """The lines of these needs; one statement finds the duplicates of all."""
    twins = queries.find_ids_with_duplicates(needs)
    return [NeedLine(need, need.id in twins) for need in needs]


def _make_box(line: NeedLine) -> Box | None:
    if line.need.state is not NeedState.SUBMITTED:
        return None
    return Box(str(line.need.id), _("Tick"), line.need.reference)


def _get_sent_day(line: NeedLine) -> date | None:
    sent = line.need.submitted_at
    return get_local_date(sent) if sent else None


_NUMBER = Column[NeedLine](
    header=_l("Number"),
    read=lambda line: line.need.reference,
    link=lambda line: url_for("needs.show", need_id=line.need.id),
)
_RESIDENT = Column[NeedLine](
    header=_l("Resident"), read=lambda line: line.need.resident.display_name
)
_COMMITTEE = Column[NeedLine](
    header=_l("Neighbourhood committee"), read=lambda line: get_name(line.need.committee)
)
_CATEGORY = Column[NeedLine](
    header=_l("Kind of help"), read=lambda line: get_name(line.need.category)
)
_QUANTITY = Column[NeedLine](
    header=_l("How much"),
    read=lambda line: make_cell(line.need.quantity, line.need.category.unit),
    show=lambda line: format_quantity(line.need.quantity, line.need.category.unit),
    is_number=True,
)
_URGENCY = Column[NeedLine](
    header=_l("Urgency"),
    read=lambda line: line.need.tier,
    show=lambda line: line.need.tier if line.need.verified_by_id else "–",
)
_SENT_ON = Column[NeedLine](
    header=_l("Sent on"),
    read=_get_sent_day,
    show=lambda line: format_local_day(line.need.submitted_at or line.need.created_at),
)
_STATE = Column[NeedLine](
    header=_l("State"),
    read=lambda line: str(get_label(line.need.state)),
    badges=lambda line: [make_state_badge(line.need.state)],
    note=lambda line: _("Possible duplicate") if line.has_twin else "",
)
_CHOOSE = Column[NeedLine](header=_l("Choose"), read=lambda line: "", box=_make_box)
_COLUMNS = (_NUMBER, _RESIDENT, _COMMITTEE, _CATEGORY, _QUANTITY, _URGENCY, _SENT_ON, _STATE)
_FILE_COLUMNS = (
    _NUMBER,
    _RESIDENT,
    _COMMITTEE,
    Column[NeedLine](header=_l("Need or wish"), read=lambda line: str(get_label(line.need.type))),
    _CATEGORY,
    _QUANTITY,
    Column[NeedLine](
        header=_l("At least"),
        read=lambda line: make_cell(line.need.least_quantity, line.need.category.unit),
    ),
    Column[NeedLine](
        header=_l("Unit"), read=lambda line: str(get_unit_word(line.need.category.unit))
    ),
    Column[NeedLine](
        header=_l("When"), read=lambda line: name_windows(line.need.windows) or _("Any time")
    ),
    _URGENCY,
    Column[NeedLine](header=_l("Months waited"), read=lambda line: line.need.waiting_rounds),
    _STATE,
    _SENT_ON,
    Column[NeedLine](
        header=_l("Answer promised by"), read=lambda line: line.need.reply_promised_on
    ),
)


# The committee's queue: the list, its files, and needs verified together.


@bp.get("/")
@requires(Permission.NEED_READ_SCOPE)
def index() -> str:
    reply_day = queue_service.get_usual_reply_day(get_now())
    return _show_queue(VerifyManyForm(data={"tier": "3", "reply_promised_on": reply_day}))


@bp.get("/list.<any(xlsx, csv):file_format>")
@requires(Permission.NEED_READ_SCOPE)
def download(file_format: str) -> Response:
    return _make_list().send(file_format)


@bp.post("/verify-chosen")
@requires(Permission.NEED_SORT)
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
        return _make_list().get_url()

    return answer_form(form, act, lambda: _show_queue(form))


_FIELDS = ("search", "state", "category_id", "tier", "type")


def _show_queue(bulk: VerifyManyForm) -> str:
    listed = _make_list()
    can_verify = has_permission(current_user.role, Permission.NEED_SORT) and any(
        need.state is NeedState.SUBMITTED for need in listed.found.items
    )
    if can_verify:
        listed = replace(listed, columns=(*_COLUMNS, _CHOOSE))
    return render_template("needs/index.html", form=bulk, list=listed, can_verify=can_verify)


def _make_list() -> ListPage[NeedLine]:
    form = _make_list_form()
    filters = form.read_filters()
    has_one_committee = len(form.committee_id.choices or ()) == 1  # to choose from: every committee
    return ListPage(
        endpoint="needs.index",
        caption=_l("Needs and wishes"),
        query=queries.list_needs(current_user, filters),
        columns=_COLUMNS,
        form=form,
        fields=_FIELDS if has_one_committee else (*_FIELDS, "committee_id"),
        read=read_lines,
        count=lambda: queries.count_by_state(current_user, filters),
        download="needs.download",
        file_name="needs",
        file_title=_l("Needs"),
        file_columns=_FILE_COLUMNS,
        file_arguments={"state": form.state.data},
    )


def _make_list_form() -> NeedListForm:
    """The filters; by default committees see what waits for them, others see everything."""
    verifies = has_permission(current_user.role, Permission.NEED_SORT)
    first = NeedState.SUBMITTED.value if verifies else ALL_STATES
    form = NeedListForm(data={"state": request.args.get("state") or first})
    committees = list_committees(current_user)
    return form.fill_choices(list_headings(), committees if len(committees) > 1 else [])
