"""The office's list of needs: the committee's queue, its files, and verifying several together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.base.clock import get_local_date, get_month, get_now
from matchmaker.models import ListKind, Need, NeedState, RecipientStatus
from matchmaker.needs import corrections, queries, queue_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_headings
from matchmaker.needs.desk_forms import VerifyManyForm
from matchmaker.needs.queue_forms import ALL_STATES, NeedListForm
from matchmaker.residents.scope import list_committees
from matchmaker.residents.statuses import StatusState, get_state
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Box, Column, ListPage, People, make_state_badge
from matchmaker.web.permissions import Permission, has_permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_local_day, format_quantity, get_unit_word, make_cell
from matchmaker.words.scope import join_words, name_statuses, name_windows

TICK_ALL = "all"  # argument of the address: tick every box of a need without duplicates

# The columns of the list of needs; the file has no contacts and none of the resident's words.


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need, and what the list shows beside it.

    twins      the references of its duplicates (``find_duplicates``)
    statuses   the statuses of the resident; only on the list from which needs are verified together
    """

    need: Need
    twins: Sequence[str]
    statuses: Sequence[RecipientStatus] = ()


def read_lines(needs: list[Need]) -> list[NeedLine]:
    """The lines of these needs; one query finds the duplicates of all."""
    twins = queries.find_duplicates(needs, get_month(get_now()))
    return [NeedLine(need, twins.get(need.id, ())) for need in needs]


def read_waiting_lines(needs: list[Need]) -> list[NeedLine]:
    """The lines of needs to verify; one more query finds the statuses of all residents."""
    statuses = queries.list_statuses(needs)
    lines = read_lines(needs)
    return [replace(line, statuses=statuses.get(line.need.resident_id, ())) for line in lines]


def describe_asker(need: Need) -> str:
    """Age and statuses of the resident in words, for the person who decides the urgency."""
    statuses = queries.list_statuses([need]).get(need.resident_id, ())
    line = NeedLine(need, (), statuses)
    return join_words([_say_age(line), *([_say_statuses(line)] if line.statuses else [])])


def _make_box(line: NeedLine) -> Box:
    return Box(f"{line.need.id}:{line.need.version}", _("Tick"), line.need.reference)


def _say_twins(line: NeedLine) -> str:
    if not line.twins:
        return ""
    return _("Possible duplicate: %(numbers)s", numbers=join_words(line.twins))


def _say_age(line: NeedLine) -> str:
    born = line.need.resident.birth_year
    if born is None:
        return _("age not known")
    age = get_local_date(get_now()).year - born
    return ngettext("%(num)s year old", "%(num)s years old", age)


def _say_statuses(line: NeedLine) -> str:
    """The names of the statuses that are in force today, then of those not verified yet."""
    states = {row.kind: get_state(row, get_now()) for row in line.statuses}
    counts = name_statuses(k for k, state in states.items() if state is StatusState.VERIFIED)
    waits = name_statuses(k for k, state in states.items() if state is StatusState.WAITING)
    not_checked = [_("not verified: %(statuses)s", statuses=waits)] if waits else []
    return join_words([*filter(None, [counts]), *not_checked]) or "–"


def _say_quantity(need: Need) -> str:
    return format_quantity(need.quantity, need.category.unit)


def _get_sent_day(line: NeedLine) -> date | None:
    sent = line.need.submitted_at
    return get_local_date(sent) if sent else None


