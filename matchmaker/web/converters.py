"""URL converters: ids that fit every database, months, and text that columns can hold."""

from datetime import date
from typing import Any

from flask import Flask
from werkzeug.routing import (
    BaseConverter,
    IntegerConverter,
    Map,
    UnicodeConverter,
    ValidationError,
)

from matchmaker.base.clock import parse_month

LARGEST_ID = 2**31 - 1


class IdConverter(IntegerConverter):
    """A row's id; a number too large for a table is an unknown page, not a database error."""

    def __init__(self, map: Map, *_args: Any, **kwargs: Any) -> None:
        super().__init__(map, **{**kwargs, "min": 1, "max": LARGEST_ID})


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
    """A code or reference without control characters; PostgreSQL refuses NUL."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = r"[^/\x00-\x1f]+"


def register_converters(app: Flask) -> None:
    """Register before any route is added: this changes what a plain ``<name>`` accepts."""
    app.url_map.converters.update(
        default=TextConverter, string=TextConverter, id=IdConverter, month=MonthConverter
    )
