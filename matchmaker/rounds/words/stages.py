"""The stages of a run in words: what each aims at, what it reached, and how that is proved."""

import re
from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.rounds.solve.figures import StageFigures

_PAIR = re.compile(r"(\w+)=(\w+)")


# Each stage of the policy: its name, and why a resident would accept it.
STAGE_WORDS = {
    "duties": (
        _l("Promises first"),
        _l(
            "Visits already promised to people in long-term care pairings are kept, the most at "
            "risk first."
        ),
    ),
    "urgency": (
        _l("The most urgent first"),
        _l(
            "As many as possible of the most urgent needs are met, then of the next. Nobody's "
            "comfort comes before somebody's danger."
        ),
    ),
    "waiting": (
        _l("Those who wait longest"),
        _l(
            "Among equally urgent needs, the one passed over most often comes first. After three "
            "months without an answer a need counts as more urgent, so nothing waits for ever."
        ),
    ),
    "neighbourhoods": (
        _l("No neighbourhood left behind"),
        _l(
            "The neighbourhood whose people are served least is raised as high as it can be, then "
            "the next, and so on. Earlier months count."
        ),
    ),
    "people": (
        _l("More people before more help for one"),
        _l("A first need of one person comes before a second need of another."),
    ),
    "points": (
        _l("The most help"),
        _l(
            "What is left goes where it helps most, by points that are published for each kind of "
            "help."
        ),
    ),
    "fullness": (
        _l("As full as possible"),
        _l(
            "Where part of a quantity is useful, people are given as much of what they asked for "
            "as there is."
        ),
    ),
    "burden": (
        _l("A fair share for those who give"),
        _l(
            "The work is spread: the busiest organisation is asked for as little as possible of "
            "what it pledged, then the next."
        ),
    ),
    "kindness": (
        _l("The kindness of detail"),
        _l("The visitor you know, the skill that fits, the shorter way."),
    ),
    "lottery": (
        _l("The public lottery"),
        _l(
            "Among equals only chance decides. The draw is fixed by a public value announced "
            "before, so nobody can steer it and anyone can repeat it."
        ),
    ),
}


def name_stage(code: str) -> str:
    """A stage of the policy in a few words."""
    return str(STAGE_WORDS[code][0]) if code in STAGE_WORDS else code


def justify_stage(code: str) -> str:
    """Why a resident would accept the stage; empty for one that no policy of the office has."""
    return str(STAGE_WORDS[code][1]) if code in STAGE_WORDS else ""


def describe_key(key: str, names: Mapping[str, str]) -> str:
    """The class of one result of a stage, ``tier=1,waiting=5``, in words; empty for everybody.

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
        "tree": _("proved by a search that the check repeats"),
        "search": _("not proved: the solver searched, and the check cannot repeat it"),
        "gap": _("not proved"),
    }
    return words.get(proof, proof)
