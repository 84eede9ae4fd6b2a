"""The headings of the lines of the workbench, what to do about each, and texts to send."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from matchmaker.models import Role
from matchmaker.web.permissions import may_open
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import format_day
from matchmaker.workbench.line import WorkKind
from matchmaker.workbench.lines import CommitteeCounts

_K = WorkKind

_TITLES: Mapping[WorkKind, LazyString] = {
    _K.ANSWERS: _l("Waiting for your yes or no"),
    _K.WITHOUT_DAY: _l("Visits without a day"),
    _K.OTHER_DAY: _l("Asked for another day"),
    _K.WITHOUT_SESSION: _l("Accepted, and no day is fixed"),
    _K.RECIPIENTS: _l("Residents not asked yet whether the help suits"),
    _K.REPORTS: _l("Nobody has said yet whether it took place"),
    _K.FREE_PLACES: _l("Places that became free"),
    _K.PROPOSALS: _l("Somebody else is found: keep it or search again"),
    _K.BEFORE_CLOSE: _l("Still open in a month that is over"),
    _K.CALLS: _l("To ring: does the help suit?"),
    _K.CAME: _l("To ring: did it come, and how was it?"),
    _K.COMING: _l("Agreed, and to come"),
    _K.GIVEN: _l("Help that was given"),
    _K.MISSED: _l("Pairings with visits that were not made"),
    _K.NEEDS: _l("Needs to check"),
    _K.REFERRALS: _l("Handed to other offices, no answer yet"),
    _K.STATUSES: _l("Statuses to verify"),
    _K.REVIEWS: _l("Does it still come back every month?"),
    _K.NEWS: _l("Residents without an account who have news"),
    _K.COMPLAINTS: _l("Complaints to answer"),
    _K.QUESTIONS: _l("Questions to answer"),
    _K.THANKS: _l("Thanks to pass on"),
    _K.OFFERS: _l("Offers to check"),
    _K.OFFERS_RETURNED: _l("Offers that came back to you"),
    _K.ORGANISATIONS: _l("Organisations that want to take part"),
    _K.PROOFS: _l("Volunteers whose proof is over or soon will be"),
    _K.INVITATIONS: _l("Invitations to confirm"),
    _K.NEEDS_RETURNED: _l("Your committee asks you about these"),
    _K.DRAFTS: _l("Begun and not sent"),
}
_OWN_TITLES: Mapping[tuple[Role, WorkKind], LazyString] = {
    (Role.SOCIAL_WORKER, _K.ANSWERS): _l("Givers who have not answered"),
    (Role.SOCIAL_WORKER, _K.NEEDS): _l("Needs that committees have not checked"),
    (Role.SOCIAL_WORKER, _K.REPORTS): _l("Help that nobody reported"),
    (Role.RESIDENT, _K.CALLS): _l("Help is found for you: does it suit?"),
    (Role.RESIDENT, _K.CAME): _l("Did the help come, and how was it?"),
    (Role.RESIDENT, _K.COMING): _l("This help comes to you"),
    (Role.VOLUNTEER, _K.GIVEN): _l("What you gave"),
    (Role.COORDINATOR, _K.GIVEN): _l("What your organisation gave"),
    (Role.VOLUNTEER, _K.COMING): _l("Your next visits"),
}
_IN_COMMITTEES: Mapping[WorkKind, LazyString] = {
    _K.NEEDS: _l("Needs to check"),
    _K.STATUSES: _l("Statuses to verify"),
    _K.REVIEWS: _l("Monthly needs to confirm"),
    _K.RECIPIENTS: _l("Promises to ring about"),
}
# The pages that deal with a whole line, first the preferred one, and the label of the link.
_ACTS: Mapping[WorkKind, tuple[LazyString, Sequence[str]]] = {
    _K.ANSWERS: (_l("Answer them"), ("assignments.given", "assignments.answer_visits")),
    _K.WITHOUT_SESSION: (_l("Fix the days"), ("assignments.sessions",)),
    _K.CALLS: (_l("Ring them"), ("assignments.questions",)),
    _K.CAME: (_l("Ask and write down"), ("assignments.questions",)),
    _K.NEEDS: (_l("Check them"), ("needs.index",)),
    _K.NEWS: (_l("Letters and lists"), ("needs.paper_index",)),
    _K.OFFERS: (_l("Check them"), ("offers.review",)),
    _K.COMPLAINTS: (_l("Answer them"), ("needs.list_follow_ups",)),
    _K.QUESTIONS: (_l("Answer them"), ("needs.list_follow_ups",)),
    _K.THANKS: (_l("Read them"), ("assignments.list_thanks",)),
    _K.INVITATIONS: (_l("Confirm them"), ("accounts.unconfirmed",)),
    _K.COMING: (_l("The month as a list"), ("assignments.given", "assignments.visits")),
}
_OWN_ACTS: Mapping[tuple[Role, WorkKind], tuple[LazyString | str, Sequence[str]]] = {
    (Role.RESIDENT, _K.CALLS): (_l("Say yes or no"), ("assignments.questions",)),
    (Role.RESIDENT, _K.CAME): (_l("Say how it was"), ("assignments.questions",)),
    (Role.SOCIAL_WORKER, _K.NEEDS): ("", ()),
}


def name_line(role: Role, kind: WorkKind) -> str:
    """The heading of a line for a person of the role."""
    return str(_OWN_TITLES.get((role, kind), _TITLES[kind]))


def name_in_committees(kind: WorkKind) -> str:
    """The short heading of a line in the table of the committees."""
    return str(_IN_COMMITTEES[kind])


def find_act(role: Role, kind: WorkKind) -> tuple[str, str] | None:
    """The label and address of the page that deals with all rows of a line.

    It is the first such page that the reader may open. None if there is none, so that each row is
    dealt with on its own page.
    """
    nowhere: tuple[str, Sequence[str]] = ("", ())
    label, endpoints = _OWN_ACTS.get((role, kind), _ACTS.get(kind, nowhere))
    return next(((str(label), url_for(page)) for page in endpoints if may_open(page)), None)


def say_nudge(counts: CommitteeCounts, today: date) -> str:
    """A text to send to a committee: how much of each kind waits there, without naming a person."""
    said = [_say_waiting(kind, number) for kind, number in counts.rows.items()]
    return _(
        "Hello! On %(day)s this waits at %(committee)s: %(list)s. Please look at it before the "
        "list of the month is locked. Thank you!",
        day=format_day(today),
        committee=get_name(counts.committee),
        list=_("; ").join(said),
    )


def _say_waiting(kind: WorkKind, number: int) -> str:
    words: dict[WorkKind, Any] = {
        _K.NEEDS: ngettext("%(num)s need to check", "%(num)s needs to check", number),
        _K.STATUSES: ngettext("%(num)s status to verify", "%(num)s statuses to verify", number),
        _K.REVIEWS: ngettext(
            "%(num)s monthly need to confirm", "%(num)s monthly needs to confirm", number
        ),
        _K.RECIPIENTS: ngettext(
            "%(num)s promise about which to ring", "%(num)s promises about which to ring", number
        ),
    }
    return str(words[kind])
