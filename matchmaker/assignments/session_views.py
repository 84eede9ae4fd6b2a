"""Pages on which a coordinator sets sessions and days of payment, and sees the days of stays."""

from datetime import date

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.assignments import boards, seating, sessions
from matchmaker.assignments.forms import MonthForm
from matchmaker.assignments.session_forms import PaydayForm, SessionForm, make_session_form
from matchmaker.assignments.views import bp, list_months_or_fail
from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ListKind, Offer, Session
from matchmaker.offers.terms import list_places
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.get("/sessions", endpoint="sessions")
@requires(Permission.SESSION_MANAGE)
def show_sessions() -> str:
    return _show_month(list_months_or_fail(), PaydayForm(formdata=None))


@bp.route("/<month:month>/offers/<id:offer_id>/session", methods=["GET", "POST"])
@requires(Permission.SESSION_MANAGE)
def add_session(month: date, offer_id: int) -> Answer:
    offer, _run = sessions.get_offer_of_month(current_user, offer_id, month)
    form = make_session_form(offer, list_places(offer.organisation), None)

    def act() -> str:
        seated = sessions.add_session(
            actor=current_user,
            offer_id=offer_id,
            month=month,
            terms=form.read_terms(),
            now=get_now(),
        )
        flash(_say_seated(seated), "success")
        return _get_month_url(month)

    return answer_form(form, act, lambda: _show(form, offer, month, None))


@bp.route("/sessions/<id:session_id>", methods=["GET", "POST"])
@requires(Permission.SESSION_MANAGE)
def edit_session(session_id: int) -> Answer:
    is_sent = request.method == "POST"  # what is compared must not change before it is saved
    find = sessions.lock_session if is_sent else sessions.get_session
    session = find(current_user, session_id)
    month, offer = sessions.get_month_of(session), session.offer
    form = make_session_form(offer, list_places(offer.organisation, session.place), session)

    def act() -> str:
        terms = form.read_terms()
        sessions.edit_session(actor=current_user, session_id=session_id, terms=terms, now=get_now())
        flash(_("Saved. Those who have a number are told what changed."), "success")
        return _get_month_url(month)

    return answer_form(form, act, lambda: _show(form, offer, month, session))


@bp.post("/sessions/<id:session_id>/remove")
@requires(Permission.SESSION_MANAGE)
def remove_session(session_id: int) -> Answer:
    session = sessions.get_session(current_user, session_id)
    month, offer = sessions.get_month_of(session), session.offer

    def act() -> str:
        sessions.remove_session(actor=current_user, session_id=session_id, now=get_now())
        flash(_("Removed."), "success")
        return _get_month_url(month)

    def show() -> str:
        form = make_session_form(offer, list_places(offer.organisation, session.place), session)
        return _show(form, offer, month, session)

    return answer_form(ButtonForm(), act, show)


@bp.post("/<month:month>/offers/<id:offer_id>/payday")
@requires(Permission.SESSION_MANAGE)
def set_payday(month: date, offer_id: int) -> Answer:
    form = PaydayForm()

    def act() -> str:
        count = seating.set_payday(
            actor=current_user,
            offer_id=offer_id,
            month=month,
            day=form.day.value,
            now=get_now(),
        )
        said = ngettext("%(num)s person is told.", "%(num)s people are told.", count)
        flash(said if count else _("Nobody has to be told: they know this day."), "success")
        return _get_month_url(month)

    return answer_form(form, act, lambda: _show_month([month], form, offer_id))


def _show_month(months: list[date], payday: PaydayForm, offer_id: int | None = None) -> str:
    form = MonthForm()
    form.fill_months(months)
    month = form.read_month(months)
    form.month.data = month.strftime("%Y-%m")
    found = boards.list_boards(current_user, month)

    def make() -> str:
        return render_template(
            "assignments/sessions.html",
            form=form,
            months=months,
            month=month,
            boards=found,
            today=get_local_date(get_now()),
            payday=payday,
            payday_offer_id=offer_id,
        )

    persons = {person for board in found for person in board.persons}
    return show_people(ListKind.GIVEN, persons, make)


def _show(form: SessionForm, offer: Offer, month: date, session: Session | None) -> str:
    return render_template(
        "assignments/session.html",
        form=form,
        offer=offer,
        month=month,
        session=session,
        has_places=bool(list_places(offer.organisation)),
    )


def _get_month_url(month: date) -> str:
    return url_for("assignments.sessions", month=f"{month:%Y-%m}")


def _say_seated(count: int) -> str:
    if not count:
        return _("Added. Nobody waits for a day now.")
    return ngettext(
        "Added. %(num)s promise has a number in it, and the person is told.",
        "Added. %(num)s promises have a number in it, and the people are told.",
        count,
    )
