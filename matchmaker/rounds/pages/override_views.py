"""Pins, forbids and swaps: enter one, see what it would change, keep it, lift it."""

from datetime import date

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import MatchRound, Need, RoundPrice
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import doubts, overrides
from matchmaker.rounds.freeze.doubts import Wish
from matchmaker.rounds.freeze.overrides import Decision, get_frozen_need, list_candidates
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.figures import read_names
from matchmaker.rounds.pages.forms import OverrideForm
from matchmaker.rounds.pages.room_views import show_room
from matchmaker.rounds.pages.step_views import queue_after_commit
from matchmaker.rounds.publish import hands, pricing
from matchmaker.rounds.solve import prices
from matchmaker.rounds.words.prices import describe_found, list_needs
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.refusals import describe_refusal


@bp.route("/<month:month>/overrides/<reference>", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def override(month: date, reference: str) -> Answer:
    """Take a pin, forbid or swap for one need, and ask for its price if a run has finished."""
    match_round = queries.get_round(month, current_user)
    overrides.require_open_to_overrides(match_round)
    need = get_frozen_need(match_round, reference)
    form = OverrideForm()
    form.fill_givers(list_candidates(match_round, need))

    def act() -> str:
        decision = form.read_decision(need)
        hands.require_publisher_left(match_round, current_user, [need.id])
        if not form.accepts_doubt.data:
            _require_no_doubt(match_round, decision)
        if pricing.find_run_before(match_round) is not None:
            return _start_price(match_round, decision)
        overrides.add_override(match_round, decision, actor=current_user, now=get_now())
        _say_kept()
        return url_for("rounds.show", month=month)

    return answer_form(form, act, lambda: _show_override(match_round, need, form))


def _require_no_doubt(match_round: MatchRound, decision: Decision) -> None:
    for row in decision.make_rows(match_round.id):
        wish = Wish(row.kind, decision.need, row.offer_id, row.volunteer_id)
        doubts.require_no_doubt(match_round, wish)


def _start_price(match_round: MatchRound, decision: Decision) -> str:
    price = pricing.start_price(
        match_round,
        decision,
        limit_seconds=current_app.config["SOLVE_LIMIT_SECONDS"],
        actor=current_user,
        now=get_now(),
    )
    queue_after_commit(prices.get_price_job(price).id)
    return url_for("rounds.show_price", month=match_round.month, number=price.number)


def _say_kept() -> None:
    flash(_("It takes effect from the next run. Solve again to see what it changes."), "success")


def _show_override(match_round: MatchRound, need: Need, form: OverrideForm) -> str:
    """Show the form, and who could still publish after this pin or forbid."""
    with_hands = hands.foresee_hands(match_round, current_user, [need.id])
    return render_template(
        "rounds/override.html",
        match_round=match_round,
        need=need,
        form=form,
        run=pricing.find_run_before(match_round),
        publishers=hands.list_publishers(match_round, with_hands),
    )


@bp.post("/<month:month>/overrides/<id:override_id>/lift")
@requires(Permission.ROUND_RUN)
def lift_override(month: date, override_id: int) -> Answer:
    match_round, form = queries.get_round(month, current_user), ButtonForm()

    def act() -> str:
        overrides.lift_override(match_round, override_id, actor=current_user, now=get_now())
        flash(_("Lifted from the next run on."), "success")
        return url_for("rounds.show", month=month)

    return answer_form(form, act, lambda: show_room(month, form))


# The price.


@bp.get("/<month:month>/prices/<id:number>/")
@requires(Permission.ROUND_READ)
def show_price(month: date, number: int) -> str:
    """Show what a pin, forbid or swap would change, and let the person who wishes it keep it."""
    return _show_price(_get_price(month, number), ButtonForm(formdata=None))


@bp.get("/<month:month>/prices/<id:number>/progress")
@requires(Permission.ROUND_READ)
def price_progress(month: date, number: int) -> str:
    """Show the progress of a price: the part of its page that is polled while it is worked out."""
    price = _get_price(month, number)
    return render_template(
        "rounds/price_progress.html", price=price, job=prices.get_price_job(price)
    )


@bp.post("/<month:month>/prices/<id:number>/cancel")
@requires(Permission.ROUND_RUN)
def cancel_price(month: date, number: int) -> Answer:
    price, form = _get_price(month, number), ButtonForm()

    def act() -> str:
        prices.cancel_price(price, actor=current_user, now=get_now())
        flash(_("It is no longer worked out what this would change."), "success")
        return url_for("rounds.show_price", month=month, number=number)

    return answer_form(form, act, lambda: _show_price(price, form))


@bp.post("/<month:month>/prices/<id:number>/keep")
@requires(Permission.ROUND_RUN)
def keep_price(month: date, number: int) -> Answer:
    price, form = _get_price(month, number), ButtonForm()

    def act() -> str:
        hands.require_publisher_left(price.match_round, current_user, [price.need_id])
        pricing.keep_price(price, actor=current_user, now=get_now())
        _say_kept()
        return url_for("rounds.show", month=month)

    return answer_form(form, act, lambda: _show_price(price, form))


def _get_price(month: date, number: int) -> RoundPrice:
    return prices.get_price(queries.get_round(month, current_user), number)


def _show_price(price: RoundPrice, form: ButtonForm) -> str:
    match_round, found = price.match_round, prices.read_found(price)
    names = read_names(match_round.subdistrict_id)
    policy, refusal = match_round.policy, pricing.find_refusal(price, current_user)
    return render_template(
        "rounds/price.html",
        match_round=match_round,
        price=price,
        job=prices.get_price_job(price),
        found=found,
        sentences=describe_found(found, price.run.number, names, policy) if found else [],
        needs=list_needs(found) if found else [],
        refusal=describe_refusal(refusal) if refusal else "",
        form=form,
    )
