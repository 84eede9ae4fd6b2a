"""News on paper for who has no account: a list for each committee, a letter for each resident."""

from datetime import date

from flask import flash, render_template, url_for
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import Committee, ListKind, Need, Resident
from matchmaker.needs.blueprint import bp
from matchmaker.needs.history import RoundResult, find_latest_results, list_results
from matchmaker.notices import paper
from matchmaker.notices.service import NEED_ANSWERS
from matchmaker.residents.scope import get_resident
from matchmaker.web.act import answer_button
from matchmaker.web.addresses import read_id
from matchmaker.web.permissions import Permission, requires


@bp.get("/paper")
@requires(Permission.NEED_READ_SCOPE)
def paper_index() -> str:
    return render_template("needs/paper_index.html", rows=paper.count_waiting(current_user))


@bp.get("/paper/<id:committee_id>")
@requires(Permission.NEED_READ_SCOPE)
def paper_list(committee_id: int) -> str:
    committee = paper.get_committee(committee_id, current_user)
    news = paper.list_news(current_user, committee)
    needs = [row.read.notice.subject_id for row in news if _is_answer(row)]

    def make() -> str:
        return render_template(
            "needs/paper_list.html",
            committee=committee,
            news=news,
            results=find_latest_results(needs),
            count=len({row.resident.id for row in news}),
            last_id=max((row.read.notice.id for row in news), default=0),
            printed_on=_get_today(),
            back_url=url_for("needs.paper_index"),
        )

    return show_people(ListKind.NEWS, {row.resident.person_id for row in news}, make)


@bp.get("/paper/letters/<id:resident_id>")
@requires(Permission.NEED_READ_SCOPE)
def paper_letter(resident_id: int) -> str:
    resident = get_resident(resident_id, current_user)
    news = paper.list_news(current_user, resident)
    committee = resident.household.committee
    return render_template(
        "needs/paper_letter.html",
        resident=resident,
        committee=committee,
        news=[(row.read, _find_result(row)) for row in news],
        last_id=max((row.read.notice.id for row in news), default=0),
        printed_on=_get_today(),
        back_url=url_for("needs.paper_list", committee_id=committee.id),
    )


@bp.post("/paper/<id:committee_id>/reported")
@requires(Permission.NEED_POST_ON_BEHALF)
def report(committee_id: int) -> Response:
    """Keep that the residents heard everything on a committee's list."""
    committee = paper.get_committee(committee_id, current_user)
    return _report(committee, url_for("needs.paper_list", committee_id=committee.id))


@bp.post("/paper/letters/<id:resident_id>/reported")
@requires(Permission.NEED_POST_ON_BEHALF)
def report_letter(resident_id: int) -> Response:
    """Keep that a resident heard what a letter says."""
    resident = get_resident(resident_id, current_user)
    committee_id = resident.household.committee_id
    return _report(resident, url_for("needs.paper_list", committee_id=committee_id))


def _report(of: Committee | Resident, page: str) -> Response:
    def act() -> str:
        last_id = read_id("last")
        count = paper.mark_reported(of, last_id=last_id, actor=current_user, now=get_now())
        text = ngettext("%(num)s piece of news told.", "%(num)s pieces of news told.", count)
        flash(text, "success" if count else "info")
        return page

    return answer_button(act)


def _is_answer(row: paper.News) -> bool:
    return row.read.notice.kind in NEED_ANSWERS


def _find_result(row: paper.News) -> RoundResult | None:
    """The month's answer that a row brings, with all that it says."""
    need: Need | None = row.read.thing
    results = list_results(need) if _is_answer(row) and need else []
    return results[0] if results else None


def _get_today() -> date:
    return get_local_date(get_now())
