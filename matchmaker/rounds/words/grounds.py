"""Why nothing was found, for the resident: a list of claims, and a sentence for each.

A claim says no more than the numbers of the run; a test recomputes each claim from the snapshot.
Others are counted and never named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matchmaker.models import NeedOutcome, RunStatus
from matchmaker.rounds.outcome_numbers import OutcomeNumbers, read_numbers
from matchmaker.rounds.solve.figures import find_figures
from matchmaker.rounds.words.policies import find_rule, split_stage
from matchmaker.rounds.words.rules import FIRST_POLICY
from matchmaker.words.scope import join_sentences
from optimizer.report import ARITHMETIC


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is said of an outcome.

    counts   how many other needs hold what would have suited, by the reason why they came first;
             only for the code ``held``
    stage    the code of the stage that decided; only for the code ``stage``
    """

    code: str
    counts: Mapping[str, int] = field(default_factory=dict)
    stage: str = ""


# In the order in which holders are named; each is the first fact in which a holder differs.
HOLDERS = (
    *("duty", "more_urgent", "waited_longer", "waited_or_lost", "other"),
    *("waited_less", "waited_less_or_kept", "less_urgent"),
)
_OF_SHARES = ("shares", "odd-units")  # the stages that say how much each home gets
_PLAIN = frozenset(
    {
        "forbidden",
        "time_conflict",
        "left_at_home",
        "taken_back_at_home",
        "promise_revoked",
        "declined_before",
    }
)


def find_policy(outcome: NeedOutcome) -> str:
    """The policy of the month of an outcome; the first policy for an outcome without a run."""
    return outcome.run.match_round.policy if outcome.run else FIRST_POLICY


def list_claims(outcome: NeedOutcome) -> list[Claim]:
    """What is said of an outcome, in the order in which it is read."""
    numbers, ground = read_numbers(outcome), outcome.ground
    is_first = find_policy(outcome) == FIRST_POLICY
    if ground == "met":
        return _claim_help(outcome, numbers, is_first)
    if ground == "no_eligible_offer":
        return [Claim(_find_failure(numbers))]
    if ground == "outranked":
        return _claim_order(outcome, numbers)
    if ground == "lost_lottery":
        return [Claim("drawn" if is_first else "drawn_by_home")]
    return [Claim(ground if ground in _PLAIN else "undecided")]


def _claim_help(outcome: NeedOutcome, numbers: OutcomeNumbers, is_first: bool) -> list[Claim]:
    if is_first or numbers.units >= numbers.asked:
        return [Claim("met")]
    return [Claim("met"), Claim("shared" if _are_shares_proved(outcome) else "less")]


def _are_shares_proved(outcome: NeedOutcome) -> bool:
    """Whether it is proved that the outcome's run divided as evenly as possible."""
    figures = find_figures(outcome.run)
    stages = [] if figures is None else [row for row in figures.stages if row.name in _OF_SHARES]
    return all(row.proof in ARITHMETIC for row in stages)


def _find_failure(numbers: OutcomeNumbers) -> str:
    """The code of the check that the last offers of this kind failed."""
    if numbers.nearest:
        if numbers.nearest.filter == "skill" and numbers.nearest.person is None:
            return "nobody_there"
        return _FAILURES.get(numbers.nearest.filter, "no_fitting")
    if not numbers.filters:
        return "no_fitting"  # not recorded why they did not fit
    return "too_few" if numbers.filters.get("forbidden") else "not_offered"


_FAILURES = {
    "category": "not_offered",
    "area": "elsewhere",
    "status": "kept_for_others",
    "skill": "no_certificate",
    "slot": "other_times",
}


def _claim_order(outcome: NeedOutcome, numbers: OutcomeNumbers) -> list[Claim]:
    counts = {code: numbers.ahead_by[code] for code in HOLDERS if numbers.ahead_by.get(code)}
    claims = [Claim("held", counts)] if counts else []
    if "less_urgent" in counts and _is_order_proved(outcome):
        claims.append(Claim("no_room"))
    if numbers.stage and set(counts) != {"more_urgent"}:  # more urgent alone says enough
        claims.append(Claim("stage", stage=numbers.stage))
    return claims or [Claim("by_order")]


def _is_order_proved(outcome: NeedOutcome) -> bool:
    """Whether it is proved that the more urgent came first, without any pin or forbid.

    If so, what less urgent needs hold would not do for this need: giving it to this need would have
    met one more need of an urgency that comes first.
    """
    run = outcome.run
    return bool(run and run.is_plain and run.status is RunStatus.PROVEN)


# The sentences.

