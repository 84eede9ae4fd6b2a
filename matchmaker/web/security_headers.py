"""Add security headers to every response, errors and static files included.

They are added around the whole application, not by an ``after_request`` hook: a response made
after another hook failed would not have them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

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
    """Add the headers to every response of ``app``."""
    app.wsgi_app = add_security_headers(app.wsgi_app)  # type: ignore[assignment,method-assign]


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
    if environ.get("wsgi.url_scheme") == "https":
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
    return headers
