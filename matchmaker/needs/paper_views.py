"""News on paper for residents without an account: a list for a committee, letters for residents."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.audit.handing import hand_out, show_people
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import Committee, ListKind, ListWay, Need, Resident
from matchmaker.needs import letters
from matchmaker.needs.blueprint import bp
from matchmaker.needs.history import RoundResult, find_latest_results, list_results
from matchmaker.notices import paper
from matchmaker.notices.service import NEED_ANSWERS
from matchmaker.residents.scope import get_resident
from matchmaker.web.act import Answer, answer_button
from matchmaker.web.addresses import read_id, read_ids
from matchmaker.web.lists import paginate
from matchmaker.web.permissions import Permission, has_permission, requires

NEWS_ON_A_PAGE = 50  # fewer pages than other lists have: somebody rings from it and ticks


@bp.get("/paper")
@requires(Permission.NEED_READ_SCOPE)
def paper_index() -> str:
    month = letters.find_latest_month(current_user)
    return render_template(
        "needs/paper_index.html",
        rows=paper.count_waiting(current_user),
        month=month,
        counts=letters.count_letters(current_user, month) if month else {},
    )


@bp.get("/paper/<id:committee_id>")
@requires(Permission.NEED_READ_SCOPE)
def paper_list(committee_id: int) -> Answer:
    """List the news that the committee's residents without an account wait for, page by page.

    Each piece of news has a box to tick.
    """
    committee = paper.get_committee(committee_id, current_user)
    page = paginate(paper.select_news(current_user, committee), NEWS_ON_A_PAGE)
    if page.total and not page.items:  # somebody reported the rest meanwhile
        return redirect(url_for("needs.paper_list", committee_id=committee_id, page=page.pages))
    news = paper.read_news(page.items)

    def make() -> str:
        return render_template(
            "needs/paper_list.html",
            committee=committee,
            news=news,
            results=_find_results(news),
            count=paper.count_residents(current_user, committee),
            page=page,
            form=ButtonForm(formdata=None),
            can_report=has_permission(current_user.role, Permission.NEED_POST_ON_BEHALF),
        )

    return show_people(ListKind.NEWS, _list_persons(news), make)


@bp.route("/paper/<id:committee_id>/print", methods=["GET", "POST"])
@requires(Permission.NEED_READ_SCOPE)
def paper_sheet(committee_id: int) -> Answer:
    """Print the news that the committee's residents without an account wait for.

    The purpose is asked for first.
    """
    committee = paper.get_committee(committee_id, current_user)
    news = paper.list_news(current_user, committee)
    back_url = url_for("needs.paper_list", committee_id=committee.id)

    def make() -> str:
        return render_template(
            "needs/paper_sheet.html",
            committee=committee,
            news=news,
            results=_find_results(news),
            printed_on=_get_today(),
            back_url=back_url,
        )

    return hand_out(
        ListKind.NEWS,
        ListWay.PRINT,
        lambda: _list_persons(news),
        make,
        filters={"committee_id": committee.id},
        back_url=back_url,
    )


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
    """Record that residents of a committee heard the ticked news, or all news on the list."""
    committee = paper.get_committee(committee_id, current_user)
    return _report(committee, url_for("needs.paper_list", committee_id=committee.id))


@bp.post("/paper/letters/<id:resident_id>/reported")
@requires(Permission.NEED_POST_ON_BEHALF)
def report_letter(resident_id: int) -> Response:
    """Record that a resident heard the news of a letter."""
    resident = get_resident(resident_id, current_user)
    committee_id = resident.household.committee_id
    return _report(resident, url_for("needs.paper_list", committee_id=committee_id))


def _report(of: Committee | Resident, page: str) -> Response:
    def act() -> str:
        shown = paper.Shown(last_id=read_id("last"), ids=read_ids("reported"))
        count = paper.mark_reported(of, shown, actor=current_user, now=get_now())
        text = ngettext("%(num)s piece of news told.", "%(num)s pieces of news told.", count)
        flash(text, "success" if count else "info")
        return page

    return answer_button(act)


def _list_persons(news: Sequence[paper.News]) -> set[int]:
    return {row.resident.person_id for row in news}


def _find_results(news: Sequence[paper.News]) -> Mapping[int, RoundResult]:
    return find_latest_results([row.read.notice.subject_id for row in news if _is_answer(row)])


def _is_answer(row: paper.News) -> bool:
    return row.read.notice.kind in NEED_ANSWERS


def _find_result(row: paper.News) -> RoundResult | None:
    """The latest published result of the need that a piece of news answers; None for other news."""
    need: Need | None = row.read.thing
    results = list_results(need) if _is_answer(row) and need else []
    return results[0] if results else None


def _get_today() -> date:
    return get_local_date(get_now())
