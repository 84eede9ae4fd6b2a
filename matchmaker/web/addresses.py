"""Addresses of the site: what their parts may hold, and which one to go back to."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import (
    BaseConverter,
    BuildError,
    IntegerConverter,
    Map,
    RequestRedirect,
    UnicodeConverter,
    ValidationError,
)

from matchmaker.base.clock import parse_month

HOME = "/"
LONGEST_ADDRESS = 2000  # characters
LARGEST_ID = 2**31 - 1
MOST_TICKED = 500  # boxes of one form


class IdConverter(IntegerConverter):
    """A row's id; a number too large for a table is an unknown page, not a database error."""

    def __init__(self, map: Map, *_args: Any, **kwargs: Any) -> None:
        super().__init__(map, **{**kwargs, "min": 1, "max": LARGEST_ID})


def read_id(name: str) -> int:
    """Return the row's id that a form sends beside its button; 0 for anything else."""
    number = request.form.get(name, 0, type=int)
    return number if 0 < number <= LARGEST_ID else 0


def read_id_of_address(name: str) -> int:
    """Return the row's id that the query of the address names; 0 for anything else."""
    number = request.args.get(name, 0, type=int)
    return number if 0 < number <= LARGEST_ID else 0


def read_ids(name: str) -> set[int]:
    """Return the ids that a form sends as ticked boxes; only the first ``MOST_TICKED`` are read."""
    numbers = request.form.getlist(name, type=int)
    return {number for number in numbers[:MOST_TICKED] if 0 < number <= LARGEST_ID}


class MonthConverter(BaseConverter):
    """A month: ``YYYY-MM`` in a path, its first day in the view."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> date:
        try:
            return parse_month(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: date) -> str:
        return value.strftime("%Y-%m")


class TextConverter(UnicodeConverter):
    """Text in a path, such as a code: no slash and no character below U+0020.

    PostgreSQL refuses NUL.
    """

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = r"[^/\x00-\x1f]+"


def register_converters(app: Flask) -> None:
    """Register the converters; call it first, for it changes what a plain ``<name>`` accepts."""
    app.url_map.converters.update(
        default=TextConverter, string=TextConverter, id=IdConverter, month=MonthConverter
    )


def is_local_path(address: str) -> bool:
    """Return whether ``address`` is a path that cannot lead to another site."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    if any(ord(character) < 32 for character in address):
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def get_return_path() -> str:
    """Return the current page's address if a GET can open it, or else the start page's."""
    if request.method == "GET" or _can_be_read(request.path):
        query = request.query_string.decode("utf-8", "replace")
        address = f"{request.path}?{query}" if query else request.path
        if is_local_path(address) and len(address) <= LONGEST_ADDRESS:
            return address
    return HOME


def find_form_page() -> str | None:
    """Return the address of the page whose form was sent here; None if nothing says which."""
    if _can_be_read(request.path):
        address = get_return_path()
        return None if address == HOME and request.path != HOME else address
    sent_from = urlsplit(request.referrer or "")
    is_ours = sent_from.netloc == request.host and is_local_path(sent_from.path)
    return sent_from.path if is_ours and _can_be_read(sent_from.path) else None


def find_url(endpoint: str, **values: Any) -> str | None:
    """Return the address of ``endpoint``, or None if this installation has no such page."""
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
