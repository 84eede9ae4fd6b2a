"""Errors as pages: plain words, the way back, the right status and headers."""

from collections.abc import Callable
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, render_template, url_for
from flask_babel import force_locale
from jinja2 import Environment
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from matchmaker.base.database import may_be_saved
from matchmaker.base.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    ThrottledError,
)
from matchmaker.base.extensions import db
from matchmaker.web.permissions import may_open
from matchmaker.web.preferences import HTML_LANG, select_browser_locale
from matchmaker.words.refusals import describe_refusal

STATUS_OF_ERROR: dict[type[DomainError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    ConflictError: HTTPStatus.CONFLICT,
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ThrottledError: HTTPStatus.TOO_MANY_REQUESTS,
}
BUSY_RETRY_SECONDS = 5
# Locked, stopped, unreachable, or every connection in use.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)

# Subject of an error's code -> the lists to go back to: the first that the visitor may open.
WAYS_BACK: dict[str, tuple[str, ...]] = {
    "absence": ("volunteers.index", "assignments.visits"),
    "account": ("accounts.index", "accounts.members"),
    "assignment": ("assignments.given", "assignments.visits"),
    "calendar": ("calendar.index",),
    "category": (),
    "committee": ("needs.paper_index",),
    "contact": ("residents.index",),
    "criteria": ("criteria.show_today",),
    "day": ("assignments.sessions", "assignments.questions"),
    "demo": (),
    "feed": ("assignments.own_calendar",),
    "figures": ("rounds.index",),
    "form": (),
    "invitation": ("accounts.invited", "accounts.members"),
    "line": ("rounds.index",),
    "link": ("rounds.index", "assignments.given"),
    "list": (),
    "need": ("needs.mine", "needs.index"),
    "offer": ("offers.index", "offers.review"),
    "organisation": ("organisations.index",),
    "override": ("rounds.index",),
    "pack": ("packs.index",),
    "pairing": ("organisations.pairings",),
    "password": ("accounts.own",),
    "person": ("people.index",),
    "photo": ("assignments.given", "assignments.visits", "needs.list_follow_ups"),
    "place": ("places.index",),
    "question": ("needs.list_follow_ups", "needs.mine", "needs.index"),
    "price": ("rounds.index",),
    "promise": ("rounds.index", "assignments.given", "assignments.visits", "assignments.questions"),
    "repair": ("rounds.index",),
    "resident": ("residents.index",),
    "results": ("results.index",),
    "round": ("rounds.index",),
    "run": ("rounds.index",),
    "session": ("accounts.own",),
    "site": (),
    "status": ("residents.index",),
    "subdistrict": (),
    "thanks": (
        "assignments.list_thanks",
        "assignments.received_thanks",
        "assignments.said_thanks",
    ),
    "volunteer": ("volunteers.index",),
    "work": ("pages.home",),
}


def register_error_pages(app: Flask) -> None:
    """Show domain, HTTP and database errors of ``app`` as pages."""
    app.register_error_handler(DomainError, standing(show_domain_error))
    app.register_error_handler(HTTPException, standing(show_http_error))
    app.register_error_handler(StaleDataError, standing(show_stale_row))
    for kind in DATABASE_AWAY:
        app.register_error_handler(kind, show_busy_database)


def standing(show: Callable[[Any], Response]) -> Callable[[Any], Response]:
    """Wrap ``show``: if the database fails while it renders, the answer is the busy page."""

    @wraps(show)
    def show_or_say_busy(error: Any) -> Response:
        try:
            return show(error)
        except DATABASE_AWAY as failure:
            return show_busy_database(failure)

    return show_or_say_busy


def show_domain_error(error: DomainError) -> Response:
    """Return the page of a broken rule; roll back what the request began."""
    db.session.rollback()
    status = next(
        (status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind)),
        HTTPStatus.CONFLICT,
    )
    response = _render(
        status,
        sentence=describe_refusal(error),
        back_url=_find_way_back(error.code),
        numbers=error.numbers,
    )
    if isinstance(error, ThrottledError):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def show_busy_database(error: Exception) -> Response:
    """Return the page for a database that is locked or unreachable: 503, as a retry may succeed."""
    current_app.logger.error("database did not answer", exc_info=error)
    return show_http_error(ServiceUnavailable())


def show_stale_row(_error: StaleDataError) -> Response:
    """Return the page for the second of two people who changed a row at the same time."""
    return show_domain_error(ConflictError("site.changed_meanwhile"))


def show_http_error(error: HTTPException) -> Response:
    """Return the page of an HTTP error, with the headers that belong to it."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        db.session.rollback()
    response = _render(status)
    for name, text in error.get_response().headers:
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = text
    if isinstance(error, ServiceUnavailable):
        response.headers.setdefault("Retry-After", str(BUSY_RETRY_SECONDS))
    return response


def _render(
    status: HTTPStatus,
    sentence: str | None = None,
    back_url: str | None = None,
    numbers: dict[str, object] | None = None,
) -> Response:
    context: dict[str, object] = {
        "status": status.value,
        "sentence": sentence,
        "back_url": back_url,
        "numbers": numbers or {},
        "typed": g.get("typed", ()),
        "may_be_saved": may_be_saved(),
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        page = _render_without_database(status, context)
    else:
        page = render_template(_choose_template(status), **context)
    return Response(page, status=status.value, mimetype="text/html")


def _find_way_back(code: str) -> str | None:
    """Return the address of a list to go back to; None if the visitor may open none."""
    endpoints = WAYS_BACK[code.partition(".")[0]]
    return next((url_for(endpoint) for endpoint in endpoints if may_open(endpoint)), None)


def _render_without_database(status: HTTPStatus, context: dict[str, object]) -> str:
    """Render without context processors and user, because the database may have failed."""
    locale = select_browser_locale()
    template = current_app.jinja_env.get_template(
        "errors/503.html" if status == HTTPStatus.SERVICE_UNAVAILABLE else "errors/500.html"
    )
    with force_locale(locale):
        return template.render(html_lang=HTML_LANG[locale], **context)


def _choose_template(status: HTTPStatus) -> str:
    own = f"errors/{status.value}.html"
    return own if own in _list_templates(current_app.jinja_env) else "errors/other.html"


@lru_cache(maxsize=1)
def _list_templates(environment: Environment) -> frozenset[str]:
    return frozenset(environment.list_templates(filter_func=lambda n: n.startswith("errors/")))
