"""A list of rows: filters → count → page → file.

A feature's view gives the query and the columns. ``ListPage`` makes the page (with the
``list_page`` macro) and the file from them, both with the filters of the address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Any, Generic, TypeVar

from flask import Response, request, url_for
from flask_babel.speaklater import LazyString
from sqlalchemy import Select, func, select
from sqlalchemy.orm import lazyload
from wtforms import BooleanField, DateField, Field, Form, SelectField

from matchmaker.base.extensions import db
from matchmaker.forms.base import BaseForm
from matchmaker.models import ListKind
from matchmaker.web.downloads import FILE_FORMATS, Value, send_table
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import format_day
from matchmaker.words.tones import Tone, get_tone

PAGE_SIZE = 25  # rows
_CHOSEN = (BooleanField, DateField, SelectField)  # in these fields nobody types a name
LAST_PAGE = 10_000  # more is a mistyped address
_PORTION = 500  # rows of a file that are prepared together

R = TypeVar("R")  # what a column reads

# Columns: the same for the page and the file.


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with a shape and a colour."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Box:
    """A box to tick; ``hint`` completes the label for screen readers."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of a cell of the page: a box, badges or a text, then a note beside it."""

    text: str
    url: str | None = None
    badges: tuple[Badge, ...] = ()
    box: Box | None = None
    note: str = ""
    is_unbroken: bool = False


@dataclass(frozen=True, kw_only=True)
class Column(Generic[R]):
    """A heading, and what its cell shows for each row.

    ``read`` returns the value for the file; the page shows it too, or what ``show`` returns.
    ``badges`` replace the text of rows that have any.
    """

    header: str | LazyString
    read: Callable[[R], Value]
    show: Callable[[R], str | int] | None = None
    link: Callable[[R], str] | None = None
    badges: Callable[[R], Iterable[Badge]] | None = None
    box: Callable[[R], Box | None] | None = None
    note: Callable[[R], str] | None = None
    is_number: bool = False
    is_unbroken: bool = False

    def make_cell(self, row: R) -> Cell:
        """Return what the page shows for ``row``."""
        return Cell(
            text=_say(self.show(row) if self.show else self.read(row)),
            url=self.link(row) if self.link else None,
            badges=tuple(self.badges(row)) if self.badges else (),
            box=self.box(row) if self.box else None,
            note=self.note(row) if self.note else "",
            is_unbroken=self.is_unbroken,
        )


def make_state_badge(state: StrEnum) -> Badge:
    """Return the badge of a state, with its word and tone."""
    return Badge(str(get_label(state)), get_tone(state))


def _say(value: Value) -> str:
    if isinstance(value, date):
        return format_day(value)
    return "" if value is None else str(value)


# Arguments of the address.


def get_page_number() -> int:
    """Return the number of the page asked for, at most ``LAST_PAGE``; 1 if none can be read."""
    typed = request.args.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 5 else 1
    return min(max(number, 1), LAST_PAGE)


def get_filters(form: Form) -> dict[str, Any]:
    """Return what the address gives for the fields of ``form``, to keep filters from page to page.

    Any other name in the address is left out: as an argument of ``url_for`` it could clash with a
    part of a page's address, or steer ``url_for`` itself, as ``_scheme`` does.
    """
    return {field.name: value for field in form if (value := request.args.get(field.name))}


# Queries with a page or a count.


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page of a list.

    items    the rows; empty for a page after the last one
    total    the number of rows on all pages
    number   the number of this page, from 1
    pages    the number of pages
    """

    items: list[Any]
    total: int
    number: int
    pages: int


def paginate(query: Select[Any], size: int = PAGE_SIZE) -> Page:
    """Return the page of the address, of ``size`` rows: objects, or tuples for several columns."""
    number, total = get_page_number(), count_rows(query)
    items = list(_fetch(query.limit(size).offset((number - 1) * size)))
    return Page(items, total, number, -(-total // size))


def count_rows(query: Select[Any]) -> int:
    """Return how many rows ``query`` finds."""
    rows = query.options(lazyload("*")).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def _fetch(query: Select[Any]) -> Iterable[Any]:
    found = db.session.execute(query).unique()
    return found.scalars() if len(query.column_descriptions) == 1 else found


# The list itself.


@dataclass(frozen=True)
class People(Generic[R]):
    """The kind of the list, for its record, and a function from a row to its persons' ids."""

    kind: ListKind
    ids: Callable[[R], Iterable[int]]


