"""Codes to sentences: grounds, stages, readiness, and what the services of a round refuse."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.models import NeedOutcome


def explain_outcome(outcome: NeedOutcome) -> str:
    """What was found for a need, or why nothing, in plain words for the resident."""
    sentences = {
        "met": _("Help was found for you this month."),
        "no_eligible_offer": _(
            "This month nobody offered what you need at a time and place that suit you."
        ),
        "forbidden": _("The office could not arrange this help this month. Please ask the office."),
        "time_conflict": _(
            "Help was there, but only at times when other help is already coming to you."
        ),
        "outranked": _(
            "There was not enough of this help for everyone. It went to people whose need is more "
            "urgent or who have waited longer."
        ),
        "lost_lottery": _(
            "There was not enough of this help for everyone with the same right to it, so lots "
            "were drawn. Yours was not drawn this time."
        ),
        "undecided": _("There was not enough of this help for everyone this month."),
        "declined_before": _("You declined this help a short time ago, so it was not planned."),
    }
    return sentences.get(outcome.ground, sentences["undecided"])


def explain_next(outcome: NeedOutcome) -> str:
    """What happens now, for the resident."""
    if outcome.is_met:
        return _("The organisation will now confirm. You need do nothing.")
    return _(
        "Your need stays open. Waiting counts: next month you come before those who ask for the "
        "first time."
    )


def explain_outcome_to_staff(outcome: NeedOutcome) -> str:
    """The same with its numbers, for the office."""
    numbers = outcome.numbers
    if outcome.is_met:
        return _(
            "Met: %(units)s of %(asked)s asked.", units=numbers["units"], asked=numbers["asked"]
        )
    describe = _STAFF_GROUNDS.get(outcome.ground, _describe_undecided)
    return describe(numbers)


def _describe_no_offer(numbers: dict[str, Any]) -> str:
    filters = numbers.get("filters", {})
    if not filters:
        return _("No open offer fits this need.")
    names = {
        "category": _("category"),
        "area": _("neighbourhood"),
        "status": _("status"),
        "skill": _("skill"),
        "slot": _("time"),
        "forbidden": _("forbids"),
    }
    left = [f"{names.get(name, name)} {count}" for name, count in filters.items()]
    return _(
        "No open offer fits this need. Offers left after each check: %(left)s.",
        left=", ".join(left),
    )


def _describe_forbidden(_numbers: dict[str, Any]) -> str:
    return _("A forbid of this round excludes everything that could meet this need.")


def _describe_time_conflict(_numbers: dict[str, Any]) -> str:
    return _("It could be met, but other visits to this resident hold every slot that would do.")


def _describe_outranked(numbers: dict[str, Any]) -> str:
    stage = numbers.get("stage", "")
    if not stage:
        return _("The places went to needs that come first by the published order.")
    sentence = _(
        "The places went to needs that come first; the deciding stage is “%(stage)s”.",
        stage=name_stage(stage),
    )
    ahead = numbers.get("ahead")
    if not ahead:
        return sentence
    return (
        sentence + " " + ngettext("%(num)s person came first.", "%(num)s people came first.", ahead)
    )


def _describe_lottery(numbers: dict[str, Any]) -> str:
    if "ticket" not in numbers:
        return _("Equal in every stage; the published lottery decided.")
    return _(
        "Equal in every stage; the lottery decided. Ticket %(ticket)s, last one drawn %(cut)s.",
        ticket=str(numbers["ticket"])[:12],
        cut=str(numbers.get("cut_off", "–"))[:12],
    )


def _describe_declined(numbers: dict[str, Any]) -> str:
    return _("Declined before; not planned again until %(until)s.", until=numbers.get("until", "–"))


def _describe_undecided(_numbers: dict[str, Any]) -> str:
    return _("The time limit came before the ground was known.")


_STAFF_GROUNDS = {
    "no_eligible_offer": _describe_no_offer,
    "forbidden": _describe_forbidden,
    "time_conflict": _describe_time_conflict,
    "outranked": _describe_outranked,
    "lost_lottery": _describe_lottery,
    "declined_before": _describe_declined,
    "undecided": _describe_undecided,
}


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


def name_stage(code: str) -> str:
    """A stage of the policy in a few words."""
    names = {
        "duties": _("Promises first"),
        "urgency": _("The most urgent first"),
        "waiting": _("Those who wait longest"),
        "neighbourhoods": _("No neighbourhood left behind"),
        "people": _("More people before more help for one"),
        "points": _("The most help"),
        "fullness": _("As full as possible"),
        "burden": _("A fair share for those who give"),
        "kindness": _("The kindness of detail"),
        "lottery": _("The public lottery"),
    }
    return names.get(code, code)
