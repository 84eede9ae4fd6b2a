"""Pages for a sign-in with several roles: add a role, choose which one to work in."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.accounts import roles, sessions, signing_in
from matchmaker.accounts.forms import AddRoleForm
from matchmaker.accounts.views import bp
from matchmaker.base.clock import get_now
from matchmaker.forms.base import BaseForm
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.addresses import is_local_path
from matchmaker.web.permissions import Permission, requires


@bp.get("/account/roles")
@requires(Permission.ACCOUNT_OWN)
def choose_role() -> str:
    return _show_roles()


@bp.post("/account/roles/<id:user_id>")
@requires(Permission.ACCOUNT_OWN)
def switch_role(user_id: int) -> Answer:
    """Open a new session in another role of the same sign-in, in place of the present one."""

    def act() -> str:
        token = roles.switch_role(
            actor=current_user, user_id=user_id, token=sessions.get_held_token(), now=get_now()
        )
        sessions.hold_token(token, has_roles=True)
        return _get_next() or url_for("pages.home")

    return answer_button(act)


@bp.post("/account/roles/add")
@requires(Permission.ACCOUNT_OWN)
def add_role() -> Answer:
    form = AddRoleForm()

    def act() -> str:
        signing_in.count_code(request.remote_addr or "", get_now())
        added = roles.add_role(actor=current_user, code=form.code.data, now=get_now())
        token = roles.switch_role(
            actor=current_user, user_id=added.id, token=sessions.get_held_token(), now=get_now()
        )
        sessions.hold_token(token, has_roles=True)
        flash(_("Added. The switch between your roles is at the top of each page."), "success")
        return url_for("pages.home")

    return answer_form(form, act, lambda: _show_roles(form))


def _show_roles(form: BaseForm | None = None) -> str:
    return render_template(
        "accounts/roles.html",
        form=form,
        roles=roles.list_roles(current_user),
        next=_get_next(),
    )


def _get_next() -> str:
    """The address of the page to go on to; empty if none is given or it is not of this site."""
    address = request.args.get("next", "")
    return address if is_local_path(address) else ""