@dataclass(frozen=True, kw_only=True)
class ListPage(Generic[R]):
    """A list as the current request asks for it.

    endpoint   with ``values``: the list's address
    people     the persons of a row; None only for a list that names nobody, neither by name nor by
               reference. Any other list is shown and sent by ``disclosures.handing``, which keeps a
               record
    form       the form that has read the filters
    fields     the filters that are shown, in this order; empty: all
    read       turns rows of ``query`` into what the columns read. It gets all rows of a page, or of
               a portion of a file, so that one query can load what they need
    count      returns the number of rows in each state
    search     the endpoint to which filters are posted that must not appear in an address
    download   an endpoint that takes ``file_format``; a list with one can be downloaded
    """

    endpoint: str
    caption: str | LazyString
    query: Select[Any]
    columns: Sequence[Column[R]]
    people: People[R] | None
    values: Mapping[str, Any] = field(default_factory=dict)
    form: Form | None = None
    fields: Sequence[str] = ()
    read: Callable[[list[Any]], Sequence[R]] = lambda rows: rows
    count: Callable[[], Mapping[Any, int]] | None = None
    search: str | None = None
    download: str | None = None
    file_name: str = ""
    file_title: str | LazyString = ""
    file_columns: Sequence[Column[R]] = ()
    file_arguments: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def found(self) -> Page:
        """The page that the address asks for."""
        return paginate(self.query)

    @cached_property
    def rows(self) -> Sequence[R]:
        """The objects that the columns read, one for each row of the page."""
        return self.read(self.found.items)

    @cached_property
    def counts(self) -> Mapping[Any, int]:
        """How many rows each state has; empty if the list has no states."""
        return self.count() if self.count else {}

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The filters of the address; empty if the list has no form."""
        return get_filters(self.form) if self.form is not None else {}

    @property
    def is_sent(self) -> bool:
        """Whether the filters were posted and are not in the address."""
        return isinstance(self.form, BaseForm) and self.form.is_submitted()

    @property
    def is_narrowed(self) -> bool:
        """Whether other filters could find more."""
        return bool(self.arguments or self.counts or self.is_sent)

    @property
    def filters(self) -> list[Field]:
        """The filter fields; empty while there is nothing to filter."""
        if self.form is None or (self.count and not self.is_narrowed):
            return []
        return [self.form[name] for name in self.fields] or list(self.form)

    @property
    def url(self) -> str:
        """The address without filters."""
        return url_for(self.endpoint, **self.values)

    @property
    def search_url(self) -> str | None:
        """The address to which the filters are posted; None if they are in the list's address."""
        return url_for(self.search) if self.search else None

    @property
    def tiles(self) -> list[dict[str, Any]]:
        """A large figure for each state, with a link to its rows."""
        return [
            {"label": get_label(state), "value": number, "url": self.get_url(state=state.value)}
            for state, number in self.counts.items()
        ]

    @property
    def headers(self) -> list[str]:
        return [str(column.header) for column in self.columns]

    @property
    def numeric(self) -> list[int]:
        """The positions, from 0, of the columns that hold numbers."""
        return [index for index, column in enumerate(self.columns) if column.is_number]

    @property
    def downloads(self) -> dict[str, str]:
        """The address that downloads the rows of this list, for each file format."""
        if self.download is None:
            return {}
        filters = {**self.arguments, **self.file_arguments, **self.values}
        return {kind: url_for(self.download, **filters, file_format=kind) for kind in FILE_FORMATS}

    def get_url(self, **changes: Any) -> str:
        """Return the address with the current filters and ``changes``."""
        return url_for(self.endpoint, **{**self.arguments, **changes, **self.values})

    def make_cells(self, row: R) -> list[Cell]:
        """Return the cells of one row of the page."""
        return [column.make_cell(row) for column in self.columns]

    def require_people(self) -> People[R]:
        """Return the list's ``people``. Raises ``TypeError`` for a list that names nobody."""
        if self.people is None:
            raise TypeError("a list that names nobody leaves no record")
        return self.people

    def name_filters(self) -> dict[str, Any]:
        """Return what narrows the list, for its record; of typed text only that there was some."""
        fields = {field.name: field for field in self.form or ()}
        chosen = {
            name: value if isinstance(fields[name], _CHOSEN) else True
            for name, value in self.arguments.items()
        }
        return {**{name: str(value) for name, value in self.values.items()}, **chosen}

    def send(self, file_format: str, rows: Iterable[R] | None = None) -> Response:
        """Return a file of every row that the filters pass, or of ``rows``, recorded already.

        Raises ``TypeError`` if the list names people and ``rows`` is None.
        """
        if rows is None and self.people is not None:
            raise TypeError("people leave by disclosures.handing")
        headers = [str(column.header) for column in self.file_columns]
        found = self.list_all() if rows is None else rows
        cells = ([column.read(row) for column in self.file_columns] for row in found)
        title = str(self.file_title or self.caption)
        return send_table(file_format, self.file_name, title, headers, cells)

    def list_all(self) -> Iterator[R]:
        """Yield every row that passes the filters."""
        found = iter(_fetch(self.query))
        while portion := list(islice(found, _PORTION)):
            yield from self.read(portion)
