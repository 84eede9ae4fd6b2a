"""One shape for every view that changes something; a form sent twice acts once.

``answer_form``: bind, validate, one service call, commit once, 303 to the next page; a refused form
is shown as typed, with 422. ``answer_button``: the same without a form.

An ``IdempotentForm`` acts once at its address: its key is claimed in the transaction of the change.
A second sending waits for the first (a unique constraint makes it wait), then redirects to the same
page, even if the form would now be refused. If the first is rolled back, so is its claim.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import flash, g, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.forms.base import KEY_BYTES, BaseForm, EditForm, IdempotentForm
from matchmaker.models import Actor, IdempotencyKey, SignedLink
from matchmaker.models.limits import LONGEST_LOCATION
from matchmaker.words.refusals import describe_refusal

KEPT = timedelta(days=30)  # far longer than a session: the same form cannot arrive after that
Answer = str | tuple[str, int] | Response
Act = Callable[[], str]  # makes the change; returns the next address
Show = Callable[[], str | Response]  # the page with the form


def answer_form(
    form: BaseForm,
    act: Act,
    show: Show,
    *,
    answer_conflict: Callable[[ConflictError], Answer] | None = None,
    actor: Actor | None = None,
) -> Answer:
    """Show the form; once it is sent and valid, act, commit and redirect to the next page.

    Errors of the form's own checks, and an ``InvalidError`` of the service at its field, are shown
    with the form as typed and 422. A ``ConflictError`` is raised for the conflict page, which shows
    what was typed, or passed to ``answer_conflict``. An ``EditForm`` from a page older than the
    last change is shown as typed with what is stored now, and 409. A refused form commits nothing.
    ``actor``: the sender, if that is not the person who is signed in.
    """
    if not form.is_submitted():
        return show()
    sender = actor or current_user
    if form.lost_unseen_signs():
        flash(_("Signs that cannot be seen were taken out of what you typed."), "info")
    if form.validate():
        try:
            return _act_fresh(form, act, sender)
        except InvalidError as error:
            db.session.rollback()
            form.add_error(error.field, describe_refusal(error))
        except ConflictError as error:
            g.typed = form.list_typed()
            if isinstance(form, EditForm) and error.code == "form.changed_meanwhile":
                db.session.rollback()
                form.show_changed(describe_refusal(error))
                return _show_as(409, show)
            if answer_conflict is None:
                raise
            db.session.rollback()
            return answer_conflict(error)
    return _refuse(form, show, sender)


def _refuse(form: BaseForm, show: Show, actor: Actor) -> Answer:
    """Return the form as typed, or a redirect if the same form was accepted before."""
    if isinstance(form, IdempotentForm):
        earlier = find_location(actor=actor, key=_name_act(form.idempotency_key.data))
        if earlier:
            return redirect(earlier, 303)
    return _show_as(422, show)


def _show_as(status: int, show: Show) -> Answer:
    page = show()
    return (page, status) if isinstance(page, str) else page


def _act_fresh(form: BaseForm, act: Act, actor: Actor) -> Response:
    """Act once, unless somebody else changed what an ``EditForm`` edits.

    A form that is sent again is not compared with its own change.
    """

    def act_if_fresh() -> str:
        if isinstance(form, EditForm) and form.find_changed() is not None:
            raise ConflictError("form.changed_meanwhile")
        return act()

    if isinstance(form, IdempotentForm):
        return _act_once(form, act_if_fresh, actor)
    return answer_button(act_if_fresh)


def answer_button(act: Act) -> Response:
    """Act, commit once and redirect to the next page."""
    location = act()
    db.session.commit()
    return redirect(location, 303)


def _act_once(form: IdempotentForm, act: Act, actor: Actor) -> Response:
    """Act, or redirect as before if the same form was accepted already."""
    key = _name_act(form.idempotency_key.data)
    earlier = claim_key(actor=actor, key=key, now=get_now())
    if earlier:
        db.session.rollback()
        return redirect(earlier, 303)
    return answer_button(lambda: keep_location(actor=actor, key=key, location=act()))


def _name_act(key: str) -> str:
    """Return the key of a form and its address: buttons of a page share a key, and each acts."""
    return key + hashlib.sha256(request.path.encode()).hexdigest()[: 2 * KEY_BYTES]


def claim_key(*, actor: Actor, key: str, now: datetime) -> str | None:
    """Claim a form's key in this transaction. Return None, or where its first use redirected.

    Keys of the same sender that are too old to arrive again are deleted.
    """
    old = and_(_is_of(actor), IdempotencyKey.created_at < now - KEPT)
    db.session.execute(delete(IdempotencyKey).where(old))
    row = IdempotencyKey(key=key, location="", created_at=now)
    if isinstance(actor, SignedLink):
        row.signed_link_id = actor.id
    else:
        row.user_id = actor.id
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return find_location(actor=actor, key=key)
    return None


def find_location(*, actor: Actor, key: str) -> str | None:
    """Return where the first use of a key redirected; None if nobody has used it."""
    return db.session.scalar(select(IdempotencyKey.location).where(_is_claimed(actor, key)))


def keep_location(*, actor: Actor, key: str, location: str) -> str:
    """Store the address that the claimed ``key`` redirects to, and return it.

    An address whose filters are too long for the row leads to the same page without them.
    """
    if len(location) > LONGEST_LOCATION:
        location = location.partition("?")[0]
    statement = update(IdempotencyKey).where(_is_claimed(actor, key))
    db.session.execute(statement.values(location=location))
    return location


def _is_claimed(actor: Actor, key: str) -> ColumnElement[bool]:
    return and_(_is_of(actor), IdempotencyKey.key == key)


def _is_of(actor: Actor) -> ColumnElement[bool]:
    of_link = isinstance(actor, SignedLink)
    return (IdempotencyKey.signed_link_id if of_link else IdempotencyKey.user_id) == actor.id
