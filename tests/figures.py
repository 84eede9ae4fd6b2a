"""The figures of pages and files: what each number is of, what it is called, and its value.

A figure is found where a number has a name: in a table whose rows are groups, in a tile, in a list
of facts, in a sentence. What it is of is its *scope*: the month, or one group of it, as one kind of
reader may know it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

_NUMBER = re.compile(r"(?<![\w.,#-])\d[\d,]*(?:\.\d+)?(?![\w-])")
_BEGINS = re.compile(r"\d[\d,]*(\.\d+)?(%| |$|/)")
_DAY = re.compile(r"\d+ \w+ \d{4}")
_PROSE = frozenset({"p", "h1", "h2", "h3", "li", "summary"})


class Figure(NamedTuple):
    """One number as somebody reads it; ``place``: the page and the table or list on it."""

    scope: str
    name: str
    value: str
    place: str


@dataclass
class Table:
    """A table: its caption and headings, the cells of its rows; the first cell names the row."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a page says in tables, in pairs of name and value, and in sentences.

    A *part* of a page is what has a heading of the third level: its figures are of that part alone.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self.pairs: list[tuple[str, str, str]] = []  # part, name, value
        self.sentences: list[tuple[str, str]] = []  # part, text
        self._open: list[tuple[str, list[str]]] = []
        self._name, self._part = "", ""
        self._is_in_table = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(Table())
            self._is_in_table = True
        elif tag == "tr" and self._is_in_table:
            self.tables[-1].rows.append([])
        elif tag in {"td", "th", "caption", "dt", "dd", *_PROSE}:
            kind = "head" if dict(attrs).get("scope") == "col" else tag
            self._open.append((kind, []))

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._is_in_table = False
        elif self._open and tag in {self._open[-1][0], *(["th"] if self._is_head() else [])}:
            kind, parts = self._open.pop()
            self._put(kind, parts)

    def _is_head(self) -> bool:
        return self._open[-1][0] == "head"

    def _put(self, kind: str, parts: list[str]) -> None:
        text = " ".join("".join(parts).split())
        if kind == "dt":
            self._name = text
        elif kind == "dd":
            self.pairs.append((self._part, self._name, text))
        elif kind == "caption":
            self.tables[-1].caption = text
        elif kind == "head":
            self.tables[-1].heads.append(text)
        elif kind in {"td", "th"} and self._is_in_table:
            row = self.tables[-1].rows[-1]
            row.append(text if row else _find_first(parts))  # a name may have a form beneath
        elif kind in _PROSE:
            self._part = {"h1": "", "h2": "", "h3": text}.get(kind, self._part)
            self.sentences.append((self._part, text))


def _find_first(parts: Iterable[str]) -> str:
    return next((" ".join(part.split()) for part in parts if part.strip()), "")


def list_table_figures(
    table: Table, groups: Mapping[str, str], reader: str, place: str
) -> Iterator[Figure]:
    """The figures of a table whose rows are known groups, each once; of another table none."""
    rows = [row for row in table.rows if row and len(row) == len(table.heads)]
    names = [row[0] for row in rows]
    if len(set(names)) < len(names) or not set(names) <= groups.keys():
        return
    for row in rows:
        for head, cell in zip(table.heads[1:], row[1:], strict=True):
            if is_number(cell):
                yield Figure(f"{reader}: {groups[row[0]]}", head, cell, f"{place} {table.caption}")


def list_month_figures(page: Page, scope: str, place: str) -> Iterator[Figure]:
    """The figures of a page about a month that have a name of their own or stand in a sentence."""
    for part, name, value in page.pairs:
        if is_number(value):
            yield Figure(f"{scope} {part}".strip(), name, value, place)
    for part, sentence in page.sentences:
        numbers = _NUMBER.findall(sentence)
        if numbers:
            name = _NUMBER.sub("#", sentence)
            yield Figure(f"{scope} {part}".strip(), name, " ".join(numbers), place)


def is_number(text: str) -> bool:
    """Whether a value begins with a number; names, hashes and days do not."""
    return bool(_BEGINS.match(text)) and not _DAY.match(text)


def _get_numbers(value: str) -> str:
    """The numbers of a value as a file has them: no unit, no thousands set apart."""
    return " ".join(_NUMBER.findall(value)).replace(",", "")


def find_two_values(figures: Iterable[Figure]) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Scope and name of each figure that has two values, with the places of each value."""
    found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in figures:
        found[row.scope, row.name][_get_numbers(row.value)].append(row.place)
    return {key: dict(values) for key, values in found.items() if len(values) > 1}


def find_two_names(figures: Iterable[Figure], least: int = 2) -> set[frozenset[str]]:
    """Pairs of names that have equal values in all groups that both have, at least ``least``.

    Zeros, and values that are all equal, say nothing.
    """
    by_name: dict[str, dict[str, str]] = defaultdict(dict)
    for row in figures:
        by_name[row.name][row.scope] = _get_numbers(row.value)
    pairs = set()
    for one, first in by_name.items():
        for other, second in by_name.items():
            both = first.keys() & second.keys()
            values = {first[scope] for scope in both} - {"0"}
            is_same = all(first[scope] == second[scope] for scope in both)
            if one < other and len(both) >= least and len(values) > 1 and is_same:
                pairs.add(frozenset({one, other}))
    return pairs
