"""Why a need is met or not: in plain words for residents, with numbers for the office."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matchmaker.models import NeedOutcome
from matchmaker.rounds.outcome_numbers import OutcomeNumbers, read_numbers
from matchmaker.rounds.solve.figures import find_figures
from matchmaker.rounds.words.policies import find_rule, name_stage, split_stage
from matchmaker.rounds.words.rules import FIRST_POLICY
from optimizer.report import ARITHMETIC

# For residents.

_OF_SHARES = ("shares", "odd-units")  # the stages that say how much each home gets
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
    "undecided": _l(
        "Nothing was found for you this month, and the time ended before it was known why. Please "
        "ask the office."
    ),
    "left_at_home": _l(
        "Your home asked for this kind of help more than once. There was not enough for all of it; "
        "what came is under your home's other request."
    ),
    "taken_back_at_home": _l(
        "Your home asked for this kind of help more than once. There was not enough for all of it; "
        "what came was for your home's other request, which was taken back since."
    ),
    "declined_before": _l("You declined this help a short time ago, so it was not planned."),
}


def explain_outcome(outcome: NeedOutcome) -> str:
    """What was found for a need, or why nothing, in plain words for the resident."""
    numbers, policy = read_numbers(outcome), find_policy(outcome)
    if policy != FIRST_POLICY and (sentence := _explain_by_turns(outcome, numbers, policy)):
        return sentence
    if outcome.ground == "outranked" and numbers.ahead:
        return ngettext(
            "There was not enough of this help for everyone. It went to %(num)s person who comes "
            "first by the published order: more urgent, waiting longer, or in a neighbourhood "
            "that was helped less.",
            "There was not enough of this help for everyone. It went to %(num)s people who come "
            "first by the published order: more urgent, waiting longer, or in a neighbourhood "
            "that was helped less.",
            numbers.ahead,
        )
    if outcome.ground == "no_eligible_offer":
        return _explain_no_offer(numbers)
    return str(_PLAIN_GROUNDS.get(outcome.ground, _PLAIN_GROUNDS["undecided"]))


def find_policy(outcome: NeedOutcome) -> str:
    """The policy of the month that an outcome is of."""
    return outcome.run.match_round.policy if outcome.run else FIRST_POLICY


def _explain_by_turns(outcome: NeedOutcome, numbers: OutcomeNumbers, policy: str) -> str:
    """What the rules of homes and turns decided; empty if the first policy says the same."""
    if outcome.ground == "lost_lottery":
        return _(
            "There was not enough of this help for every home with the same right to it, so lots "
            "were drawn, one ticket for each home. Yours was not drawn this time."
        )
    if outcome.ground == "met" and numbers.units < numbers.asked:
        if not _are_shares_proved(outcome):
            return _("Help was found for you this month. It is less than you asked for.")
        return _(
            "Help was found for you this month. It is less than you asked for, because there was "
            "too little: the homes served share it equally, and what does not come out even goes "
            "by the draw."
        )
    if outcome.ground != "outranked":
        return ""
    return " ".join([_say_shortage(numbers.ahead), *_say_rule(outcome, numbers.stage, policy)])


def _are_shares_proved(outcome: NeedOutcome) -> bool:
    """Whether the run that the outcome is of divided as evenly as can be, with proof."""
    figures = find_figures(outcome.run)
    stages = [] if figures is None else [row for row in figures.stages if row.name in _OF_SHARES]
    return all(row.proof in ARITHMETIC for row in stages)


def _say_shortage(ahead: int) -> str:
    if not ahead:
        return _("There was not enough of this help for everyone.")
    return ngettext(
        "There was not enough of this help for everyone: %(num)s home comes first by the "
        "published order.",
        "There was not enough of this help for everyone: %(num)s homes come first by the "
        "published order.",
        ahead,
    )


def _say_rule(outcome: NeedOutcome, stage: str, policy: str) -> list[str]:
    """The urgency and the rule that decided; nothing if that is not proved."""
    urgency = {
        1: _("People in danger come before everybody else."),
        2: _("People who cannot wait long come before those who can."),
    }
    _name, tier = split_stage(stage, policy)
    rule = find_rule(stage, policy)
    sentences = [urgency[tier]] if tier in urgency else []
    if rule and not _is_about_others(outcome, tier):
        sentences.append(str(rule.behind))
    return sentences


def _is_about_others(outcome: NeedOutcome, tier: int) -> bool:
    """Whether danger decided against a need that is none; the order among those does not matter.

    A wait never makes a need one of danger, so what was entered is enough to know.
    """
    return tier == 1 and outcome.need is not None and outcome.need.tier > 1


def _explain_no_offer(numbers: OutcomeNumbers) -> str:
    """Why the last offers did not fit, in everyday words."""
    failed = None  # not recorded why they did not fit
    if numbers.nearest:
        failed = numbers.nearest.filter
    elif numbers.filters:
        failed = "category"
    sentences = {
        "category": _("This month nobody offered this kind of help."),
        "area": _("This kind of help was offered, but not in your neighbourhood."),
        "status": _("This kind of help was offered, but kept for people in other circumstances."),
        "skill": _("This kind of help was offered, but nobody with the certificate it needs."),
        "slot": _("This kind of help was offered, but at no time that suits you."),
    }
    return sentences.get(failed or "") or _(
        "This month nobody offered what you need at a time and place that suit you."
    )


def explain_next(outcome: NeedOutcome) -> str:
    """What happens now, for the resident."""
    if outcome.is_met:
        return _("The organisation will now confirm. You need do nothing.")
    if outcome.ground == "left_at_home":
        return _("Your need stays open. Your home had its turn, so the wait starts again.")
    if find_policy(outcome) != FIRST_POLICY:
        return _(
            "Your need stays open, and this month counts: next month it comes before equally "
            "urgent needs that have waited less."
        )
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
        "left_at_home": _("Home had its turn"),
        "taken_back_at_home": _("Home took its turn back"),
        "undecided": _("Not decided in time"),
    }
    return names.get(code, code)


def name_filter(code: str) -> str:
    """What an offer must fulfil to serve a need, for each filter of the optimizer."""
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
    """What was found for a need, or why nothing, with numbers for the office."""
    numbers = read_numbers(outcome)
    if outcome.is_met:
        return _("Met: %(units)s of %(asked)s asked.", units=numbers.units, asked=numbers.asked)
    describe = _STAFF_GROUNDS.get(outcome.ground, _describe_undecided)
    return describe(numbers, find_policy(outcome))


def _describe_no_offer(numbers: OutcomeNumbers, _policy: str) -> str:
    filters, nearest = numbers.filters, numbers.nearest
    sentence = _("No open offer fits this need.")
    left = [f"{name_filter(name)} {filters[name]}" for name in _FILTERS if name in filters]
    if left:
        sentence += " " + _("Offers left after each check: %(left)s.", left=_(", ").join(left))
    if nearest:
        sentence += " " + _(
            "The nearest, %(offer)s, failed at: %(filter)s.",
            offer=nearest.stock,
            filter=name_filter(nearest.filter),
        )
    return sentence


def _describe_forbidden(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("A forbid of this round excludes everything that could meet this need.")


def _describe_time_conflict(_numbers: OutcomeNumbers, _policy: str) -> str:
    return _("It could be met, but other visits to this resident hold every slot that would do.")


def _describe_outranked(numbers: OutcomeNumbers, policy: str) -> str:
    sentence = _("The places went to needs that come first by the published order.")
    if numbers.stage:
        stage = name_stage(numbers.stage, policy)
        sentence += " " + _("The deciding aim is “%(stage)s”.", stage=stage)
    if numbers.ahead:
        sentence += " " + _say_holders(numbers.ahead, policy)
    names = {
        "duty": _("due visits"),
        "more_urgent": _("more urgent"),
        "less_urgent": _("less urgent"),
        "waited_longer": _("waiting longer"),
        "waited_less": _("waiting less"),
        "other": _("decided by a later aim"),
    }
    reasons = numbers.ahead_by
    groups = [f"{word} {reasons[code]}" for code, word in names.items() if code in reasons]
    if not groups:
        return sentence
    return _("%(sentence)s (%(groups)s)", sentence=sentence, groups=_(", ").join(groups))


def _say_holders(ahead: int, policy: str) -> str:
    """How many hold the places: people, or homes under a policy that serves homes."""
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
            said += " " + _("Ticket of the need %(ticket)s, last one drawn %(cut)s.", **own)
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
        "Joined with other requests of the home; the units went to one of them that was withdrawn "
        "before the publication."
    )


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
    "undecided": _describe_undecided,
}
