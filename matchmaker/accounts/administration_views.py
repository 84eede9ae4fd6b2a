"""The administrator's pages of all accounts. They name a resident by reference only."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.accounts import administration, scopes
from matchmaker.accounts.forms import AccountFilterForm, make_role_form
from matchmaker.accounts.scopes import resolve_scope
from matchmaker.accounts.views import bp
from matchmaker.accounts.words import name_scope
from matchmaker.audit.handing import list_account_persons, show_list
from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ListKind, Role, User
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Badge, Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, name_account
from matchmaker.words.quantities import format_moment

# The columns of a list of accounts.


def make_account_badge(user: User) -> Badge:
    """The badge that says whether the account is disabled or can sign in."""
    if user.disabled_at:
        return Badge(_("Account disabled"), "paused")
    return Badge(_("Can sign in"), "good")


ROLE = Column[User](header=_l("Role"), read=lambda user: str(get_label(user.role)))
MADE = Column[User](header=_l("Made on"), read=lambda user: format_moment(user.created_at))
STATE = Column[User](
    header=_l("State"),
    read=lambda user: make_account_badge(user).text,
    badges=lambda user: [make_account_badge(user)],
)
PEOPLE = People[User](ListKind.ACCOUNTS, list_account_persons)
_COLUMNS = (
    Column[User](
        header=_l("Name"),
        read=name_account,
        link=lambda user: url_for("accounts.show", user_id=user.id),
    ),
    ROLE,
    Column[User](header=_l("Belongs to"), read=name_scope),
    MADE,
    STATE,
)


@bp.get("/accounts")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> str:
    form = AccountFilterForm()
    listed = ListPage(
        endpoint="accounts.index",
        caption=_l("Accounts"),
        query=administration.select_accounts(**form.read_filters()),
        columns=_COLUMNS,
        people=PEOPLE,
        form=form,
    )
    return show_list("accounts/index.html", listed)


@bp.get("/accounts/<id:user_id>")
@requires(Permission.ACCOUNT_MANAGE)
def show(user_id: int) -> str:
    return _show_account(user_id, ButtonForm(formdata=None))


@bp.post("/accounts/<id:user_id>/<any(disable, enable):step>")
@requires(Permission.ACCOUNT_MANAGE)
def switch(user_id: int, step: str) -> Answer:
    form = ButtonForm()

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

    return answer_form(form, act, lambda: _show_account(user_id, form))


@bp.route("/accounts/<id:user_id>/role", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def change_role(user_id: int) -> Answer:
    user = administration.get_account(user_id, is_locked=request.method == "POST")
    form = make_role_form(scopes.list_places(), **scopes.get_typed_scope(user))

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

    return answer_form(
        form, act, lambda: render_template("accounts/role.html", form=form, user=user)
    )


def _show_account(user_id: int, form: ButtonForm) -> str:
    user = administration.get_account(user_id)
    return render_template(
        "accounts/show.html", user=user, form=form, badge=make_account_badge(user)
    )
