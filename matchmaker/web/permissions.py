"""Who may do what: the whole table on one page, and the decorators that read it.

Nothing is allowed that is not granted here. A grant says *what kind* of thing a role may do. The
service that loads an object checks that it is the actor's own (resident, organisation, committee,
subdistrict); a foreign object is answered as if it did not exist.
"""

from collections.abc import Callable
from enum import StrEnum, auto
from functools import wraps
from typing import Any

from flask import abort, current_app
from flask_login import current_user
from werkzeug.exceptions import ServiceUnavailable

from matchmaker.base.database import is_away
from matchmaker.models import Role


class Permission(StrEnum):
    NEED_POST_OWN = auto()  # a resident, for themselves
    NEED_POST_ON_BEHALF = auto()  # with consent recorded
    NEED_READ_OWN = auto()
    NEED_READ_SCOPE = auto()  # own committee or subdistrict, with the person
    NEED_BROWSE = auto()  # open needs, without the person
    NEED_VERIFY = auto()  # a social worker: only what a committee worker entered
    NEED_SORT = auto()  # several at once, return, merge: own committee
    NEED_REFER = auto()  # to an office that does not take part here
    STATUS_VERIFY = auto()
    RESIDENT_MERGE = auto()  # two entries of one resident
    CONTACT_REVEAL = auto()  # one at a time, each logged
    OFFER_POST = auto()  # own organisation
    OFFER_APPROVE = auto()
    ORGANISATION_APPROVE = auto()
    OFFICE_READ = auto()  # what the organisations of the own office have: offers, volunteers …
    PAIRING_KEEP = auto()  # enter, change and end those of the own office's organisations
    VOLUNTEER_MANAGE = auto()  # own organisation
    PERSON_CONFIRM = auto()  # whether two volunteers are one person
    ASSIGNMENT_READ_GIVEN = auto()  # own organisation's list
    PROMISE_ANSWER = auto()  # own organisation's, yes or no
    VISIT_ANSWER_OWN = auto()  # a volunteer's own visits, where the organisation lets them
    LINK_MAKE = auto()  # with which the organisations of the own office answer
    CALENDAR_OWN = auto()  # own promises in one's own calendar program
    SESSION_MANAGE = auto()  # own organisation's sessions, stays, payments and their lists
    HELP_AGREE = auto()  # one's own, or of residents of the own committee
    HELP_RING = auto()  # the residents of the own committee about it
    DELIVERY_REPORT = auto()  # what took place of promises in the own scope
    VISITED_REVEAL = auto()  # who is visited, one at a time, each logged
    ABSENCE_ENTER_OWN = auto()  # a volunteer's own days away
    VISIT_READ_OWN = auto()  # a volunteer's own visits
    FOLLOW_UP_ANSWER = auto()  # questions that the office owes an answer
    PHOTO_LOOK = auto()  # at one that one sent or follows up; each look is logged
    THANKS_PASS_ON = auto()  # of recipients of the own office, to those who helped
    THANKS_READ = auto()  # for help that one gave
    PLACE_MANAGE = auto()  # own office's and its organisations', or own organisation's
    OFFICE_PHONE_KEEP = auto()  # of the own office and its committees
    CALENDAR_MANAGE = auto()  # own office's public holidays
    ROUND_READ = auto()
    ROUND_RUN = auto()  # open, freeze, solve, pin and forbid
    ROUND_PUBLISH = auto()  # never the one who ran it
    PACK_MAKE = auto()  # of published months of the own office, with requests by number
    ACCOUNT_INVITE_SCOPE = auto()  # own members or proxies
    ACCOUNT_MANAGE = auto()
    INVITATION_CONFIRM = auto()  # of social workers, administrators, auditors; not one's own
    AUDIT_READ = auto()
    ACCOUNT_OWN = auto()  # own password, sessions, notices


