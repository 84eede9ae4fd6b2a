"""Pages of residents: the list, one resident, and the contact, which is shown on request."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm
from matchmaker.forms.choices import make_choices
from matchmaker.models import Committee, ListKind, RecipientStatus, Resident, Role
from matchmaker.promises.breaking import find_breaks_of_status
from matchmaker.residents import merging, phone_search, scope, service, statuses
from matchmaker.residents.consents import list_consents
from matchmaker.residents.disclosure import Contact, reveal_contact
from matchmaker.residents.forms import ResidentFilterForm, ResidentSearchForm, StatusStepForm
from matchmaker.residents.statuses import StatusState
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import PAGE_SIZE, Badge, Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.tones import Tone

bp = Blueprint("residents", __name__)

_STEPS = {"verify": statuses.verify_status, "end": statuses.end_status}


# The columns of the list and its file; none has a phone, an address or a full name.


def _list_badges(resident: Resident) -> list[Badge]:
    """A badge for each status that is in force or waits for verification."""
    return [
        Badge(str(get_label(status["row"].kind)), _BADGE_TONES[status["state"]])
        for status in _list_statuses(resident, get_now())
        if status["state"] in _BADGE_TONES
    ]


def _name_statuses(resident: Resident, *, is_verified: bool) -> str:
    now = get_now()
    rows = (row for row in resident.statuses if not statuses.is_over(row, now))
    return _(", ").join(
        str(get_label(row.kind)) for row in rows if (row.verified_at is not None) == is_verified
    )


_BADGE_TONES: dict[StatusState, Tone] = {
    StatusState.VERIFIED: "good",
    StatusState.WAITING: "waiting",
}
_REFERENCE = Column[Resident](header=_l("Reference"), read=lambda row: row.reference)
_NAME = Column[Resident](
    header=_l("Name"),
    read=lambda row: row.display_name,
    link=lambda row: url_for("residents.show", resident_id=row.id),
)
_COMMITTEE = Column[Resident](
    header=_l("Committee"), read=lambda row: get_name(row.household.committee)
)
_BLOCK = Column[Resident](header=_l("Estate or lane"), read=lambda row: row.household.block)
_COLUMNS = (
    _NAME,
    _REFERENCE,
    _COMMITTEE,
    _BLOCK,
    Column[Resident](
        header=_l("Recipient statuses"), read=lambda row: _("None"), badges=_list_badges
    ),
)
_FILE_COLUMNS = (
    _REFERENCE,
    _NAME,
    Column[Resident](header=_l("Household"), read=lambda row: row.household.reference),
    _COMMITTEE,
    _BLOCK,
    Column[Resident](
        header=_l("Verified statuses"), read=lambda row: _name_statuses(row, is_verified=True)
    ),
    Column[Resident](
        header=_l("Statuses to be verified"),
        read=lambda row: _name_statuses(row, is_verified=False),
    ),
)


def _make_list(
    form: ResidentSearchForm | None = None, found: list[int] | None = None
) -> ListPage[Resident]:
    """The list by the filters of its address, or with the residents ``found`` by phone."""
    committees = scope.list_committees(current_user)
    form = form or _fill_choices(ResidentFilterForm(), committees)
    filters = service.ResidentFilter(**form.read_filters())
    if found is not None:
        filters = replace(filters, search="", ids=found)
    places = ("committee_id",) if len(committees) > 1 else ()
    return ListPage(
        endpoint="residents.index",
        caption=_l("Residents"),
        query=service.select_filtered(current_user, filters),
        columns=_COLUMNS,
        people=People(ListKind.RESIDENTS, lambda row: (row.person_id,)),
        form=form,
        fields=("search", *places, "status", "unverified"),
        search="residents.search",
        download="residents.download" if found is None else None,
        file_name="residents",
        file_columns=_FILE_COLUMNS,
    )


@bp.get("/residents")
@requires(Permission.NEED_READ_SCOPE)
def index() -> str:
    return show_list("residents/index.html", _make_list())


@bp.post("/residents/search")
@requires(Permission.NEED_READ_SCOPE)
def search() -> Answer:
    """Search by phone and show the list; redirect any other search to the list's address."""
    form = _fill_choices(ResidentSearchForm(), scope.list_committees(current_user))
    typed = form.read_filters()["search"]
    if form.search.errors:
        return show_list("residents/index.html", _make_list(form, [])), 422
    if not phone_search.is_phone(typed):
        return redirect(url_for("residents.index", **form.list_arguments()), 303)
    phone_search.count_check(current_user, get_now())
    db.session.commit()  # an attempt counts even if it fails
    found = phone_search.search_phone(actor=current_user, typed=typed, now=get_now())
    db.session.commit()
    return show_list("residents/index.html", _make_list(form, found[:PAGE_SIZE]))


