"""Why a need is met or not, with the numbers that the office may check."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.models import NeedOutcome
from matchmaker.rounds.messages import name_filter
from matchmaker.rounds.stage_words import name_stage

_FILTERS = ("category", "area", "status", "skill", "slot", "forbidden")
_TICKET_DIGITS = 12  # enough to compare by eye


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
    sentence = _("No open offer fits this need.")
    left = [f"{name_filter(name)} {filters[name]}" for name in _FILTERS if name in filters]
    if left:
        sentence += " " + _("Offers left after each check: %(left)s.", left=_(", ").join(left))
    nearest = numbers.get("nearest")
    if nearest:
        sentence += " " + _(
            "The nearest, %(offer)s, failed at: %(filter)s.",
            offer=nearest["stock"],
            filter=name_filter(nearest["filter"]),
        )
    return sentence


def _describe_forbidden(_numbers: dict[str, Any]) -> str:
    return _("A forbid of this round excludes everything that could meet this need.")


def _describe_time_conflict(_numbers: dict[str, Any]) -> str:
    return _("It could be met, but other visits to this resident hold every slot that would do.")


def _describe_outranked(numbers: dict[str, Any]) -> str:
    sentence = _("The places went to needs that come first by the published order.")
    if numbers.get("stage"):
        stage = name_stage(numbers["stage"])
        sentence += " " + _("The deciding aim is “%(stage)s”.", stage=stage)
    ahead = numbers.get("ahead")
    if ahead:
        sentence += " " + ngettext(
            "%(num)s person holds the places.", "%(num)s people hold the places.", ahead
        )
    names = {
        "duty": _("due visits"),
        "more_urgent": _("more urgent"),
        "less_urgent": _("less urgent"),
        "waited_longer": _("waiting longer"),
        "waited_less": _("waiting less"),
        "other": _("decided by a later aim"),
    }
    reasons = numbers.get("ahead_by", {})
    told = [f"{word} {reasons[code]}" for code, word in names.items() if code in reasons]
    return _("%(what)s (%(who)s)", what=sentence, who=_(", ").join(told)) if told else sentence


def _describe_lottery(numbers: dict[str, Any]) -> str:
    if "ticket" not in numbers:
        return _("Equal in every stage; the published lottery decided.")
    return _(
        "Equal in every stage; the lottery decided. Ticket %(ticket)s, last one drawn %(cut)s.",
        ticket=str(numbers["ticket"])[:_TICKET_DIGITS],
        cut=str(numbers.get("cut_off", "–"))[:_TICKET_DIGITS],
    )


def _describe_declined(_numbers: dict[str, Any]) -> str:
    return _("Everything that could meet this need was declined before, so it was not planned.")


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