_SENTENCES = {
    "met": _l("Good news: help was found for you this month."),
    "less": _l("It is less than you asked for."),
    "shared": _l(
        "It is less than you asked for, because there was too little: the homes served share it "
        "equally, and what does not come out even goes by the draw."
    ),
    "forbidden": _l(
        "We are sorry: the office could not arrange this help this month. Please ask the office."
    ),
    "time_conflict": _l(
        "We are sorry: this help was there, but only at times when other help is "
        "already coming to you."
    ),
    "no_room": _l("Even without the less urgent ones, yours could not have been met."),
    "by_order": _l(
        "We are sorry: there was not enough of this help for everyone this month. It "
        "went to people who come first by the published order."
    ),
    "drawn": _l(
        "We are sorry: several people had an equal claim and there was not enough for "
        "all, so lots were drawn. Yours was not drawn this time."
    ),
    "drawn_by_home": _l(
        "We are sorry: several homes had an equal claim and there was not enough for "
        "all, so lots were drawn, one ticket for each home. Yours was not drawn this "
        "time."
    ),
    "undecided": _l(
        "We are sorry: nothing was found for you this month, and the time ended before "
        "it was known why. Please ask the office."
    ),
    "left_at_home": _l(
        "Your home asked for this kind of help more than once. There was not enough for all of it; "
        "what came is under your home's other request."
    ),
    "taken_back_at_home": _l(
        "Your home asked for this kind of help more than once. There was not enough for all of it; "
        "what was found was for your home's other request, and it does not come after all."
    ),
    "promise_revoked": _l(
        "Help was found for you this month, but it cannot come after all. This is not your fault."
    ),
    "declined_before": _l("You declined this help a short time ago, so it was not planned."),
    "not_offered": _l("We are sorry: this month nobody offered this kind of help."),
    "elsewhere": _l(
        "We are sorry: this kind of help was offered this month, but not in your neighbourhood."
    ),
    "kept_for_others": _l(
        "We are sorry: this kind of help was kept for certain people this month, so we "
        "could not arrange it for you."
    ),
    "no_certificate": _l(
        "We are sorry: this kind of help was offered this month, but by nobody with "
        "the certificate it needs."
    ),
    "nobody_there": _l(
        "We are sorry: this kind of help was offered, but this month nobody was there "
        "who could have come."
    ),
    "other_times": _l(
        "We are sorry: this kind of help was offered this month, but at none of the "
        "times we have down for you."
    ),
    "too_few": _l(
        "We are sorry: this kind of help was offered this month, but too little of it: "
        "too few people at one time, or less than is of use to you."
    ),
    "no_fitting": _l(
        "We are sorry: this month nobody offered what you need at a time and place that suit you."
    ),
}


def say_claim(claim: Claim, policy: str) -> str:
    """Say a claim in a sentence, in the reader's language."""
    if claim.code == "held":
        return _say_held(claim.counts)
    if claim.code == "stage":
        return _say_stage(claim.stage, policy)
    return str(_SENTENCES[claim.code])


def explain_outcome(outcome: NeedOutcome) -> str:
    """What was found for a need, or why nothing was, in plain words for the resident."""
    policy = find_policy(outcome)
    return join_sentences(say_claim(claim, policy) for claim in list_claims(outcome))


def _say_held(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    if set(counts) == {"more_urgent"}:
        return ngettext(
            "We are sorry: there was not enough of this help for everyone this month, so "
            "yours could not be met. %(num)s request went first, more urgent than yours.",
            "We are sorry: there was not enough of this help for everyone this month, so "
            "yours could not be met. %(num)s requests went first, all more urgent than "
            "yours.",
            total,
        )
    went = ngettext(
        "We are sorry: there was not enough of this help for everyone this month, so "
        "yours could not be met. %(num)s request went first",
        "We are sorry: there was not enough of this help for everyone this month, so "
        "yours could not be met. %(num)s requests went first",
        total,
    )
    groups = _("; ").join(_HOLDERS[code](number) for code, number in counts.items())
    return _("%(went)s: %(groups)s.", went=went, groups=groups)


_HOLDERS: Mapping[str, Callable[[int], str]] = {
    "duty": lambda n: ngettext(
        "%(num)s was promised earlier and is still going on",
        "%(num)s were promised earlier and are still going on",
        n,
    ),
    "more_urgent": lambda n: ngettext(
        "%(num)s was more urgent than yours", "%(num)s were more urgent than yours", n
    ),
    "waited_longer": lambda n: ngettext(
        "%(num)s was as urgent as yours and had waited longer",
        "%(num)s were as urgent as yours and had waited longer",
        n,
    ),
    "waited_or_lost": lambda n: ngettext(
        "%(num)s was as urgent as yours and had waited longer, or as long with a promise that was "
        "not kept",
        "%(num)s were as urgent as yours and had waited longer, or as long with a promise that was "
        "not kept",
        n,
    ),
    "other": lambda n: ngettext(
        "%(num)s was as urgent as yours and had waited as long",
        "%(num)s were as urgent as yours and had waited as long",
        n,
    ),
    "waited_less": lambda n: ngettext(
        "%(num)s was as urgent as yours and had waited less",
        "%(num)s were as urgent as yours and had waited less",
        n,
    ),
    "waited_less_or_kept": lambda n: ngettext(
        "%(num)s was as urgent as yours and had waited less, or as long without a broken promise",
        "%(num)s were as urgent as yours and had waited less, or as long without a broken promise",
        n,
    ),
    "less_urgent": lambda n: ngettext(
        "%(num)s was less urgent than yours", "%(num)s were less urgent than yours", n
    ),
}

_URGENCIES = {
    1: _l("with people in danger"),
    2: _l("with people who cannot wait long"),
    3: _l("with people who can wait their turn"),
}


def _say_stage(stage: str, policy: str) -> str:
    """Say what help for this need would have cost at the aim that decided."""
    _name, tier = split_stage(stage, policy)
    rule = find_rule(stage, policy)
    if rule is None or not rule.behind:
        return _("The published order decided.")
    return str(rule.behind) % {"urgency": _URGENCIES.get(tier, "")}
