"""Codes to sentences: grounds, stages, readiness, and what the services of a round refuse."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matchmaker.models import NeedOutcome

_PLAIN_GROUNDS = {
    "met": _l("Help was found for you this month."),
    "forbidden": _l("The office could not arrange this help this month. Please ask the office."),
    "time_conflict": _l(
        "Help was there, but only at times when other help is already coming to you."
    ),
    "outranked": _l(
        "There was not enough of this help for everyone. It went to people who come first by the "
        "published order."
    ),
    "lost_lottery": _l(
        "There was not enough of this help for everyone with the same right to it, so lots were "
        "drawn. Yours was not drawn this time."
    ),
    "undecided": _l("There was not enough of this help for everyone this month."),
    "declined_before": _l("You declined this help a short time ago, so it was not planned."),
}


def explain_outcome(outcome: NeedOutcome) -> str:
    """What was found for a need, or why nothing, in plain words for the resident."""
    numbers = outcome.numbers
    if outcome.ground == "outranked" and numbers.get("ahead"):
        return ngettext(
            "There was not enough of this help for everyone. It went to %(num)s person who comes "
            "first by the published order: more urgent, waiting longer, or in a neighbourhood "
            "that was helped less.",
            "There was not enough of this help for everyone. It went to %(num)s people who come "
            "first by the published order: more urgent, waiting longer, or in a neighbourhood "
            "that was helped less.",
            numbers["ahead"],
        )
    if outcome.ground == "no_eligible_offer":
        return _explain_no_offer(numbers)
    return str(_PLAIN_GROUNDS.get(outcome.ground, _PLAIN_GROUNDS["undecided"]))


def _explain_no_offer(numbers: dict[str, Any]) -> str:
    """Where the last offers fell out, in the words of daily life."""
    failed = numbers.get("nearest", {}).get("filter") if "nearest" in numbers else "category"
    sentences = {
        "category": _("This month nobody offered this kind of help."),
        "area": _("This kind of help was offered, but not in your neighbourhood."),
        "status": _("This kind of help was offered, but kept for people in other circumstances."),
        "skill": _("This kind of help was offered, but nobody with the certificate it needs."),
        "slot": _("This kind of help was offered, but at no time that suits you."),
    }
    return sentences.get(failed) or _(
        "This month nobody offered what you need at a time and place that suit you."
    )


def explain_next(outcome: NeedOutcome) -> str:
    """What happens now, for the resident."""
    if outcome.is_met:
        return _("The organisation will now confirm. You need do nothing.")
    return _(
        "Your need stays open. Waiting counts: next month you come before those who ask for the "
        "first time."
    )


def name_ground(code: str) -> str:
    """A ground in a few words, for filters and tables."""
    names = {
        "met": _("Met"),
        "no_eligible_offer": _("No fitting offer"),
        "forbidden": _("Forbidden"),
        "time_conflict": _("Times collide"),
        "outranked": _("Others came first"),
        "lost_lottery": _("Lost the lottery"),
        "declined_before": _("Declined before"),
        "undecided": _("Not decided in time"),
    }
    return names.get(code, code)


def name_filter(code: str) -> str:
    """What an offer is checked for before it may serve a need."""
    names = {
        "category": _("category"),
        "area": _("neighbourhood"),
        "status": _("status"),
        "skill": _("skill"),
        "slot": _("time"),
        "forbidden": _("forbids"),
    }
    return names.get(code, code)
