"""Every page of the site that a person can open, with addresses that exist in the demo.

A route that takes an id is tried on a row of the person's own; a new route without an entry in
`samples.py` fails `test_every_page_is_in_the_inventory`.
"""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, url_for
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.web.permissions import PUBLIC, Permission, get_access, has_permission
from tests.journeys.samples import SAMPLES, Values

FILE_FORMAT = re.compile(r"<any\(([^)]+)\):file_format>")
# The page of which a file has the rows, if its address has an id.
PAGE_OF_FILE = {
    "assignments.download_payments": ("assignments.payments",),
    "packs.download": ("packs.progress",),
    "results.download": ("results.show_office",),
    "feeds.show": (),  # its address is a secret of who has the calendar
    "rounds.download_lines": ("rounds.list_lines",),
    "rounds.download_proof": ("rounds.review",),
    "workbench.download": ("workbench.rows",),
    "workbench.download_month_rows": ("workbench.month_rows",),
}


def list_pages(app: Flask, number: int) -> list[str]:
    """Addresses of all pages that demo person ``number`` (from 1; 0: a visitor) may open."""
    return sorted({address for _, address in _list_addresses(app, number)})


def list_routes(app: Flask, number: int) -> set[str]:
    """Routes of all pages that demo person ``number`` may open."""
    return {route for route, _ in _list_addresses(app, number)}


def share_out(app: Flask, numbers: list[int]) -> dict[int, list[str]]:
    """Each page once: for each person those that nobody before has, one address a route."""
    seen: set[str] = set()
    shares: dict[int, list[str]] = {}
    for number in numbers:
        first = dict(reversed(_list_addresses(app, number)))
        shares[number] = sorted(a for rule, a in first.items() if rule not in seen)
        seen |= first.keys()
    return shares


def _list_addresses(app: Flask, number: int) -> list[tuple[str, str]]:
    with app.app_context():
        user_id = get_user(number).id if number else None
    return list_addresses(app, user_id)


def list_addresses(app: Flask, user_id: int | None) -> list[tuple[str, str]]:
    """Route and address of every page that the person (None: a visitor) may open."""
    with app.app_context():
        user = db.session.get_one(m.User, user_id) if user_id else None
        pages = [
            (rule, values)
            for rule in _list_rules(app)
            if _may_open(app, rule.endpoint, user)
            for values in _list_values(rule, user)
        ]
    with app.test_request_context():
        return [(rule.rule, url_for(rule.endpoint, **values)) for rule, values in pages]


def list_files(app: Flask, user_id: int | None) -> list[tuple[str, Values]]:
    """Endpoint and values of every file, in each of its formats, that the person may have."""
    with app.app_context():
        user = db.session.get_one(m.User, user_id) if user_id else None
        return [
            (rule.endpoint, {**values, "file_format": file_format})
            for rule in app.url_map.iter_rules()
            if "file_format" in rule.arguments and _may_open(app, rule.endpoint, user)
            for file_format in FILE_FORMAT.findall(rule.rule)[-1].split(", ")
            for values in _list_file_values(rule, user)
        ]


def _list_file_values(rule: Any, user: m.User | None) -> list[Values]:
    """Values of the arguments beside the format; the page of the same rows has them too."""
    arguments = rule.arguments - {"file_format"}
    if not arguments:
        return [{}]
    found = (SAMPLES[page](user) for page in PAGE_OF_FILE[rule.endpoint])
    return [values for rows in found for values in rows if set(values) == arguments]


def list_unknown_routes(app: Flask) -> list[str]:
    return [r.endpoint for r in _list_rules(app) if r.arguments and r.endpoint not in SAMPLES]


def _list_rules(app: Flask) -> Iterator[Any]:
    for rule in app.url_map.iter_rules():
        is_download = "file_format" in rule.arguments
        if "GET" in rule.methods and not rule.endpoint.endswith("static") and not is_download:
            yield rule


def _may_open(app: Flask, endpoint: str, user: m.User | None) -> bool:
    access = get_access(app.view_functions[endpoint])
    if not isinstance(access, Permission):
        return access == PUBLIC
    return user is not None and has_permission(user.role, access)


def _list_values(rule: Any, user: m.User | None) -> list[Values]:
    if not rule.arguments:
        return [{}]
    found = SAMPLES[rule.endpoint](user)
    return [values for values in found if set(values) == set(rule.arguments)]


def get_user(number: int) -> m.User:
    index = contact_cipher.get_index(DEMO_PERSONS[number - 1].phone)
    return db.session.scalars(select(m.User).where(m.User.phone_index == index)).one()
