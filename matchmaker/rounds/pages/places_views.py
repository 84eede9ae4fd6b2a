"""The free places of a published month: search for other givers, and keep what is found."""

from datetime import date

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ListKind, MatchRound, RoundRepair
from matchmaker.rounds import queries
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.forms import AcceptForm
from matchmaker.rounds.pages.step_views import queue_after_commit
from matchmaker.rounds.publish import keeping
from matchmaker.rounds.solve import repairs
from matchmaker.rounds.solve.places import load_places, load_promises
from matchmaker.rounds.words.places import describe_lost, describe_others
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires


@bp.get("/<month:month>/places")
@requires(Permission.ROUND_READ)
def places(month: date) -> str:
    """Show what is free, the latest search and what it found."""
    return _show(queries.get_round(month, current_user))


@bp.get("/<month:month>/places/progress")
@requires(Permission.ROUND_READ)
def places_progress(month: date) -> str:
    """Show the progress of the latest search: the part of the page that is polled while it runs."""
    match_round = queries.get_round(month, current_user)
    repair = repairs.find_latest(repairs.require_in_force(match_round))
    if repair is None:
        raise NotFoundError("repair.unknown")
    return render_template(
        "rounds/places_progress.html",
        match_round=match_round,
        repair=repair,
        job=repairs.get_repair_job(repair),
    )


@bp.post("/<month:month>/places/search")
@requires(Permission.ROUND_RUN)
def search_places(month: date) -> Answer:
    match_round, form = queries.get_round(month, current_user), ButtonForm()

    def act() -> str:
        keeping.require_keeper_left(match_round, current_user, get_now())
        repair = repairs.start_repair(
            match_round,
            limit_seconds=current_app.config["SOLVE_LIMIT_SECONDS"],
            actor=current_user,
            now=get_now(),
        )
        queue_after_commit(repairs.get_repair_job(repair).id)
        return url_for("rounds.places", month=month)

    return answer_form(form, act, lambda: _show(match_round))


@bp.post("/<month:month>/places/<id:number>/cancel")
@requires(Permission.ROUND_RUN)
def cancel_search(month: date, number: int) -> Answer:
    match_round, form = queries.get_round(month, current_user), ButtonForm()

    def act() -> str:
        repair = _get_repair(match_round, number)
        repairs.cancel_repair(repair, actor=current_user, now=get_now())
        flash(_("The search was cancelled."), "success")
        return url_for("rounds.places", month=month)

    return answer_form(form, act, lambda: _show(match_round))


@bp.post("/<month:month>/places/<id:number>/keep")
@requires(Permission.ROUND_PUBLISH)
def keep_places(month: date, number: int) -> Answer:
    match_round, form = queries.get_round(month, current_user), AcceptForm()
    repair = _get_repair(match_round, number)
    _ask(form, repair)

    def act() -> str:
        promises = keeping.keep_repair(
            repair, actor=current_user, now=get_now(), accepts_unproved=form.is_ticked
        )
        count = len(promises)
        said = ngettext(
            "Kept. Givers are asked for %(num)s promise now.",
            "Kept. Givers are asked for %(num)s promises now.",
            count,
        )
        flash(said if count else _("Kept. Nobody else is asked."), "success")
        return url_for("rounds.show", month=month)

    return answer_form(form, act, lambda: _show(match_round, form))


def _get_repair(match_round: MatchRound, number: int) -> RoundRepair:
    run = repairs.require_in_force(match_round)
    found = next((row for row in repairs.list_repairs(run) if row.number == number), None)
    if found is None:
        raise NotFoundError("repair.unknown")
    return found


def _make_form(repair: RoundRepair | None) -> AcceptForm:
    form = AcceptForm(formdata=None)
    _ask(form, repair)
    return form


def _ask(form: AcceptForm, repair: RoundRepair | None) -> None:
    """Ask to tick that some aims of a search are not proved, if any are not."""
    count = repairs.count_unproved(repair) if repair is not None else 0
    sentence = ngettext(
        "I have read that %(num)s aim is not proved, and accept it.",
        "I have read that %(num)s aims are not proved, and accept it.",
        count,
    )
    form.ask(sentence if count else None)


def _show(match_round: MatchRound, sent: AcceptForm | None = None) -> str:
    """Show the page; ``sent``: the form to keep what was found, as the reader sent it."""
    run = match_round.published_run
    if run is None:
        raise NotFoundError("round.not_published")
    repair = repairs.find_latest(run)
    free = load_promises([row.id for row in keeping.list_free(run, get_now())])
    waiting = repair if repair and repairs.waits(repair) else None
    rows = load_places(match_round, free, repairs.read_proposal(waiting) if waiting else None)

    def make() -> str:
        return render_template(
            "rounds/places.html",
            match_round=match_round,
            repair=repair,
            job=repairs.get_repair_job(repair) if repair and not waiting else None,
            free=len(free),
            lost=describe_lost(rows),
            others=describe_others(rows),
            waiting=waiting,
            keepers=keeping.list_keepers(waiting) if waiting else [],
            may_run=has_permission(current_user.role, Permission.ROUND_RUN),
            may_keep=has_permission(current_user.role, Permission.ROUND_PUBLISH),
            form=sent or _make_form(repair),
        )

    return show_people(ListKind.FREE_PLACES, set(rows.list_persons()), make)