_OWN = {Permission.ACCOUNT_OWN}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.RESIDENT: frozenset(
        _OWN | {Permission.NEED_POST_OWN, Permission.NEED_READ_OWN, Permission.HELP_AGREE}
    ),
    Role.VOLUNTEER: frozenset(
        _OWN
        | {
            Permission.NEED_BROWSE,
            Permission.VISIT_READ_OWN,
            Permission.CALENDAR_OWN,
            Permission.DELIVERY_REPORT,
            Permission.VISITED_REVEAL,
            Permission.VISIT_ANSWER_OWN,
            Permission.PERSON_CONFIRM,
            Permission.ABSENCE_ENTER_OWN,
            Permission.PHOTO_LOOK,
            Permission.THANKS_READ,
        }
    ),
    Role.COORDINATOR: frozenset(
        _OWN
        | {
            Permission.NEED_BROWSE,
            Permission.OFFER_POST,
            Permission.VOLUNTEER_MANAGE,
            Permission.ASSIGNMENT_READ_GIVEN,
            Permission.CALENDAR_OWN,
            Permission.PROMISE_ANSWER,
            Permission.PLACE_MANAGE,
            Permission.DELIVERY_REPORT,
            Permission.VISITED_REVEAL,
            Permission.SESSION_MANAGE,
            Permission.PHOTO_LOOK,
            Permission.THANKS_READ,
            Permission.ACCOUNT_INVITE_SCOPE,
        }
    ),
    Role.COMMITTEE_WORKER: frozenset(
        _OWN
        | {
            Permission.NEED_BROWSE,
            Permission.NEED_POST_ON_BEHALF,
            Permission.NEED_READ_SCOPE,
            Permission.NEED_VERIFY,
            Permission.NEED_REFER,
            Permission.NEED_SORT,
            Permission.HELP_AGREE,
            Permission.HELP_RING,
            Permission.PHOTO_LOOK,
            Permission.DELIVERY_REPORT,
            Permission.STATUS_VERIFY,
            Permission.RESIDENT_MERGE,
            Permission.CONTACT_REVEAL,
            Permission.ACCOUNT_INVITE_SCOPE,
        }
    ),
    Role.SOCIAL_WORKER: frozenset(
        _OWN
        | {
            Permission.NEED_BROWSE,
            Permission.NEED_POST_ON_BEHALF,
            Permission.NEED_READ_SCOPE,
            Permission.NEED_VERIFY,
            Permission.NEED_REFER,
            Permission.STATUS_VERIFY,
            Permission.RESIDENT_MERGE,
            Permission.CONTACT_REVEAL,
            Permission.OFFER_APPROVE,
            Permission.ORGANISATION_APPROVE,
            Permission.OFFICE_READ,
            Permission.PAIRING_KEEP,
            Permission.PERSON_CONFIRM,
            Permission.FOLLOW_UP_ANSWER,
            Permission.PHOTO_LOOK,
            Permission.THANKS_PASS_ON,
            Permission.CALENDAR_MANAGE,
            Permission.PLACE_MANAGE,
            Permission.OFFICE_PHONE_KEEP,
            Permission.ROUND_READ,
            Permission.ROUND_RUN,
            Permission.ROUND_PUBLISH,
            Permission.PACK_MAKE,
            Permission.LINK_MAKE,
            Permission.INVITATION_CONFIRM,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        _OWN | {Permission.ACCOUNT_MANAGE, Permission.INVITATION_CONFIRM, Permission.AUDIT_READ}
    ),
    Role.AUDITOR: frozenset(
        _OWN
        | {
            Permission.NEED_BROWSE,
            Permission.ROUND_READ,
            Permission.INVITATION_CONFIRM,
            Permission.AUDIT_READ,
        }
    ),
}

PUBLIC = "public"

View = Callable[..., Any]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let a view run only for signed-in users granted ``permission``; others get 401 or 403.

    If the database is away, nobody can be known as signed in, and the answer is 503.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                if is_away():  # the visitor may be signed in: nobody can tell
                    raise ServiceUnavailable
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if not has_permission(current_user.role, permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def get_access(view: View) -> Permission | str:
    """Return what a visitor needs to open a view: a permission, or ``PUBLIC``."""
    access: Permission | str = view.access  # type: ignore[attr-defined]
    return access


def public(view: View) -> View:
    """Mark a view as open to everyone, on purpose."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def has_permission(role: Role, permission: Permission) -> bool:
    """Return whether the table grants ``permission`` to ``role``."""
    return permission in GRANTS[role]


def may_open(endpoint: str) -> bool:
    """Return whether this installation has the page and the current visitor may open it."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return False
    access = get_access(view)
    if not isinstance(access, Permission):
        return access == PUBLIC
    return current_user.is_authenticated and has_permission(current_user.role, access)
