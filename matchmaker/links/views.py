"""The pages that a link opens: what it asks, and the answers. Nobody signs in.

Opening a link changes no promise, as chat programs open links too: each step is a button that
posts. No name, phone number or door of a resident is shown.
"""

from collections.abc import Callable
from datetime import datetime

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from matchmaker.assignments.asked import list_asked
from matchmaker.assignments.asked_pages import AskedPage
from matchmaker.base.clock import get_now
from matchmaker.base.database import SAFE_METHODS, writing
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import csrf, db
from matchmaker.forms.base import IdempotentForm
from matchmaker.links import service
from matchmaker.models import SignedLink
from matchmaker.web.act import Answer
from matchmaker.web.error_pages import standing
from matchmaker.web.permissions import public
from matchmaker.web.security_headers import NO_STORE

bp = Blueprint("links", __name__, url_prefix="/l/<token>")
csrf.exempt(bp)

_HEADERS = {
    "Cache-Control": NO_STORE,
    "Referrer-Policy": "no-referrer",  # the address is a secret
    "X-Robots-Tag": "noindex, nofollow",
}


@bp.before_request
def check_form_token() -> None:
    """Check the form's CSRF token as before other views, but not the referrer.

    These pages send no referrer.
    """
    if request.method in SAFE_METHODS or not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError as error:
        raise CSRFError(str(error)) from error


@bp.get("/")
@public
def show(token: str) -> str:
    return _show(_get_link(token, get_now()), token, IdempotentForm(formdata=None))


@bp.post("/<any(all, ticked, others):which>")
@public
def answer_several(token: str, which: str) -> Answer:
    return _ask(token).answer_several(which)


@bp.post('/<id:promise_id>/<any(accept, decline, "take-back"):step>')
@public
def answer_one(token: str, promise_id: int, step: str) -> Answer:
    return _ask(token).answer_one(promise_id, step)


@bp.post("/<id:promise_id>/why")
@public
def say_why(token: str, promise_id: int) -> Answer:
    return _ask(token).say_why(promise_id)


@bp.errorhandler(NotFoundError)
@standing
def show_dead_link(_error: NotFoundError) -> Response:
    """Show one page for a link that was mistyped, expired, was revoked or never existed."""
    db.session.rollback()
    return make_response(render_template("links/dead.html"), 404)


@bp.after_request
def keep_secret(response: Response) -> Response:
    """Set headers that keep the address from other sites, search engines and caches."""
    response.headers.update(_HEADERS)
    return response


def _get_link(token: str, now: datetime) -> SignedLink:
    """The live link with this secret.

    Raises ``NotFoundError`` if there is none, ``ThrottledError`` if the address guesses too often.
    """
    address = request.remote_addr or ""
    service.check_guesses(address, now)
    link = service.find_link(token, now)
    if link is not None:
        return link
    service.count_guess(token, address, now)
    raise NotFoundError("link.unknown")


def _count(count: Callable[[], None]) -> None:
    """Count a try and commit, so that it counts even if the step fails."""
    db.session.rollback()  # what was read so far holds no write lock
    with writing():
        count()
        db.session.commit()


def _ask(token: str) -> AskedPage:
    """Count a step of the link's holder for the limit, and return the page that takes it."""
    now = get_now()
    link = _get_link(token, now)
    _count(lambda: service.count_step(link, now))
    return AskedPage(
        actor=link,
        month=link.match_round.month,
        show=lambda form: _show(link, token, form),
        find_page=_find_page,
        prepare=lambda: service.note_use(link, now),
    )


def _find_page(promise_id: int | None) -> str:
    """The address of the page relative to the step: without the secret, as it is stored."""
    up = "../" if "promise_id" in (request.view_args or ()) else "./"
    return f"{up}#promise-{promise_id}" if promise_id else up


def _show(link: SignedLink, token: str, form: IdempotentForm) -> str:
    month = link.match_round.month
    return render_template(
        "links/show.html",
        link=link,
        month=month,
        form=form,
        rows=list_asked(link, month, get_now()),
        find_step=lambda name, **values: url_for(f"links.{name}", token=token, **values),
    )
