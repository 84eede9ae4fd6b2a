"""Pins and forbids: laid on a line with a reason, taken back, in force from the next run."""

from datetime import date

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.act_once import act_once
from matchmaker.clock import get_now
from matchmaker.models import OverrideKind
from matchmaker.permissions import Permission, requires
from matchmaker.rounds import overrides, service
from matchmaker.rounds.blueprint import bp
from matchmaker.rounds.candidates import get_frozen_need, list_candidates
from matchmaker.rounds.forms import OverrideForm, StepForm


@bp.route("/<month:month>/overrides/<reference>", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def override(month: date, reference: str) -> str | Response | tuple[str, int]:
    """Pin or forbid for one need."""
    match_round = service.get_round(month, current_user)
    overrides.require_open_to_overrides(match_round)
    need = get_frozen_need(match_round, reference)
    form = OverrideForm()
    form.offer_givers(list_candidates(match_round, need))
    if not form.is_submitted() or not form.validate():
        page = render_template(
            "rounds/override.html", match_round=match_round, need=need, form=form
        )
        return (page, 422) if form.has_errors() else page

    def effect() -> str:
        overrides.add_override(
            match_round,
            kind=OverrideKind(form.kind.data),
            need=need,
            reason=form.reason.data,
            actor=current_user,
            now=get_now(),
            **form.read_giver(),
        )
        flash(_("It holds from the next run on. Solve again to see what it changes."), "success")
        return url_for("rounds.show", month=month)

    return act_once(form.idempotency_key.data, effect)


@bp.post("/<month:month>/overrides/<id:override_id>/lift")
@requires(Permission.ROUND_RUN)
def lift_override(month: date, override_id: int) -> Response:
    match_round, form = service.get_round(month, current_user), StepForm()
    room = url_for("rounds.show", month=month)
    if not form.validate():
        flash(_("This form was incomplete. Check it and send it again."), "danger")
        return Response(status=303, headers={"Location": room})

    def effect() -> str:
        overrides.lift_override(match_round, override_id, actor=current_user, now=get_now())
        flash(_("Lifted from the next run on."), "success")
        return room

    return act_once(form.idempotency_key.data, effect)
