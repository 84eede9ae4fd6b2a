"""General pages, and the switch of language and text size."""

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.database import is_away
from matchmaker.base.extensions import db
from matchmaker.forms.base import BaseForm
from matchmaker.forms.fields import KeptField, TextField
from matchmaker.forms.validators import MaxLength
from matchmaker.models import User
from matchmaker.web.addresses import HOME, LONGEST_ADDRESS, get_return_path, is_local_path
from matchmaker.web.permissions import public
from matchmaker.web.preferences import (
    COOKIE_SECONDS,
    HTML_LANG,
    LOCALE_COOKIE,
    TEXT_SIZE_COOKIE,
    Locale,
    TextSize,
    select_text_size,
)

# The switch of language and text size on every page.


class PreferencesForm(BaseForm):
    """The choice of a language or of a text size, and the address of the page to return to."""

    locale = TextField()
    text_size = TextField()
    next = KeptField(validators=[MaxLength(LONGEST_ADDRESS)])

    def find_locale(self) -> Locale | None:
        return Locale(self.locale.data) if self.locale.data in set(Locale) else None

    def find_text_size(self) -> TextSize | None:
        return TextSize(self.text_size.data) if self.text_size.data in set(TextSize) else None


# The preferences of a signed-in person are stored with the account, for other browsers.


def remember_preferences(
    *, actor: User, locale: str | None = None, text_size: str | None = None
) -> None:
    """Store the given choices with the account; None changes nothing. Flushes; the view commits."""
    if locale is not None:
        actor.locale = locale
    if text_size is not None:
        actor.text_size = text_size
    db.session.flush()


bp = Blueprint("pages", __name__)


@bp.get("/privacy")
@public
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("pages/accessibility.html")


@bp.get("/offline")
@public
def offline() -> str:
    """The page that the browser shows without a connection; it has no personal data."""
    return render_template("pages/offline.html")


@bp.post("/preferences")
@public
def preferences() -> Response:
    form = PreferencesForm()
    locale, text_size = form.find_locale(), form.find_text_size()
    if not form.validate() or (locale is None and text_size is None):
        abort(422)
    if current_user.is_authenticated:
        remember_preferences(actor=current_user, locale=locale, text_size=text_size)
        db.session.commit()
    target = form.next.data or HOME
    response = redirect(target if is_local_path(target) else HOME, 303)
    for cookie, choice in ((LOCALE_COOKIE, locale), (TEXT_SIZE_COOKIE, text_size)):
        if choice is not None:
            _set_cookie(response, cookie, choice)
    return response


@bp.app_context_processor
def describe_page() -> dict[str, Any]:
    """The values for the frame of every page: language, text size, the address to return to."""
    locale = Locale(str(get_locale() or Locale.CHINESE))
    return {
        "html_lang": HTML_LANG[locale],
        "page_locale": locale,
        "text_size": select_text_size(),
        "text_sizes": list(TextSize),
        "return_path": get_return_path(),
        "is_unreachable": is_away(),
    }


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
