"""Long lists, a page at a time."""

from typing import Any

from flask import request
from flask_sqlalchemy.pagination import Pagination

from matchmaker.base.extensions import db

PAGE_SIZE = 25  # rows
LAST_PAGE = 10_000  # more is a mistyped address
_NOT_FILTERS = frozenset({"page", "endpoint"})


def get_page_number() -> int:
    """``page`` of the address, 1 where it is missing or unreadable."""
    typed = request.args.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 5 else 1
    return min(max(number, 1), LAST_PAGE)


def paginate(statement: Any) -> Pagination:
    """The rows of the address's page; a page past the end is empty."""
    return db.paginate(statement, page=get_page_number(), per_page=PAGE_SIZE, error_out=False)


def get_other_arguments() -> dict[str, Any]:
    """The address's arguments other than the page: filters are kept from page to page.

    Names that steer ``url_for`` itself, such as ``_scheme``, are left out.
    """
    return {
        name: value
        for name, value in request.args.items()
        if value and name not in _NOT_FILTERS and not name.startswith("_")
    }
