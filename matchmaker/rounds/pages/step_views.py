"""The steps of a round after its draw: solve, cancel, accept, publish, withdraw.

The pages of the last three ask before they act.
"""

from datetime import date

from flask import after_this_request, current_app, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import RoundRun
from matchmaker.rounds import queries
from matchmaker.rounds.freeze.overrides import list_active_overrides
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.figures import read_names
from matchmaker.rounds.pages.forms import AcceptForm, PublishForm, WithdrawForm
from matchmaker.rounds.pages.room import count_broken
from matchmaker.rounds.pages.room_views import show_room
from matchmaker.rounds.publish import hands, publication
from matchmaker.rounds.publish.notices import Heard
from matchmaker.rounds.solve import runs
from matchmaker.rounds.solve.jobs import put_job
from matchmaker.rounds.solve.prices import count_tried
from matchmaker.rounds.solve.verdicts import count_unproved, find_verdict
from matchmaker.rounds.words.prices import describe_seen, describe_tried
from matchmaker.rounds.words.stages import describe_prices
from matchmaker.rounds.words.verdicts import describe_acceptance
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.post("/<month:month>/solve")
@requires(Permission.ROUND_RUN)
def solve(month: date) -> Answer:
    return _start(month, is_plain=False)


@bp.post("/<month:month>/solve-plain")
@requires(Permission.ROUND_RUN)
def solve_plain(month: date) -> Answer:
    """Start a run without the pins and forbids in force, to compare with."""
    return _start(month, is_plain=True)


def _start(month: date, *, is_plain: bool) -> Answer:
    form = ButtonForm()

    def act() -> str:
        match_round = queries.get_round(month, current_user)
        hands.require_publisher_left(match_round, current_user)
        run = runs.start_run(
            match_round,
            limit_seconds=current_app.config["SOLVE_LIMIT_SECONDS"],
            actor=current_user,
            now=get_now(),
            is_plain=is_plain,
        )
        queue_after_commit(runs.get_job(run).id)
        return url_for("rounds.show", month=month)

    return answer_form(form, act, lambda: show_room(month, form))


@bp.post("/<month:month>/runs/<id:number>/cancel")
@requires(Permission.ROUND_RUN)
def cancel(month: date, number: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        runs.cancel_run(_get_run(month, number), actor=current_user, now=get_now())
        flash(_("The run was cancelled."), "success")
        return url_for("rounds.show", month=month)

    return answer_form(form, act, lambda: show_room(month, form))


@bp.route("/<month:month>/runs/<id:number>/accept", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def accept(month: date, number: int) -> Answer:
    """Let the person who started a run read and accept what is not proved of it."""
    run, form = _get_run(month, number), AcceptForm()

    def act() -> str:
        publication.accept_unproved(run, actor=current_user, now=get_now())
        flash(_("Kept. Another person can publish this run now."), "success")
        return url_for("rounds.review", month=month, number=number)

    def show() -> str:
        publication.require_acceptable(run, current_user)
        return _show_acceptance("rounds/accept.html", run, form)

    _ask(form, run)
    return answer_form(form, act, show)


@bp.route("/<month:month>/runs/<id:number>/publish", methods=["GET", "POST"])
@requires(Permission.ROUND_PUBLISH)
def publish(month: date, number: int) -> Answer:
    run, form = _get_run(month, number), PublishForm()

    def act() -> str:
        heard = publication.publish_run(
            run,
            actor=current_user,
            now=get_now(),
            accepts_unproved=form.is_ticked,
            has_no_interest=form.has_no_interest,
        )
        flash(_describe_heard(heard), "success")
        return url_for("rounds.show", month=month)

    if not list_active_overrides(run.match_round):
        del form.no_interest  # no pin or forbid helped or harmed anybody

    def show() -> str:
        publication.require_publishable(run, current_user)
        return _show_acceptance("rounds/publish.html", run, form)

    _ask(form, run)
    return answer_form(form, act, show)


def _describe_heard(heard: Heard) -> str:
    return _(
        "The month is published. On the site: %(on_site)s residents and %(organisations)s "
        "organisations. On paper, by their committees: %(on_paper)s residents.",
        on_site=heard.on_site,
        on_paper=heard.on_paper,
        organisations=heard.organisations,
    )


def _ask(form: AcceptForm, run: RoundRun) -> None:
    """Ask to tick what is not proved of the run, if anything is not."""
    verdict = find_verdict(run) if count_unproved(run) else None
    sentence = None
    if verdict is not None:
        match_round = run.match_round
        names = read_names(match_round.subdistrict_id)
        sentence = describe_acceptance(verdict, names, match_round.policy)
    form.ask(sentence)


def _show_acceptance(template: str, run: RoundRun, form: AcceptForm) -> str:
    names = read_names(run.match_round.subdistrict_id)
    overrides = list_active_overrides(run.match_round)
    return render_template(
        template,
        match_round=run.match_round,
        run=run,
        names=names,
        form=form,
        broken=count_broken(run, get_now()),
        overrides=overrides,  # the run's own: others are refused
        comparison=hands.compare_with_plain(run),
        prices=describe_prices(run, names, run.match_round.policy),
        seen=describe_seen(overrides, names, run.match_round.policy),
        tried=describe_tried(count_tried(run.match_round)),
    )


@bp.route("/<month:month>/withdraw", methods=["GET", "POST"])
@requires(Permission.ROUND_PUBLISH)
def withdraw(month: date) -> Answer:
    match_round, form = queries.get_round(month, current_user), WithdrawForm()

    def act() -> str:
        publication.withdraw_publication(
            match_round, reason=form.reason.data, actor=current_user, now=get_now()
        )
        flash(_("The publication is withdrawn. The next one will be a new version."), "success")
        return url_for("rounds.show", month=month)

    def show() -> str:
        publication.get_withdrawable_run(match_round, current_user)
        return render_template("rounds/withdraw.html", match_round=match_round, form=form)

    return answer_form(form, act, show)


def queue_after_commit(job_id: int) -> None:
    path = current_app.config["QUEUE_PATH"]

    @after_this_request
    def put(response: Response) -> Response:
        if response.status_code == 303:
            put_job(path, job_id)
        return response


def _get_run(month: date, number: int) -> RoundRun:
    return queries.get_run(queries.get_round(month, current_user), number)
