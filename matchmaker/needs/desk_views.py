"""The office posts for a resident, follows the need, prints the receipt."""

import segno
from flask import abort, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import ConsentChannel
from matchmaker.needs import desk_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import get_category, list_categories
from matchmaker.needs.desk_forms import DeskForm, OnceForm
from matchmaker.needs.states import get_need
from matchmaker.residents.scope import get_resident
from matchmaker.web.act import act_once
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.refusals import describe_refusal

Page = Response | str | tuple[str, int]


@bp.route("/for/<id:resident_id>", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def create_for(resident_id: int) -> Page:
    resident = get_resident(resident_id, current_user)
    form = DeskForm().offer(list_categories())
    if form.validate_on_submit():
        try:
            return act_once(form.idempotency_key.data, lambda: _post(form, resident_id))
        except InvalidError as error:
            db.session.rollback()
            form.add_error(error.field, describe_refusal(error))
            resident = get_resident(resident_id, current_user)
    page = render_template("needs/create_for.html", form=form, resident=resident, need=None)
    return page, 422 if form.errors else 200


@bp.route("/<id:need_id>/correct", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def correct(need_id: int) -> Page:
    need = desk_service.get_returned(need_id, current_user)
    form = DeskForm().offer(list_categories())
    if form.validate_on_submit():
        try:
            return act_once(form.idempotency_key.data, lambda: _correct(form, need_id))
        except InvalidError as error:
            db.session.rollback()
            form.add_error(error.field, describe_refusal(error))
            need = desk_service.get_returned(need_id, current_user)
    elif not form.is_submitted():
        form.show(need)
    page = render_template("needs/create_for.html", form=form, resident=need.resident, need=need)
    return page, 422 if form.errors else 200


@bp.post("/<id:need_id>/withdraw-for")
@requires(Permission.NEED_POST_ON_BEHALF)
def withdraw_for(need_id: int) -> Response:
    form = OnceForm()
    if not form.validate():
        abort(422)
    return act_once(form.idempotency_key.data, lambda: _withdraw(need_id))


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


def draw_code(address: str) -> Markup:
    """The address as a QR code: an SVG element without styles, for inside a page."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=4, dark="#000", light="#fff"))  # noqa: S704


def _read(form: DeskForm) -> desk_service.Answers:
    category = get_category(int(form.category_id.data))
    quantity, least_quantity = form.read_quantities(category)
    return desk_service.Answers(
        category_id=category.id,
        quantity=quantity,
        least_quantity=least_quantity,
        windows=tuple(form.read_windows()),
        description=form.description.data,
    )


def _post(form: DeskForm, resident_id: int) -> str:
    need = desk_service.post_on_behalf(
        actor=current_user,
        resident_id=resident_id,
        answers=_read(form),
        channel=ConsentChannel(form.channel.data),
        now=get_now(),
    )
    flash(_("Entered. Print the receipt for the resident."), "success")
    return url_for("needs.show", need_id=need.id)


def _correct(form: DeskForm, need_id: int) -> str:
    desk_service.correct_on_behalf(
        actor=current_user,
        need_id=need_id,
        answers=_read(form),
        channel=ConsentChannel(form.channel.data),
        now=get_now(),
    )
    flash(_("Corrected and sent again."), "success")
    return url_for("needs.show", need_id=need_id)


def _withdraw(need_id: int) -> str:
    desk_service.withdraw_need(actor=current_user, need_id=need_id, now=get_now())
    flash(_("Taken back."), "success")
    return url_for("needs.show", need_id=need_id)
