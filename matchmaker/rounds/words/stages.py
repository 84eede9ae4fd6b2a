"""The stages of a run in words: what each aims at, what it reached, and how that is proved."""

import re
from collections.abc import Mapping

from flask_babel import gettext as _

from matchmaker.rounds.solve.figures import StageFigures

_PAIR = re.compile(r"(\w+)=(\w+)")


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


def describe_key(key: str, names: Mapping[str, str]) -> str:
    """The class that a stage's aim is about, ``tier=1,waiting=5`` in words; empty for everybody.

    ``names`` maps category codes to names in the reader's language.
    """
    words = {
        "tier": _("urgency %(value)s"),
        "waiting": _("waiting %(value)s months"),
        "category": _("category %(value)s"),
    }
    parts = [
        words.get(name, "%(value)s") % {"value": names.get(value, value)}
        for name, value in _PAIR.findall(key)
    ]
    return _(", ").join(parts) or key


def describe_value(stage: StageFigures) -> str:
    """What the stage reached: a number, or the results of its first and last group."""
    if stage.first is not None and stage.last is not None:
        first, last = stage.first, stage.last
        return _(
            "%(first)s … %(last)s",
            first=f"{first.numerator}/{first.denominator} ({first.group})",
            last=f"{last.numerator}/{last.denominator} ({last.group})",
        )
    return "–" if stage.value is None else str(stage.value)


def describe_bound(stage: StageFigures) -> str:
    """The proved bound of a stage, or a dash without one."""
    return "–" if stage.bound is None else str(stage.bound)


def describe_proof(proof: str) -> str:
    """How the value is known to be the best one."""
    words = {
        "dual": _("proved by a bound"),
        "farkas": _("proved: the next level is impossible"),
        "residual": _("proved: no exchange would improve it"),
        "search": _("proved by complete search"),
        "gap": _("not proved"),
    }
    return words.get(proof, proof)
