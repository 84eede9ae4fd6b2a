"""The office's pages to post a need for a resident, correct, withdraw it and print the receipt."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ConsentChannel, Need, Resident
from matchmaker.needs import desk_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import list_categories
from matchmaker.needs.decision_views import show_need
from matchmaker.needs.desk_forms import DeskForm
from matchmaker.needs.states import get_need
from matchmaker.needs.useful import get_expired
from matchmaker.residents.scope import get_resident
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.addresses import read_id_of_address
from matchmaker.web.permissions import Permission, requires
from matchmaker.web.qr_codes import draw_code


@bp.route("/for/<id:resident_id>", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def create_for(resident_id: int) -> Answer:
    resident = get_resident(resident_id, current_user)
    form = DeskForm(data=_read_expired(resident)).fill_choices(list_categories())

    def act() -> str:
        need = desk_service.post_on_behalf(
            actor=current_user,
            resident_id=resident_id,
            answers=form.read_answers(),
            channel=ConsentChannel(form.channel.data),
            now=get_now(),
        )
        flash(_("Entered. Print the receipt for the resident."), "success")
        return url_for("needs.show", need_id=need.id)

    return answer_form(form, act, lambda: _show_form(form, resident, None))


def _read_expired(resident: Resident) -> dict[str, Any]:
    """The answers of the resident's expired need that the address names, without its last day."""
    need_id = read_id_of_address("again")
    if not need_id:
        return {}
    need = get_expired(need_id, current_user)
    if need.resident_id != resident.id:
        raise NotFoundError("need.unknown")
    return DeskForm.get_typed_values(need) | {"useful_until": None}


@bp.route("/<id:need_id>/correct", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def correct(need_id: int) -> Answer:
    need = get_need(need_id, current_user, is_locked=request.method == "POST")
    stored = DeskForm.get_typed_values(need)
    form = DeskForm(data=stored).fill_choices(list_categories())

    def act() -> str:
        desk_service.correct_on_behalf(
            actor=current_user,
            need_id=need_id,
            answers=form.read_answers(),
            channel=ConsentChannel(form.channel.data),
            now=get_now(),
        )
        flash(_("Corrected and sent again."), "success")
        return url_for("needs.show", need_id=need_id)

    def show() -> str:
        need = desk_service.get_returned(need_id, current_user)
        return _show_form(form, need.resident, need)

    return answer_form(form, act, show)


@bp.post("/<id:need_id>/withdraw-for")
@requires(Permission.NEED_POST_ON_BEHALF)
def withdraw_for(need_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        desk_service.withdraw_need(actor=current_user, need_id=need_id, now=get_now())
        flash(_("Taken back."), "success")
        return url_for("needs.show", need_id=need_id)

    return answer_form(form, act, lambda: show_need(need_id, form))


@bp.get("/<id:need_id>/receipt")
@requires(Permission.NEED_READ_SCOPE)
def receipt(need_id: int) -> str:
    need = get_need(need_id, current_user)
    address = url_for("needs.follow", need_id=need.id, _external=True)
    return render_template(
        "needs/receipt.html",
        need=need,
        address=address,
        picture=draw_code(address),
        now=get_now(),
        back_url=url_for("needs.show", need_id=need.id),
    )


def _show_form(form: DeskForm, resident: Resident, need: Need | None) -> str:
    return render_template("needs/create_for.html", form=form, resident=resident, need=need)
