"""Why a need is met or not, with numbers for the office; ``grounds.py`` says it to residents."""

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.kinds import get_rules
from matchmaker.models import NeedOutcome
from matchmaker.rounds.outcome_numbers import OutcomeNumbers, read_numbers
from matchmaker.rounds.words.grounds import find_policy
from matchmaker.rounds.words.policies import name_stage
from matchmaker.rounds.words.rules import FIRST_POLICY
from matchmaker.words.quantities import format_quantity
from matchmaker.words.scope import join_sentences


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
        "left_at_home": _("Home had its turn"),
        "taken_back_at_home": _("Home lost its turn"),
        "promise_revoked": _("Found, then revoked"),
        "undecided": _("Not decided in time"),
    }
    return names.get(code, code)


def name_filter(code: str) -> str:
    """What an offer must fulfil to serve a need, for each of the optimizer's filters."""
    names = {
        "category": _("category"),
        "area": _("neighbourhood"),
        "status": _("status"),
        "skill": _("skill"),
        "slot": _("time"),
        "forbidden": _("forbids"),
    }
    return names.get(code, code)


_FILTERS = ("category", "area", "status", "skill", "slot", "forbidden")
_TICKET_DIGITS = 12  # enough to compare by eye


def explain_outcome_to_staff(outcome: NeedOutcome) -> str:
    """What was found for a need, or why nothing was, with numbers for the office."""
    numbers = read_numbers(outcome)
    if outcome.is_met:
        unit = outcome.need.category.unit
        given, asked = count_received(outcome), numbers.asked
        return _(
            "Met: %(given)s given, %(asked)s asked.",
            given=format_quantity(given, unit),
            asked=format_quantity(asked, unit),
        )
    describe = _STAFF_GROUNDS.get(outcome.ground, _describe_undecided)
    return describe(numbers, find_policy(outcome))


def count_received(outcome: NeedOutcome) -> int:
    """Return what a need received, in units of its category: a visit by two people is one visit."""
    need, received = outcome.need, outcome.received_units
    is_visit = get_rules(need.category.kind).has_volunteers
    return min(received, need.quantity) if is_visit else received


def _describe_no_offer(numbers: OutcomeNumbers, _policy: str) -> str:
    filters, nearest = numbers.filters, numbers.nearest
    said = [_("No open offer fits this need.")]
    left = [f"{name_filter(name)} {filters[name]}" for name in _FILTERS if name in filters]
    if left:
        said.append(_("Offers left after each check: %(left)s.", left=_(", ").join(left)))
    if nearest:
        offer, check = _name_offer(nearest.stock), name_filter(nearest.filter)
        said.append(_("The nearest, %(offer)s, failed at: %(filter)s.", offer=offer, filter=check))
    return join_sentences(said)


def _name_offer(stock: str) -> str:
    """Name an offer by its organisation's code, with which its name in the frozen month begins."""
    return _("an offer of organisation %(code)s", code=stock.partition("/")[0])


def _describe_forbidden(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("A forbid of this round excludes everything that could meet this need.")


def _describe_time_conflict(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("It could be met, but other visits to this resident hold every slot that would do.")


def _describe_outranked(numbers: OutcomeNumbers, policy: str) -> str:
    said = [_("The places went to needs that come first by the published order.")]
    if numbers.stage:
        stage = name_stage(numbers.stage, policy)
        said.append(_("The deciding aim is “%(stage)s”.", stage=stage))
    if numbers.ahead:
        said.append(_say_holders(numbers.ahead, policy))
    names = {
        "duty": _("due visits"),
        "more_urgent": _("more urgent"),
        "less_urgent": _("less urgent"),
        "waited_longer": _("waiting longer"),
        "waited_or_lost": _("waiting longer, or as long with a lost promise"),
        "waited_less": _("waiting less"),
        "waited_less_or_kept": _("waiting less, or as long without a lost promise"),
        "other": _("decided by a later aim"),
    }
    reasons = numbers.ahead_by
    groups = [f"{word} {reasons[code]}" for code, word in names.items() if code in reasons]
    sentence = join_sentences(said)
    if not groups:
        return sentence
    return _("%(sentence)s (%(groups)s)", sentence=sentence, groups=_(", ").join(groups))


def _say_holders(ahead: int, policy: str) -> str:
    """How many people hold the places, or homes under a policy that serves homes."""
    if policy == FIRST_POLICY:
        return ngettext(
            "%(num)s person holds the places.", "%(num)s people hold the places.", ahead
        )
    return ngettext("%(num)s home holds the places.", "%(num)s homes hold the places.", ahead)


def _describe_lottery(numbers: OutcomeNumbers, _policy: str) -> str:
    own = _shorten(numbers.ticket, numbers.cut_off)
    if numbers.home_ticket:
        said = _(
            "Equal up to the draw, which decided. Ticket of the home %(ticket)s, last "
            "one drawn %(cut)s.",
            **_shorten(numbers.home_ticket, numbers.home_cut_off),
        )
        if numbers.ticket:
            more = _("Ticket of the need %(ticket)s, last one drawn %(cut)s.", **own)
            said = join_sentences([said, more])
        return said
    if not numbers.ticket:
        return _("Equal in every stage; the published lottery decided.")
    return _(
        "Equal in every stage; the lottery decided. Ticket %(ticket)s, last one drawn %(cut)s.",
        **own,
    )


def _shorten(ticket: str, cut_off: str) -> dict[str, str]:
    return {"ticket": ticket[:_TICKET_DIGITS], "cut": (cut_off or "–")[:_TICKET_DIGITS]}


def _describe_declined(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("Everything that could meet this need was declined before, so it was not planned.")


def _describe_left(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("Joined with other requests of the home; the units went to those that come before it.")


def _describe_taken_back(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _(
        "Joined with other requests of the home; the units went to one of them that was lost "
        "since: it was withdrawn, or its promise revoked."
    )


def _describe_revoked(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("It was met, but the promise could not be kept and was revoked.")


def _describe_undecided(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("The time limit came before the ground was known.")


_STAFF_GROUNDS = {
    "no_eligible_offer": _describe_no_offer,
    "forbidden": _describe_forbidden,
    "time_conflict": _describe_time_conflict,
    "outranked": _describe_outranked,
    "lost_lottery": _describe_lottery,
    "declined_before": _describe_declined,
    "left_at_home": _describe_left,
    "taken_back_at_home": _describe_taken_back,
    "promise_revoked": _describe_revoked,
    "undecided": _describe_undecided,
}
