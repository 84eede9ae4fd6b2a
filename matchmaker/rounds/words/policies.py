"""Find the words of a policy, of its stages and their rules."""

import re
from itertools import takewhile

from flask_babel import gettext as _

from matchmaker.rounds.words.rules import FIRST_POLICY, POLICY_WORDS, PolicyWords, Rule

_TIERED = re.compile(r"(.+)-([123])")  # ``homes-2``: the rule ``homes`` among needs of tier 2


def get_words(policy: str) -> PolicyWords:
    """Return the words of a policy; an unknown policy has those of the first."""
    return POLICY_WORDS.get(policy, POLICY_WORDS[FIRST_POLICY])


def describe_coverage(policy: str) -> str:
    """What the chart of committees counts under the policy."""
    return str(get_words(policy).coverage)


def name_coverage(policy: str) -> str:
    """The title of the chart of committees under the policy."""
    return str(get_words(policy).coverage_title)


def describe_cost(policy: str) -> str:
    """What the rules of the policy cost beside those of the policy before; empty for the first."""
    return str(get_words(policy).cost)


def get_version(policy: str) -> int:
    """The version of a policy, 2 for ``community/2``, as addresses have it."""
    return int(policy.rpartition("/")[2])


def list_earlier(policy: str) -> list[str]:
    """The policies that were published before this one, latest first."""
    return list(takewhile(lambda label: label != policy, POLICY_WORDS))[::-1]


def split_stage(code: str, policy: str) -> tuple[str, int]:
    """Return the rule that a stage follows, and its urgency; 0: it is about every urgency."""
    found = _TIERED.fullmatch(code)
    is_tiered = found is not None and found[1] in get_words(policy).tiered
    return (found[1], int(found[2])) if found and is_tiered else (code, 0)


def find_rule(code: str, policy: str) -> Rule | None:
    """Return the rule of a stage; None for a stage that the policy does not have."""
    words = get_words(policy)
    name, tier = split_stage(code, policy)
    return None if name in words.tiered and not tier else words.rules.get(name)


def name_stage(code: str, policy: str) -> str:
    """A stage of the policy in a few words; a code that the policy does not have stays as it is."""
    rule, (_name, tier) = find_rule(code, policy), split_stage(code, policy)
    if rule is None:
        return code
    if not tier:
        return str(rule.name)
    return _("%(rule)s, urgency %(tier)s", rule=rule.name, tier=tier)


def justify_stage(code: str, policy: str) -> str:
    """Why a resident would accept the stage; empty for a stage that the policy does not have."""
    rule = find_rule(code, policy)
    return str(rule.reason) if rule else ""
