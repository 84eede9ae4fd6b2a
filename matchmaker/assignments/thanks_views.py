"""Pages of thanks: the office reads and decides, those who helped read, recipients withdraw."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField

from matchmaker.assignments import thanks
from matchmaker.assignments.views import bp
from matchmaker.audit.handing import show_list, show_people
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import IdempotentForm
from matchmaker.models import ListKind, Thanks
from matchmaker.rounds.words.slots import describe_when
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Column, ListPage, People, make_state_badge
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name


class ThanksForm(IdempotentForm):
    """A button that decides on thanks; with the state that the page showed."""

    seen = HiddenField()


_KIND = Column[Thanks](
    header=_l("Kind of help"), read=lambda row: get_name(row.first.asked.category)
)
_WHEN = Column[Thanks](
    header=_l("When"),
    read=lambda row: describe_when(row.first, row.first.run.match_round.month),
)
_WORDS = Column[Thanks](header=_l("In their words"), read=lambda row: row.first.words or "")
_STATE = Column[Thanks](
    header=_l("State"),
    read=lambda row: str(get_label(row.state)),
    badges=lambda row: [make_state_badge(row.state)],
)
_OFFICE_COLUMNS = (
    Column[Thanks](
        header=_l("Allowed on"),
        read=lambda row: get_local_date(row.asked_at),
        link=lambda row: url_for("assignments.read_thanks", thanks_id=row.id),
    ),
    Column[Thanks](header=_l("Number"), read=lambda row: row.first.asked.reference),
    _KIND,
    Column[Thanks](header=_l("Who helped"), read=lambda row: name_givers(row)),
    _STATE,
)


def name_givers(row: Thanks) -> str:
    """The organisations that helped."""
    return " · ".join(dict.fromkeys(get_name(one.organisation) for one in row.promises))


def _make_list(
    endpoint: str, caption: str, query: Any, columns: tuple[Column[Thanks], ...]
) -> ListPage[Thanks]:
    return ListPage(
        endpoint=f"assignments.{endpoint}",
        caption=caption,
        query=query,
        columns=columns,
        people=People(ListKind.THANKS, lambda row: (row.first.asked.resident.person_id,)),
        values={"decided": "1"} if request.args.get("decided") == "1" else {},
    )


# The office.


@bp.get("/thanks")
@requires(Permission.THANKS_PASS_ON)
def list_thanks() -> str:
    is_decided = request.args.get("decided") == "1"
    query = thanks.select_to_read(current_user, is_decided=is_decided)
    listed = _make_list("list_thanks", _("Thanks to pass on"), query, _OFFICE_COLUMNS)
    return show_list("assignments/thanks_list.html", listed, is_decided=is_decided)


@bp.get("/thanks/<id:thanks_id>")
@requires(Permission.THANKS_PASS_ON)
def read_thanks(thanks_id: int) -> str:
    """Show the office one sentence as those who helped would read it."""
    row, now = thanks.get_thanks(thanks_id, current_user), get_now()

    def make() -> str:
        return render_template(
            "assignments/thanks_one.html",
            row=row,
            helpers=name_givers(row),
            signature=thanks.find_signature(row, now),
            can_pass_on=thanks.can_pass_on(row),
            can_keep_back=thanks.can_keep_back(row),
            form=ThanksForm(formdata=None, data={"seen": row.state.value}),
        )

    return show_people(ListKind.THANKS, {row.first.asked.resident.person_id}, make)


@bp.post("/thanks/<id:thanks_id>/pass-on")
@requires(Permission.THANKS_PASS_ON)
def pass_thanks_on(thanks_id: int) -> Answer:
    return _decide(thanks_id, thanks.pass_on, _("Passed on. Those who helped read it."))


@bp.post("/thanks/<id:thanks_id>/keep-back")
@requires(Permission.THANKS_PASS_ON)
def keep_thanks_back(thanks_id: int) -> Answer:
    return _decide(thanks_id, thanks.keep_back, _("Kept here. Those who helped do not read it."))


def _decide(thanks_id: int, step: Callable[..., None], done: str) -> Answer:
    form = ThanksForm()

    def act() -> str:
        step(actor=current_user, thanks_id=thanks_id, seen=form.seen.data, now=get_now())
        flash(done, "success")
        return url_for("assignments.list_thanks")

    page = url_for("assignments.read_thanks", thanks_id=thanks_id)
    return answer_form(form, act, lambda: redirect(page, 303))


# Those who helped.


@bp.get("/thanks/received")
@requires(Permission.THANKS_READ)
def received_thanks() -> str:
    now = get_now()
    columns = (_WORDS, _make_from(now), _KIND, _WHEN)
    query = thanks.select_received(current_user, now)
    listed = _make_list("received_thanks", _("Thanks from people who got help"), query, columns)
    return show_list("assignments/thanks_received.html", listed)


def _make_from(now: datetime) -> Column[Thanks]:
    """The column of who says thanks: surname and title, or nobody by name."""
    return Column[Thanks](
        header=_l("From"),
        read=lambda row: thanks.find_signature(row, now) or _("somebody who got help"),
    )


# The recipient, and the counter on their behalf.


@bp.get("/help/thanks")
@requires(Permission.HELP_AGREE)
def said_thanks() -> str:
    query = thanks.select_said(current_user)
    listed = _make_list("said_thanks", _("Thanks that were said"), query, (_KIND, _WORDS, _STATE))
    form = IdempotentForm(formdata=None)
    return show_list("assignments/thanks_said.html", listed, form=form)


@bp.post("/help/thanks/<id:thanks_id>/withdraw")
@requires(Permission.HELP_AGREE)
def withdraw_thanks(thanks_id: int) -> Answer:
    page = url_for("assignments.said_thanks")

    def act() -> str:
        thanks.withdraw(actor=current_user, thanks_id=thanks_id, now=get_now())
        flash(_("Taken back. Those who helped do not read it any more."), "success")
        return page

    return answer_form(IdempotentForm(), act, lambda: redirect(page, 303))
