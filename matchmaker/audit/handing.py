"""Hand out lists of people from views: files and prints after their purpose, pages when read.

Views send every list with people in it through here, and its record is committed before it is sent.
The one exception is a first page while the database is busy (``_note``).
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
    """The ids of the persons in a line about an account: its owner, and its resident if any."""
    return (user.person_id, *((user.resident.person_id,) if user.resident else ()))


def send_list(listed: ListPage[Any], file_format: str) -> Answer:
    """Send all rows of a list with people in it as a file, after asking for the purpose."""
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
    """Ask for the purpose; then commit the record of the list and return what ``make`` makes.

    ``find_persons`` is called before the record, and ``make`` after it.
    """
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
    """Show a page of a list with people in it, recorded as ``show_people`` does.

    Asks for the purpose first once more than ``UNASKED`` people of the list would be shown today.
    """
    people = listed.require_people()
    persons = {person for row in listed.rows for person in people.ids(row)}

    def make() -> str:
        return render_template(template, list=listed, **context)

    return show_people(people.kind, persons, make)


def show_people(kind: ListKind, persons: Collection[int], make: Callable[[], str]) -> str:
    """Record that a page shows these persons and return what ``make`` makes, or the page that asks
    for the purpose first."""
    if _note(kind, persons):
        return make()
    form = ReadOnForm(formdata=None, next=get_return_path())
    return render_template(
        "audit/purpose.html", form=form, kind=kind, way=ListWay.PAGES, back_url=None
    )


def _commit_and_keep_rows() -> None:
    """Commit without expiring the rows, so that a large file is made without the database."""
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


def _note(kind: ListKind, persons: Collection[int]) -> bool:
    """Record the persons that were not read of today; False if a purpose must be asked first.

    A request that only reads records them in a session of its own. While another program holds the
    database for writing, a first page of up to ``UNASKED`` persons is shown without a record, with
    a warning in the site's log; for any other page ``ServiceUnavailable`` is raised.
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
