"""Pages on which social workers enter, read, change and end long-term pairings."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import Pairing, PairingEnd
from matchmaker.models.limits import LONGEST_REFERENCE
from matchmaker.organisations import pairing_service, pairing_terms
from matchmaker.organisations.pairing_forms import (
    BeginPairingForm,
    ChangePairingForm,
    EndPairingForm,
)
from matchmaker.organisations.views import bp
from matchmaker.promises.breaking import find_breaks_of_pairing
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/pairings/new", methods=["GET", "POST"])
@requires(Permission.PAIRING_KEEP)
def begin_pairing() -> Answer:
    """Enter a pairing; the page of a resident leads here with the number of the resident."""
    named = request.args.get("resident", "")[:LONGEST_REFERENCE]
    form = BeginPairingForm(data={"resident": named, "first_day": get_local_date(get_now())})
    form.fill_choices(pairing_terms.list_givers(current_user), pairing_terms.list_categories())

    def act() -> str:
        pairing = pairing_service.begin_pairing(
            actor=current_user, terms=form.read_terms(), now=get_now()
        )
        flash(_("Entered. The next list that is locked counts its visits."), "success")
        return url_for("organisations.show_pairing", pairing_id=pairing.id)

    return answer_form(
        form, act, lambda: render_template("organisations/pairing_begin.html", form=form)
    )


@bp.get("/pairings/<id:pairing_id>")
@requires(Permission.OFFICE_READ)
def show_pairing(pairing_id: int) -> str:
    pairing = pairing_service.get_pairing(pairing_id, current_user)
    today, later = get_local_date(get_now()), pairing_service.find_next(pairing)
    is_over = pairing.ended_on is not None and pairing.ended_on < today
    return render_template(
        "organisations/pairing.html",
        pairing=pairing,
        later=later,
        can_change=later is None and not is_over,
    )


@bp.route("/pairings/<id:pairing_id>/change", methods=["GET", "POST"])
@requires(Permission.PAIRING_KEEP)
def change_pairing(pairing_id: int) -> Answer:
    pairing = _get_running(pairing_id)
    form = ChangePairingForm.of(pairing, pairing_service.list_months(pairing, get_now()))

    def act() -> str:
        changed = pairing_service.change_pairing(
            actor=current_user,
            pairing_id=pairing_id,
            care=form.read_care(),
            month=form.read_month(),
            now=get_now(),
        )
        flash(_("The pairing is changed."), "success")
        return url_for("organisations.show_pairing", pairing_id=changed.id)

    return answer_form(
        form,
        act,
        lambda: render_template("organisations/pairing_change.html", form=form, pairing=pairing),
    )


@bp.route("/pairings/<id:pairing_id>/end", methods=["GET", "POST"])
@requires(Permission.PAIRING_KEEP)
def end_pairing(pairing_id: int) -> Answer:
    pairing = _get_running(pairing_id)
    form = EndPairingForm.of(pairing)

    def act() -> str:
        pairing_service.end_pairing(
            actor=current_user,
            pairing_id=pairing_id,
            last_day=form.last_day.value,
            reason=PairingEnd(form.reason.data),
            known_breaks=form.breaks.data,
            now=get_now(),
        )
        flash(_("The last day is set. Who visits and who is visited hear of it."), "success")
        return url_for("organisations.show_pairing", pairing_id=pairing_id)

    def show() -> str:
        breaks = find_breaks_of_pairing(pairing, get_local_date(get_now()), get_now()).count
        form.breaks.raw_data, form.breaks.data = None, breaks
        return render_template(
            "organisations/pairing_end.html", form=form, pairing=pairing, breaks=breaks
        )

    return answer_form(form, act, show)


def _get_running(pairing_id: int) -> Pairing:
    """The pairing; a POST locks it, since what is sent is compared with what is stored."""
    is_sent = request.method == "POST"
    return pairing_service.get_running(pairing_id, current_user, get_now(), is_locked=is_sent)
