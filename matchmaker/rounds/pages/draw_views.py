"""Lock the list of a month, announce the draw of its seed, enter the draw.

Each of these pages asks before it acts.
"""

from dataclasses import replace
from datetime import date

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import InvalidError
from matchmaker.models import MatchRound, RoundState
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import draws
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.entries import EntryShares, list_open_shares
from matchmaker.rounds.freeze.readiness import check_readiness
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.figures import name_committees
from matchmaker.rounds.pages.forms import DrawForm, FreezeForm, ReplaceDrawForm
from matchmaker.rounds.states import ROUND_STATES
from matchmaker.rounds.words.readiness import describe_readiness
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/<month:month>/freeze", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def freeze(month: date) -> Answer:
    match_round, form = queries.get_round(month, current_user), FreezeForm()
    _fill(form)

    def act() -> str:
        freeze_service.freeze_round(
            match_round,
            draw=form.read_draw(),
            actor=current_user,
            now=get_now(),
            is_demo=_is_demo(),
        )
        flash(_("The list is locked. Its hash and the announced draw are public now."), "success")
        return url_for("rounds.show", month=month)

    def show() -> str:
        ROUND_STATES.check(match_round.state, RoundState.FROZEN)
        lines = check_readiness(match_round, get_local_date(get_now()))
        readiness = describe_readiness(lines)
        return render_template(
            "rounds/freeze.html",
            match_round=match_round,
            readiness=readiness,
            entries=_list_entries(match_round),
            form=form,
        )

    return answer_form(form, act, show)


@bp.route("/<month:month>/draw/replace", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def replace_draw(month: date) -> Answer:
    """Announce another draw in place of a wrong one, before the day of that one."""
    match_round, form = queries.get_round(month, current_user), ReplaceDrawForm()
    _fill(form)

    def act() -> str:
        draws.replace_draw(
            match_round,
            draw=form.read_draw(),
            reason=form.reason.data,
            actor=current_user,
            now=get_now(),
            is_demo=_is_demo(),
        )
        flash(_("The other draw is announced. Both stand on the public page."), "success")
        return url_for("rounds.show", month=month)

    def show() -> str:
        draws.require_replaceable(match_round, get_now())
        return render_template("rounds/replace_draw.html", match_round=match_round, form=form)

    return answer_form(form, act, show)


@bp.route("/<month:month>/draw", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def draw(month: date) -> Answer:
    """Enter the drawn numbers; the person who locked the list may not."""
    match_round, form = queries.get_round(month, current_user), DrawForm()

    def act() -> str:
        source = draws.require_drawable(match_round, current_user, get_now()).source
        drawn = form.drawn.data
        if draws.read_drawn(source, drawn) != draws.read_drawn(source, form.again.data):
            raise InvalidError("round.drawn_twice", "again")
        draws.draw_seed(match_round, drawn=drawn, actor=current_user, now=get_now())
        flash(_("The seed is drawn. The month can be solved now."), "success")
        return url_for("rounds.show", month=month)

    def show() -> str:
        draws.require_drawable(match_round, current_user, get_now())
        return render_template("rounds/draw.html", match_round=match_round, form=form)

    return answer_form(form, act, show)


def _list_entries(match_round: MatchRound) -> dict[str, list[EntryShares]]:
    """The counts of needs by committee, with the committees' names, and by worker."""
    committees, workers = list_open_shares(
        match_round.subdistrict_id, match_round.month, get_local_date(get_now())
    )
    names = name_committees(match_round.subdistrict_id)
    named = [replace(row, group=names[row.group]) for row in committees]
    return {"committees": named, "workers": workers}


def _fill(form: FreezeForm) -> None:
    """Offer the sources, and propose the next draw of the first source until the form is sent."""
    form.offer_sources(draws.list_sources(is_demo=_is_demo()))
    if not form.has_input:
        today = get_local_date(get_now())
        form.draws_on.data = today if _is_demo() else draws.get_next_day(form.source.data, today)
        form.number.data = f"{today:%Y}001" if _is_demo() else ""


def _is_demo() -> bool:
    return bool(current_app.config["DEMO_MODE"])
