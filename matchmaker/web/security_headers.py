"""Add security headers to every response, errors and static files too; refuse other host names.

Both are done around the whole application, not by a hook: a response made after another hook failed
would have no headers, and no page can be made for a request with a host name that is refused.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its ticks and arrows as data images
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # the token check over https reads the referrer
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"
NO_STORE = "no-store"  # a shared machine must not keep a page of names

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def register(app: Flask) -> None:
    """Add the headers; answer only to the names of the setting ``HOSTS``, if it has any."""
    inner = refuse_other_hosts(app.wsgi_app, app.config["HOSTS"])
    app.wsgi_app = add_security_headers(inner)  # type: ignore[assignment,method-assign]


def refuse_other_hosts(wsgi_app: WsgiApp, hosts: Collection[str]) -> WsgiApp:
    """Wrap ``wsgi_app``: a request for another host name gets 400.

    The name in a request is printed on papers and links, so it must be one of the site's.
    """

    def with_known_host(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST")  # without one, addresses are made of the server's own
        if hosts and host and not host_is_trusted(host, hosts):
            refusal = "This site does not answer to that name. MATCHMAKER_HOSTS lists its names.\n"
            return Response(refusal, 400, mimetype="text/plain")(environ, start_response)
        return wsgi_app(environ, start_response)

    return with_known_host


def add_security_headers(wsgi_app: WsgiApp) -> WsgiApp:
    """Wrap ``wsgi_app``; headers that a response already has are kept."""

    def with_headers(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            wanted = {**HEADERS, **_get_conditional_headers(environ)}
            added = [(name, text) for name, text in wanted.items() if name.lower() not in present]
            return start_response(status, [*headers, *added], *rest)

        return wsgi_app(environ, start)

    return with_headers


def _get_conditional_headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {} if "/static/" in environ.get("PATH_INFO", "") else {"Cache-Control": NO_STORE}
    if environ.get("PATH_INFO", "").endswith("/static/js/service-worker.js"):
        headers["Service-Worker-Allowed"] = "/"  # it answers for every page while the line is down
    if environ.get("wsgi.url_scheme") == "https":
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
    return headers