_NUMBER = Column[NeedLine](
    header=_l("Number"),
    read=lambda line: line.need.reference,
    link=lambda line: url_for("needs.show", need_id=line.need.id),
    is_unbroken=True,
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
    show=lambda line: _say_quantity(line.need),
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
_WHEN = Column[NeedLine](
    header=_l("When"), read=lambda line: name_windows(line.need.windows) or _("Any time")
)
_STATE = Column[NeedLine](
    header=_l("State"),
    read=lambda line: str(get_label(line.need.state)),
    badges=lambda line: [make_state_badge(line.need.state)],
    note=_say_twins,
)
_CHOOSE = Column[NeedLine](header=_l("Tick"), read=lambda line: "", box=_make_box)
_COLUMNS = (_NUMBER, _RESIDENT, _COMMITTEE, _CATEGORY, _QUANTITY, _URGENCY, _SENT_ON, _STATE)
# The columns to read before a need is verified: words, age, statuses and possible duplicates.
_WAITING_COLUMNS = (
    replace(_NUMBER, note=_say_twins),
    replace(_RESIDENT, note=_say_age),
    Column[NeedLine](header=_l("Recipient statuses"), read=_say_statuses),
    replace(_CATEGORY, note=lambda line: _say_quantity(line.need)),
    Column[NeedLine](header=_l("Own words"), read=lambda line: line.need.description),
    _WHEN,
    _SENT_ON,
    _CHOOSE,
)
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
    _WHEN,
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
    return _show_queue(VerifyManyForm(data={"reply_promised_on": reply_day}))


@bp.route("/list.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.NEED_READ_SCOPE)
def download(file_format: str) -> Answer:
    return send_list(_make_list(), file_format)


@bp.post("/verify-chosen")
@requires(Permission.NEED_SORT)
def verify_chosen() -> Answer:
    form = VerifyManyForm()

    def act() -> str:
        count, left = queue_service.verify_needs(
            actor=current_user,
            versions=form.read_versions(),
            tier=int(form.tier.data),
            reply_promised_on=form.reply_promised_on.value,
            now=get_now(),
        )
        checked = ngettext("%(num)s need checked.", "%(num)s needs checked.", count)
        flash(checked, "success" if count else "info")
        if left:
            flash(_("Some had changed meanwhile and still wait: read them again."), "warning")
        return _make_list().get_url()

    return answer_form(form, act, lambda: _show_queue(form))


_FIELDS = ("search", "state", "category_id", "tier", "type", "repeats")


def _show_queue(bulk: VerifyManyForm) -> str:
    listed = _make_list()
    can_sort = has_permission(current_user.role, Permission.NEED_SORT)
    is_waiting = listed.file_arguments["state"] == NeedState.SUBMITTED.value
    can_verify = can_sort and is_waiting
    if can_verify:
        listed = replace(listed, columns=_WAITING_COLUMNS, read=read_waiting_lines)
    is_ticked = can_verify and request.args.get("tick") == TICK_ALL
    return show_list(
        "needs/index.html",
        listed,
        form=bulk,
        can_verify=can_verify,
        is_ticked=is_ticked,
        chosen=_list_without_twins(listed.rows) if is_ticked else bulk.chosen.data or [],
        steps=corrections.list_steps(current_user) if can_sort else [],
    )


def _list_without_twins(lines: Sequence[NeedLine]) -> list[str]:
    """The values of the boxes that "tick all" ticks: of the needs without a possible duplicate."""
    return [_make_box(line).value for line in lines if not line.twins]


def _make_list() -> ListPage[NeedLine]:
    form = _make_list_form()
    filters = form.read_filters()
    has_one_committee = len(form.committee_id.choices or ()) == 1  # the choice "every committee"
    return ListPage(
        endpoint="needs.index",
        caption=_l("Needs and wishes"),
        query=queries.list_needs(current_user, filters),
        columns=_COLUMNS,
        people=People(ListKind.NEEDS, lambda line: (line.need.resident.person_id,)),
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
    """The form of filters; by default committees see submitted needs, others every state."""
    verifies = has_permission(current_user.role, Permission.NEED_SORT)
    first = NeedState.SUBMITTED.value if verifies else ALL_STATES
    form = NeedListForm(data={"state": request.args.get("state") or first})
    committees = list_committees(current_user)
    return form.fill_choices(list_headings(), committees if len(committees) > 1 else [])
