"""Pages to sign in, sign out and join with a code. The ``*_views`` files have the other pages."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.accounts import own_service, roles, sessions, signing_in, words
from matchmaker.accounts.forms import JoinForm, SignInForm
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.addresses import is_local_path
from matchmaker.web.error_pages import show_http_error
from matchmaker.web.permissions import Permission, public, requires

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    form = SignInForm(next=request.args.get("next", ""))

    def act() -> str:
        token = signing_in.sign_in(
            phone=form.phone.value,
            mark=form.phone.mark,
            password=form.password.data,
            address=request.remote_addr or "",
            now=get_now(),
        )
        leave_present_session()
        return hold_sign_in(token, _get_next(form.next.data))

    return answer_form(form, act, lambda: render_template("accounts/sign_in.html", form=form))


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_OWN)
def sign_out() -> Response:
    def act() -> str:
        leave_present_session()
        flash(_("You are signed out."), "success")
        return url_for("pages.home")

    answer = answer_button(act)
    answer.headers["Clear-Site-Data"] = '"storage"'  # removes what was typed and not sent
    return answer


@bp.route("/join", methods=["GET", "POST"])
@public
def join() -> Answer:
    """Create an account with an invitation code and sign in.

    The address may contain the code, so that an invitation can be sent as a link. The form is the
    same for an open, used, lapsed and unknown code: the code is looked up only when it is sent.
    """
    form = JoinForm(code=request.args.get("code", ""))

    def act() -> str:
        token = signing_in.accept_invitation(
            code=form.code.data,
            name=form.name.data,
            phone=form.phone.value,
            password=form.password.data,
            address=request.remote_addr or "",
            now=get_now(),
        )
        leave_present_session()
        sessions.hold_token(token)
        flash(
            _("Welcome. Your account is ready. Under My account you find your letter."), "success"
        )
        return url_for("pages.home")

    return answer_form(form, act, lambda: _show_join(form))


def hold_sign_in(token: str, location: str) -> str:
    """Store the token in the browser's cookie and return the address to go on to.

    That is the choice of a role if the sign-in opens several, otherwise ``location``.
    """
    has_roles = roles.has_several(token)
    sessions.hold_token(token, has_roles=has_roles)
    return url_for("accounts.choose_role", next=location) if has_roles else location


@bp.app_errorhandler(CSRFError)
def show_outdated_form(error: CSRFError) -> Response:
    """Answer a form whose CSRF token is not of this session.

    A form that the signed-in user filled in before is kept and shown again to be checked and sent;
    any other gets the error page.
    """
    page = sessions.keep_sent_form(current_user) if current_user.is_authenticated else None
    if page is None or f"{sessions.KEPT}=" not in page:
        return show_http_error(error)
    return redirect(page, 303)


@bp.before_app_request
def bring_back_form() -> None:
    """Fill in the form of a page whose address has the id of the user's kept form."""
    fields = sessions.find_sent_form()
    if fields:
        g.kept_form = MultiDict(fields)
        words = _("What you had filled in is here again. It is not sent yet: check and send it.")
        flash(words, "info")


def leave_present_session() -> None:
    """Sign out the user of this browser, if any, and commit: it has one user at a time."""
    if current_user.is_authenticated:
        own_service.sign_out(actor=current_user, token=sessions.get_held_token(), now=get_now())
        db.session.commit()
        session.clear()


def _show_join(form: JoinForm) -> str:
    can_add = current_user.is_authenticated and current_user.role in roles.BESIDE
    return render_template(
        "accounts/join.html",
        form=form,
        can_add=can_add and bool(form.code.data),
        password_rule=words.describe_new_password_rule(),
    )


def _get_next(address: str | None) -> str:
    """The address to go on to: ``address`` if it is of this site, otherwise the start page."""
    return address if address and is_local_path(address) else url_for("pages.home")
