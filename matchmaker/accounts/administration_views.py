"""The administrator's pages: every account, without any resident's data."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.accounts import administration, scopes
from matchmaker.accounts.forms import AccountFilterForm, RoleForm, make_role_form
from matchmaker.accounts.scopes import resolve_scope
from matchmaker.accounts.views import Answer, bp
from matchmaker.base.clock import get_now
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.forms.base import IdempotentForm
from matchmaker.models import Role, User
from matchmaker.web.act import act_once
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.refusals import describe_refusal


@bp.get("/accounts")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> str:
    form = AccountFilterForm()
    found = paginate(administration.select_accounts(**form.read_filters()))
    return render_template(
        "accounts/index.html", form=form, found=found, arguments=get_other_arguments()
    )


@bp.get("/accounts/<id:user_id>")
@requires(Permission.ACCOUNT_MANAGE)
def show(user_id: int) -> str:
    return _show_account(administration.get_account(user_id))


@bp.post("/accounts/<id:user_id>/<any(disable, enable):step>")
@requires(Permission.ACCOUNT_MANAGE)
def switch(user_id: int, step: str) -> Answer:
    form = IdempotentForm()
    if not form.validate():
        return _show_account(administration.get_account(user_id)), 422

    def act() -> str:
        change = administration.disable_account
        if step == "enable":
            change = administration.enable_account
        change(actor=current_user, user_id=user_id, now=get_now())
        done = {
            "disable": _("The account is disabled and signed out everywhere."),
            "enable": _("The account can sign in again."),
        }
        flash(done[step], "success")
        return url_for("accounts.show", user_id=user_id)

    return act_once(form.idempotency_key.data, act)


@bp.route("/accounts/<id:user_id>/role", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def change_role(user_id: int) -> Answer:
    user = administration.get_account(user_id)
    form = make_role_form(scopes.list_places(), **scopes.get_typed_scope(user))
    if not form.is_submitted():
        return _show_role(form, user, 200)
    if not form.validate():
        return _show_role(form, user, 422)

    def act() -> str:
        role = Role(form.role.data)
        administration.change_role(
            actor=current_user,
            user_id=user_id,
            role=role,
            scope=resolve_scope(role, **form.read_scope()),
            now=get_now(),
        )
        flash(_("The role is changed. The person must sign in again."), "success")
        return url_for("accounts.show", user_id=user_id)

    try:
        return act_once(form.idempotency_key.data, act)
    except InvalidError as error:
        db.session.rollback()
        form.add_error(error.field, describe_refusal(error))
        return _show_role(form, administration.get_account(user_id), 422)


def _show_account(user: User) -> str:
    form = IdempotentForm(formdata=None)
    return render_template("accounts/show.html", user=user, form=form)


def _show_role(form: RoleForm, user: User, status: int) -> tuple[str, int] | Response:
    return render_template("accounts/role.html", form=form, user=user), status