@bp.route("/residents/residents.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.NEED_READ_SCOPE)
def download(file_format: str) -> Answer:
    return send_list(_make_list(), file_format)


@bp.get("/residents/<id:resident_id>")
@requires(Permission.NEED_READ_SCOPE)
def show(resident_id: int) -> str:
    return _show_resident(scope.get_resident(resident_id, current_user), None)


@bp.post("/residents/<id:resident_id>")
@requires(Permission.CONTACT_REVEAL)
def reveal(resident_id: int) -> str:
    """Show the contact in the answer itself, so that no address or cookie contains it."""
    contact = reveal_contact(resident_id, current_user, get_now())
    db.session.commit()
    return _show_resident(scope.get_resident(resident_id, current_user), contact)


@bp.post("/residents/<id:resident_id>/statuses/<id:status_id>/<any(verify, end):step>")
@requires(Permission.STATUS_VERIFY)
def move_status(resident_id: int, status_id: int, step: str) -> Answer:
    resident = scope.get_resident(resident_id, current_user)
    form = StatusStepForm()

    def act() -> str:
        known = {"known_breaks": form.breaks.data} if step == "end" else {}
        _STEPS[step](
            actor=current_user,
            resident_id=resident_id,
            status_id=status_id,
            now=get_now(),
            **known,
        )
        done = {"verify": _("The status is verified."), "end": _("The status no longer counts.")}
        flash(done[step], "success")
        return url_for("residents.show", resident_id=resident_id)

    return answer_form(form, act, lambda: _show_resident(resident, None, form))


@bp.route("/my-contact", methods=["GET", "POST"])
@requires(Permission.NEED_READ_OWN)
def own_contact() -> str:
    """Show a resident's own record; the contact is shown, and recorded, only after a click."""
    form = ButtonForm()
    resident = scope.get_resident(current_user.resident_id, current_user)
    contact = None
    if form.validate_on_submit():
        contact = reveal_contact(resident.id, current_user, get_now())
        db.session.commit()
    return render_template(
        "residents/own_contact.html",
        resident=resident,
        contact=contact,
        consents=list_consents(resident),
        statuses=_list_statuses(resident, get_now()),
        form=form,
    )


def _fill_choices(form: ResidentSearchForm, committees: list[Committee]) -> ResidentSearchForm:
    form.committee_id.choices = make_choices(
        [("", _("Every committee")), *((row.id, get_name(row)) for row in committees)]
    )
    return form


def _show_resident(
    resident: Resident, contact: Contact | None, form: ButtonForm | None = None
) -> str:
    return render_template(
        "residents/show.html",
        resident=resident,
        contact=contact,
        needs=service.list_needs(resident),
        merged=merging.list_merged(resident),
        consents=list_consents(resident),
        statuses=_list_statuses(resident, get_now(), with_breaks=True),
        may_record=current_user.role is Role.COMMITTEE_WORKER,
        form=form or ButtonForm(formdata=None),
    )


def _list_statuses(
    resident: Resident, now: datetime, *, with_breaks: bool = False
) -> list[dict[str, Any]]:
    """Each status with its state and, ``with_breaks``, how many promises its end would break."""
    rows = sorted(resident.statuses, key=lambda row: row.id)
    return [
        {
            "row": row,
            "state": statuses.get_state(row, now),
            "breaks": _count_breaks(row, now) if with_breaks else 0,
        }
        for row in rows
    ]


def _count_breaks(row: RecipientStatus, now: datetime) -> int:
    return find_breaks_of_status(row.resident_id, row.kind, now).count
