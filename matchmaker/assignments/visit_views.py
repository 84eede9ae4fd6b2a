"""Pages on which volunteers answer their own visits, if the organisation lets its volunteers."""

from datetime import date

from flask import render_template, url_for
from flask_login import current_user

from matchmaker.assignments import answering
from matchmaker.assignments.asked import list_asked
from matchmaker.assignments.asked_pages import AskedPage
from matchmaker.assignments.forms import MonthForm
from matchmaker.assignments.views import bp, list_months_or_fail
from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import IdempotentForm
from matchmaker.models import ListKind
from matchmaker.web.act import Answer
from matchmaker.web.permissions import Permission, requires


@bp.get("/visits/answers")
@requires(Permission.VISIT_ANSWER_OWN)
def answer_visits() -> str:
    """Show the visits of a month that await the volunteer's answer or were answered."""
    months = list_months_or_fail()
    form = MonthForm()
    form.fill_months(months)
    return _show(form.read_month(months), IdempotentForm(formdata=None))


@bp.post("/visits/answers/<month:month>/<any(all, ticked, others):which>")
@requires(Permission.VISIT_ANSWER_OWN)
def visits_answer_several(month: date, which: str) -> Answer:
    return _ask(month).answer_several(which)


@bp.post('/visits/answers/<month:month>/<id:promise_id>/<any(accept, decline, "take-back"):step>')
@requires(Permission.VISIT_ANSWER_OWN)
def visits_answer_one(month: date, promise_id: int, step: str) -> Answer:
    return _ask(month).answer_one(promise_id, step)


@bp.post("/visits/answers/<month:month>/<id:promise_id>/why")
@requires(Permission.VISIT_ANSWER_OWN)
def visits_say_why(month: date, promise_id: int) -> Answer:
    return _ask(month).say_why(promise_id)


def _ask(month: date) -> AskedPage:
    def find_page(promise_id: int | None) -> str:
        anchor = f"promise-{promise_id}" if promise_id else None
        page = "answer_visits" if answering.may_answer(current_user) else "visits"
        return url_for(f"assignments.{page}", month=f"{month:%Y-%m}", _anchor=anchor)

    return AskedPage(current_user, month, lambda form: _show(month, form), find_page)


def _show(month: date, form: IdempotentForm) -> str:
    if not answering.may_answer(current_user):
        raise NotFoundError("promise.unknown")
    rows = list_asked(current_user, month, get_now())

    def make() -> str:
        return render_template(
            "assignments/answer_visits.html",
            form=form,
            month=month,
            rows=rows,
            find_step=lambda name, **values: url_for(
                f"assignments.visits_{name}", month=month, **values
            ),
        )

    persons = {person for row in rows for person in row.line.persons}
    return show_people(ListKind.GIVEN, persons, make)
