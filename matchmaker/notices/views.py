"""What pages show of notices: how many are new, and the page that each one leads to."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import g, url_for
from flask_login import current_user

from matchmaker.base.database import is_away
from matchmaker.models import Notice
from matchmaker.notices.service import count_new
from matchmaker.web.permissions import may_open

_Values = Callable[[Any], dict[str, Any]]


def _no_values(_thing: Any) -> dict[str, Any]:
    return {}


def _by_month(row: Any) -> dict[str, Any]:
    return {"month": f"{row.month:%Y-%m}"}


def _by_need(need: Any) -> dict[str, Any]:
    return {"need_id": need.id}


def _by_asked_need(row: Any) -> dict[str, Any]:
    return {"need_id": row.need_id}


# Keyed by table: the pages that show the row, with the values of their address. A notice leads to
# the first page that the reader may open and whose values are all known.
_PAGES: Mapping[str, tuple[tuple[str, _Values], ...]] = {
    "need": (("needs.follow", _by_need), ("needs.show", _by_need)),
    "referral": (("needs.follow", _by_asked_need), ("needs.show", _by_asked_need)),
    "follow_up": (("needs.follow", _by_asked_need), ("needs.show", _by_asked_need)),
    "promise": (
        ("needs.follow", _by_asked_need),
        ("assignments.questions", _no_values),
        ("assignments.promise", lambda row: {"promise_id": row.id}),
        ("assignments.visits", lambda row: _by_month(row.run.match_round)),
    ),
    "thanks": (("assignments.received_thanks", _no_values),),
    "pairing": (("assignments.given", _no_values), ("assignments.visits", _no_values)),
    "match_round": (
        ("rounds.show", lambda row: {"month": row.month}),
        ("needs.paper_index", _no_values),
        ("assignments.given", _by_month),
        ("assignments.visits", _by_month),
        ("needs.answers", lambda row: {"month": row.month}),
    ),
    "round_run": (
        ("rounds.review", lambda row: {"month": row.match_round.month, "number": row.number}),
    ),
    "round_repair": (("rounds.places", lambda row: {"month": row.run.match_round.month}),),
    "month_pack": (("packs.index", _no_values),),
    "offer": (("offers.show", lambda row: {"offer_id": row.id}),),
    "organisation": (("organisations.own", _no_values),),
    "recipient_status": (("residents.own_contact", _no_values),),
    "resident": (
        ("residents.show", lambda row: {"resident_id": row.id}),
        ("residents.own_contact", _no_values),
    ),
    "volunteer": (
        ("volunteers.show", lambda row: {"volunteer_id": row.id}),
        ("volunteers.own_away", _no_values),
    ),
    "user_account": (),
    "invitation": (("accounts.invited", _no_values),),
}


def find_notice_url(notice: Notice, thing: Any) -> str | None:
    """The address of the page of a notice's thing; None if the reader may open none."""
    if thing is None:
        return None
    for endpoint, get_values in _PAGES[notice.subject_type]:
        if may_open(endpoint) and None not in (values := get_values(thing)).values():
            return url_for(endpoint, **values)
    return None


def count_new_here() -> int:
    """How many new notices the user has; 0 if nobody is signed in or the database has failed."""
    if is_away() or not current_user.is_authenticated:
        return 0
    if "new_notices" not in g:
        g.new_notices = count_new(current_user)
    return int(g.new_notices)
