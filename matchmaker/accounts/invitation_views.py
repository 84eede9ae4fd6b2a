"""Pages to invite: administrators for every role, coordinators and committee workers their own."""

from collections.abc import Callable
from datetime import timedelta

from flask import current_app, flash, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.accounts import administration, invitations, scopes
from matchmaker.accounts.administration_views import MADE, PEOPLE, ROLE, STATE
from matchmaker.accounts.forms import InviteColleagueForm, InviteResidentForm, make_role_form
from matchmaker.accounts.scopes import Scope, resolve_scope
from matchmaker.accounts.views import bp
from matchmaker.audit.handing import show_list
from matchmaker.base.clock import get_now
from matchmaker.base.errors import InvalidError
from matchmaker.forms.base import ButtonForm, IdempotentForm
from matchmaker.forms.choices import make_choices
from matchmaker.models import Role, User
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.lists import Column, ListPage
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import name_with

_SHOWN_ONCE = "new_invitation_code"
_MEMBER_COLUMNS = (
    Column[User](header=_l("Name"), read=lambda user: user.name),
    Column[User](
        header=_l("Reference"), read=lambda user: user.resident.reference if user.resident else ""
    ),
    ROLE,
    MADE,
    STATE,
)


@bp.get("/invitations")
@requires(Permission.ACCOUNT_MANAGE)
def invited() -> str:
    rows = invitations.list_open_invitations(current_user, get_now())
    return render_template("accounts/invitations.html", invitations=rows, **_take_new_code())


@bp.get("/invitations/unconfirmed")
@requires(Permission.INVITATION_CONFIRM)
def unconfirmed() -> str:
    """List the invitations for guarded roles that wait for the visitor to confirm them."""
    return _show_unconfirmed(ButtonForm(formdata=None))


@bp.post("/invitations/<id:invitation_id>/confirm")
@requires(Permission.INVITATION_CONFIRM)
def confirm_invitation(invitation_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        invitations.confirm_invitation(
            actor=current_user, invitation_id=invitation_id, now=get_now()
        )
        flash(_("Confirmed. The code can be used now."), "success")
        return url_for("accounts.unconfirmed")

    return answer_form(form, act, lambda: _show_unconfirmed(form))


def _show_unconfirmed(form: ButtonForm) -> str:
    rows = invitations.list_unconfirmed(current_user, get_now())
    return render_template("accounts/unconfirmed.html", invitations=rows, form=form)


@bp.get("/members")
@requires(Permission.ACCOUNT_INVITE_SCOPE)
def members() -> str:
    listed = ListPage(
        endpoint="accounts.members",
        caption=_l("Accounts"),
        query=administration.select_members(current_user),
        columns=_MEMBER_COLUMNS,
        people=PEOPLE,
    )
    return show_list(
        "accounts/members.html",
        listed,
        invitations=invitations.list_open_invitations(current_user, get_now()),
        **_take_new_code(),
    )


@bp.route("/invitations/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def invite() -> Answer:
    form = make_role_form(scopes.list_places())

    def read() -> tuple[Role, Scope]:
        role = Role(form.role.data)
        return role, resolve_scope(role, **form.read_scope())

    return _answer_invitation(form, read, "accounts/invite.html", "accounts.invited")


@bp.route("/members/invite", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_INVITE_SCOPE)
def invite_member() -> Answer:
    if current_user.role is Role.COORDINATOR:
        return _answer_invitation(
            form := _make_colleague_form(),
            lambda: _read_colleague(form.volunteer_reference.data),
            "accounts/invite_colleague.html",
            "accounts.members",
        )
    resident_form = InviteResidentForm(resident_reference=request.args.get("resident", ""))
    return _answer_invitation(
        resident_form,
        lambda: _read_resident(resident_form.resident_reference.data.upper()),
        "accounts/invite_resident.html",
        "accounts.members",
    )


@bp.post("/invitations/<id:invitation_id>/withdraw")
@requires(Permission.ACCOUNT_OWN)
def withdraw_invitation(invitation_id: int) -> Response:
    def act() -> str:
        invitations.withdraw_invitation(
            actor=current_user, invitation_id=invitation_id, now=get_now()
        )
        flash(_("The invitation is withdrawn."), "success")
        is_manager = current_user.role is Role.ADMINISTRATOR
        return url_for("accounts.invited" if is_manager else "accounts.members")

    return answer_button(act)


def _answer_invitation(
    form: IdempotentForm, read: Callable[[], tuple[Role, Scope]], template: str, endpoint: str
) -> Answer:
    """Show the form, or create the invitation and redirect to the page that shows its code.

    ``read`` returns the role and scope of the form; ``endpoint`` names the page with the code.
    """

    def act() -> str:
        role, scope = read()
        lasts = timedelta(days=current_app.config["INVITATION_DAYS"])
        session[_SHOWN_ONCE] = invitations.invite(
            actor=current_user, role=role, scope=scope, lasts=lasts, now=get_now()
        )
        return url_for(endpoint)

    return answer_form(form, act, lambda: render_template(template, form=form))


def _make_colleague_form() -> InviteColleagueForm:
    form = InviteColleagueForm()
    volunteers = scopes.list_volunteers_without_account(current_user)
    form.volunteer_reference.choices = make_choices(
        [
            ("", _("A colleague who coordinates, as I do")),
            *((row.reference, name_with(row.name, row.reference)) for row in volunteers),
        ]
    )
    return form


def _read_colleague(volunteer_reference: str | None) -> tuple[Role, Scope]:
    if not volunteer_reference:
        return Role.COORDINATOR, Scope(organisation_id=current_user.organisation_id)
    scope = resolve_scope(Role.VOLUNTEER, volunteer_reference=volunteer_reference)
    return Role.VOLUNTEER, scope


def _read_resident(reference: str) -> tuple[Role, Scope]:
    """The role and scope of a resident. Raises ``InvalidError`` outside the actor's committee."""
    scope = resolve_scope(Role.RESIDENT, resident_reference=reference)
    if not invitations.is_own_scope(current_user, scope):
        raise InvalidError("account.scope_missing", "resident_reference")
    return Role.RESIDENT, scope


def _take_new_code() -> dict[str, str | None]:
    """Take the new code out of the session, so that it and its link are shown only once.

    The values are None if the session has no new code.
    """
    code = session.pop(_SHOWN_ONCE, None)
    link = url_for("accounts.join", code=code, _external=True) if code else None
    return {"new_code": code, "new_link": link}
