"""Pages on which social workers enter, read, change and end long-term pairings."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError
from matchmaker.models import Pairing
from matchmaker.models.limits import LONGEST_REFERENCE
from matchmaker.organisations import pairing_chain, pairing_service, pairing_terms
from matchmaker.organisations.pairing_forms import (
    BeginPairingForm,
    ChangePairingForm,
    EndPairingForm,
)
from matchmaker.organisations.views import bp
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
    pairing = pairing_chain.get_pairing(pairing_id, current_user)
    is_over = pairing_chain.is_over(pairing, get_local_date(get_now()))
    return render_template(
        "organisations/pairing.html",
        pairing=pairing,
        later=pairing_chain.find_next(pairing),
        begins=pairing_chain.begins(pairing),
        can_change=not is_over and pairing.resident.contact_ended_on is None,
    )


@bp.route("/pairings/<id:pairing_id>/change", methods=["GET", "POST"])
@requires(Permission.PAIRING_KEEP)
def change_pairing(pairing_id: int) -> Answer:
    pairing = _get_running(pairing_id)
    form = ChangePairingForm.of(pairing, pairing_service.list_months(pairing, get_now()))
    planned = pairing_chain.find_next(pairing)
    planned_id = planned.id if planned else 0

    def act() -> str:
        if form.planned.data != planned_id:
            raise ConflictError("form.changed_meanwhile")
        changed = pairing_service.change_pairing(
            actor=current_user,
            pairing_id=pairing_id,
            care=form.read_care(),
            month=form.read_month(),
            now=get_now(),
        )
        flash(_("The pairing is changed."), "success")
        return url_for("organisations.show_pairing", pairing_id=changed.id)

    def show() -> str:
        form.planned.raw_data, form.planned.data = None, planned_id
        return render_template(
            "organisations/pairing_change.html", form=form, pairing=pairing, planned=planned
        )

    return answer_form(form, act, show)


@bp.route("/pairings/<id:pairing_id>/end", methods=["GET", "POST"])
@requires(Permission.PAIRING_KEEP)
def end_pairing(pairing_id: int) -> Answer:
    pairing = _get_running(pairing_id)
    chain = pairing_chain.list_chain(pairing)
    form = EndPairingForm.of(chain[-1])

    def act() -> str:
        end = form.read_end()
        ended = pairing_service.end_pairing(
            actor=current_user,
            pairing_id=pairing_id,
            end=end,
            known_breaks=form.breaks.data,
            now=get_now(),
        )
        flash(_describe_end(end), "success")
        return url_for("organisations.show_pairing", pairing_id=ended.id)

    def show() -> str:
        today = get_local_date(get_now())
        breaks = pairing_chain.find_breaks(pairing, today, get_now()).count
        form.breaks.raw_data, form.breaks.data = None, breaks
        return render_template(
            "organisations/pairing_end.html",
            form=form,
            pairing=pairing,
            breaks=breaks,
            planned=[row for row in chain if row.starts_on > max(today, pairing.starts_on)],
        )

    return answer_form(form, act, show)


def _describe_end(end: pairing_chain.End) -> str:
    if end.last_day is None:
        return _("It goes on without an end. Who visits and who is visited hear of it.")
    return _("The last day is set. Who visits and who is visited hear of it.")


def _get_running(pairing_id: int) -> Pairing:
    """The pairing; a POST locks it, since what is sent is compared with what is stored."""
    is_sent = request.method == "POST"
    return pairing_chain.get_running(pairing_id, current_user, get_now(), is_locked=is_sent)
