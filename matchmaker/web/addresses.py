"""Addresses within the site: where to go back to, never outside it."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, RequestRedirect

HOME = "/"
LONGEST_ADDRESS = 2000  # characters


def is_local_path(address: str) -> bool:
    """Whether ``address`` is a path of this site, and not a way out of it."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    if any(ord(character) < 32 for character in address):
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def get_return_path() -> str:
    """The current page's address if a GET can open it, else home."""
    if request.method == "GET" or _can_be_read(request.path):
        query = request.query_string.decode("utf-8", "replace")
        address = f"{request.path}?{query}" if query else request.path
        if is_local_path(address) and len(address) <= LONGEST_ADDRESS:
            return address
    return HOME


def find_url(endpoint: str, **values: Any) -> str | None:
    """The address of ``endpoint``, or None if this installation has no such page."""
    try:
        return current_app.url_for(endpoint, **values)
    except BuildError:
        return None


def _can_be_read(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    try:
        adapter.match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
