"""How views hand out people: a file or a print after its purpose is said, pages as they are read.

Every list with people in it leaves through here. Nothing is sent before its record is committed.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import Response, current_app, render_template, request
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import ServiceUnavailable

from matchmaker.audit import disclosures
from matchmaker.audit.forms import PurposeForm, ReadOnForm
from matchmaker.base.clock import get_now
from matchmaker.base.database import HASTY_MS, SAFE_METHODS, writing_if_free
from matchmaker.base.extensions import db
from matchmaker.models import ListKind, ListPurpose, ListWay, User
from matchmaker.web.act import Answer
from matchmaker.web.addresses import get_return_path
from matchmaker.web.lists import ListPage, get_page_number


def list_account_persons(user: User) -> tuple[int, ...]:
    """The persons in a line about an account: its owner, the resident whose reference it shows."""
    return (user.person_id, *((user.resident.person_id,) if user.resident else ()))


def send_list(listed: ListPage[Any], file_format: str) -> Answer:
    """The rows of a list with people in it as a file, once it is said what for."""
    people = listed.require_people()
    rows: list[Any] = []

    def find_persons() -> set[int]:
        rows.extend(listed.list_all())
        return {person for row in rows for person in people.ids(row)}

    return hand_out(
        people.kind,
        ListWay.FILE,
        find_persons,
        lambda: listed.send(file_format, rows),
        filters=listed.name_filters(),
        back_url=listed.get_url(),
    )


def hand_out(
    kind: ListKind,
    way: ListWay,
    find_persons: Callable[[], Collection[int]],
    make: Callable[[], Response | str],
    *,
    filters: Mapping[str, Any],
    back_url: str,
) -> Answer:
    """Ask what for; then record who takes it and who is in it, and give what ``make`` makes."""
    form = PurposeForm()
    if form.validate_on_submit():
        disclosures.take_list(
            actor=current_user,
            kind=kind,
            way=way,
            purpose=ListPurpose(form.purpose.data),
            filters=dict(filters),
            persons=find_persons(),
            now=get_now(),
        )
        _commit_and_keep_rows()
        return make()
    page = render_template(
        "audit/purpose.html", form=form, kind=kind, way=way, back_url=back_url, action=""
    )
    return (page, 422) if form.is_submitted() else page


def show_list(template: str, listed: ListPage[Any], **context: Any) -> str:
    """A page of a list; once it shows more people than a day's first, what for is asked first."""
    people = listed.require_people()
    persons = {person for row in listed.rows for person in people.ids(row)}

    def make() -> str:
        return render_template(template, list=listed, **context)

    return show_people(people.kind, persons, make)


def show_people(kind: ListKind, persons: Collection[int], make: Callable[[], str]) -> str:
    """A page that ``make`` makes with these people on it, recorded before it is shown."""
    if _note(kind, persons):
        return make()
    form = ReadOnForm(formdata=None, next=get_return_path())
    return render_template(
        "audit/purpose.html", form=form, kind=kind, way=ListWay.PAGES, back_url=None
    )


def _commit_and_keep_rows() -> None:
    """Commit without reading each row again: a large file is made after the database is let go."""
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


def _note(kind: ListKind, persons: Collection[int]) -> bool:
    """Record what was not read today. A request that only reads does so beside its own reading.

    While another program holds the database for writing, the first page of a list is shown all the
    same, with a line in the site's log; further pages wait for it.
    """
    now = get_now()
    if not disclosures.find_unseen(current_user, kind, persons, now):
        return True
    keys: dict[str, Any] = {"actor": current_user, "kind": kind, "persons": persons, "now": now}
    if request.method not in SAFE_METHODS:
        may_show = disclosures.note_page(db.session(), **keys)
        _commit_and_keep_rows()
        return may_show
    try:
        with writing_if_free(HASTY_MS), Session(db.engine) as own, own.begin():
            return disclosures.note_page(own, **keys)
    except OperationalError as error:
        if get_page_number() > 1 or len(persons) > disclosures.UNASKED:
            raise ServiceUnavailable from error
        current_app.logger.warning(
            "a page with people is shown and not recorded: the database is busy",
            extra={"user": current_user.id, "list": kind.value, "persons": len(persons)},
        )
        return True
