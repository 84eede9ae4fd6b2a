"""Pages on which a coordinator answers promises: all that wait at once, or one by one."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.assignments import answering, queries
from matchmaker.assignments.answering import Accepted
from matchmaker.assignments.appointing import can_be_moved, list_open_days
from matchmaker.assignments.forms import DayForm
from matchmaker.assignments.reports import Report, make_report
from matchmaker.assignments.seating import list_choices
from matchmaker.assignments.session_forms import SeatForm, StayForm, make_stay_form
from matchmaker.assignments.views import bp, list_months_or_fail, read_address, show_given
from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.base.errors import ConflictError
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.validators import Required
from matchmaker.kinds import Timing, get_timing
from matchmaker.models import DeclineReason, ListKind, Promise, PromiseState
from matchmaker.promises.breaking import count_falling
from matchmaker.promises.seats import ACCEPTED
from matchmaker.promises.states import GIVER_REASONS
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import get_filters
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label


class WhyForm(IdempotentForm):
    """Why a promise is declined."""

    reason = RadiosField(
        _l("Why?"),
        [Required(_l("Choose one."))],
        choices=make_choices(
            (reason, get_label(reason)) for reason in DeclineReason if reason in GIVER_REASONS
        ),
    )


@bp.post("/given/accept")
@requires(Permission.PROMISE_ANSWER)
def accept_all() -> Answer:
    """Say yes to the user's waiting promises of a month that match the filters in the address."""
    months = list_months_or_fail()
    filter_form, month, filters = read_address(months)
    form = IdempotentForm()

    def act() -> str:
        now = get_now()
        say(answering.accept_all(actor=current_user, month=month, filters=filters, now=now))
        return url_for("assignments.given", **get_filters(filter_form))

    return answer_form(form, act, lambda: show_given(months))


@bp.get("/given/<id:promise_id>")
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def promise(promise_id: int) -> str:
    return show_promise(promise_id)


@bp.post("/given/<id:promise_id>/accept")
@requires(Permission.PROMISE_ANSWER)
def accept(promise_id: int) -> Answer:
    def act() -> str:
        now = get_now()
        found = answering.accept(actor=current_user, promise_ids=[promise_id], now=now)
        if not found.count:
            raise ConflictError("promise.cannot_be_kept")
        say(found)
        return url_for("assignments.promise", promise_id=promise_id)

    return _answer(promise_id, IdempotentForm(), act)


@bp.post("/given/<id:promise_id>/decline")
@requires(Permission.PROMISE_ANSWER)
def decline(promise_id: int) -> Answer:
    def act() -> str:
        answering.decline(actor=current_user, promise_id=promise_id, now=get_now())
        return url_for("assignments.promise", promise_id=promise_id)

    return _answer(promise_id, IdempotentForm(), act)


@bp.post("/given/<id:promise_id>/why")
@requires(Permission.PROMISE_ANSWER)
def say_why(promise_id: int) -> Answer:
    form = WhyForm()

    def act() -> str:
        reason = DeclineReason(form.reason.data)
        answering.say_why(actor=current_user, promise_id=promise_id, reason=reason, now=get_now())
        flash(_("Thank you. The street office knows."), "success")
        return url_for("assignments.promise", promise_id=promise_id)

    return _answer(promise_id, form, act)


@bp.post("/given/<id:promise_id>/take-back")
@requires(Permission.PROMISE_ANSWER)
def take_back(promise_id: int) -> Answer:
    def act() -> str:
        answering.take_back(actor=current_user, promise_id=promise_id, now=get_now())
        flash(_("Taken back: this promise waits for your answer again."), "success")
        return url_for("assignments.promise", promise_id=promise_id)

    return _answer(promise_id, IdempotentForm(), act)


def _answer(promise_id: int, form: IdempotentForm, act: Callable[[], str]) -> Answer:
    answering.get_promise(current_user, promise_id)
    why = form if isinstance(form, WhyForm) else None
    return answer_form(form, act, lambda: show_promise(promise_id, why))


def show_promise(
    promise_id: int,
    why_form: WhyForm | None = None,
    day_form: DayForm | None = None,
    report: Report | None = None,
    seat_form: SeatForm | None = None,
    stay_form: StayForm | None = None,
) -> str:
    """The page of one promise for its giver; a form that is given is shown as it was filled in."""
    row, now = answering.get_promise(current_user, promise_id), get_now()
    line = queries.get_line(current_user, row, now)

    def make() -> str:
        return render_template(
            "assignments/promise.html",
            line=line,
            month=row.run.match_round.month,
            promise=row,
            form=why_form or WhyForm(formdata=None),
            day_form=day_form or make_day_form(row, now),
            report=report or make_report(row, current_user, now),
            seat_form=seat_form or make_seat_form(row, now),
            stay_form=stay_form or _make_stay_form(row),
            can_answer=answering.can_answer(row, now),
            is_own_no=answering.is_declined_by_giver(row),
            is_asked=answering.is_asked(row),
            can_take_back=answering.can_take_back(row, now),
            falling=_count_falling(row),
        )

    return show_people(ListKind.GIVEN, line.persons, make)


def _count_falling(row: Promise) -> int:
    """How many other promises end with this one if its giver says no; 0 once it is answered."""
    if row.state is not PromiseState.AWAITING_GIVER:
        return 0
    return count_falling([row]).get(row.id, 0)


def make_day_form(row: Promise, now: datetime) -> DayForm | None:
    """The form for another day as it is first shown; None if the promise cannot be moved."""
    if not can_be_moved(row, now):
        return None
    form = DayForm(formdata=None)
    form.fill(list_open_days(row.run, now), row)
    return form


def make_seat_form(row: Promise, now: datetime) -> SeatForm | None:
    """The form for another session as it is first shown; None if there is no other."""
    sessions = list_choices(row, now)
    if not sessions:
        return None
    form = SeatForm(formdata=None)
    form.fill(sessions)
    return form


def _make_stay_form(row: Promise) -> StayForm | None:
    is_stay = get_timing(row.asked.category) is Timing.STAY
    if not is_stay or row.state not in ACCEPTED:
        return None
    return make_stay_form(row.first_day, row.last_day)


def say(found: Accepted) -> None:
    """Say how many promises were accepted, and that some could not be."""
    if found.count:
        said = ngettext("%(num)s promise accepted.", "%(num)s promises accepted.", found.count)
        flash(_("Thank you. %(what)s", what=said), "success")
    if found.left:
        flash(_("Some cannot be accepted any more: look at each of them."), "warning")
