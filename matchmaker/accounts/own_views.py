"""Pages of a person's own account: sessions, notices, the password."""

from datetime import timedelta

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.accounts import own_service, sessions, signing_in, words
from matchmaker.accounts.forms import PasswordForm
from matchmaker.accounts.passwords import SHORTEST
from matchmaker.accounts.views import bp
from matchmaker.base.clock import get_now
from matchmaker.notices.service import list_notices, mark_read
from matchmaker.notices.things import load_things
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.addresses import read_id
from matchmaker.web.permissions import Permission, requires


@bp.get("/account")
@requires(Permission.ACCOUNT_OWN)
def own() -> str:
    settings = current_app.config
    own_sessions = own_service.list_sessions(
        current_user,
        get_now(),
        idle=timedelta(minutes=settings["SESSION_IDLE_MINUTES"]),
        absolute=timedelta(minutes=settings["SESSION_ABSOLUTE_MINUTES"]),
    )
    return render_template(
        "accounts/own.html",
        sessions=own_sessions,
        present=sessions.get_digest(sessions.get_held_token()),
        notices=load_things(list_notices(current_user, most=own_service.LATEST)),
    )


@bp.post("/account/sessions/<id:session_id>/end")
@requires(Permission.ACCOUNT_OWN)
def end_session(session_id: int) -> Response:
    def act() -> str:
        own_service.end_session(actor=current_user, session_id=session_id, now=get_now())
        flash(_("That browser is signed out."), "success")
        return url_for("accounts.own")

    return answer_button(act)


@bp.post("/account/notices/read")
@requires(Permission.ACCOUNT_OWN)
def read_notices() -> Response:
    """Mark as read the notices that a page showed: those from id ``first`` to id ``last``."""

    def act() -> str:
        first, last = (read_id(name) for name in ("first", "last"))
        mark_read(actor=current_user, first_id=first, last_id=last, now=get_now())
        return url_for("accounts.own")

    return answer_button(act)


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def password() -> Answer:
    form = PasswordForm()

    def act() -> str:
        signing_in.change_password(
            user_id=current_user.id,
            old_password=form.old_password.data,
            new_password=form.new_password.data,
            kept_token=sessions.get_held_token(),
            now=get_now(),
        )
        flash(_("The password is changed. Every other browser is signed out."), "success")
        return url_for("accounts.own")

    def show() -> str:
        rule = words.describe_password_rule(SHORTEST[current_user.role])
        return render_template("accounts/password.html", form=form, password_rule=rule)

    return answer_form(form, act, show)
