"""What is proved about a run, in the same words on every page and in what persons accept.

The words follow the verdict that is stored with the run.
"""

from collections.abc import Mapping
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.models import RoundRun
from matchmaker.rounds.solve.verdicts import NOT_KNOWN, find_verdict
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.policies import name_stage
from matchmaker.rounds.words.stages import describe_key
from matchmaker.words.quantities import is_small
from matchmaker.words.tones import Tone
from optimizer.report import Ruling, Unproved, Verdict

_TONES: Mapping[Ruling, Tone] = {
    Ruling.PROVED: "good",
    Ruling.EXCEPT: "warning",
    Ruling.FEASIBLE: "warning",
}


def name_verdict(run: RoundRun) -> str:
    """The verdict on a run in a few words, for tables and badges."""
    verdict = find_verdict(run)
    if verdict is None:
        return _("not passed") if run.findings else NOT_KNOWN
    if verdict.ruling is Ruling.PROVED:
        return _("proved best")
    if verdict.ruling is Ruling.EXCEPT:
        return ngettext(
            "proved best except %(num)s aim",
            "proved best except %(num)s aims",
            len(verdict.unproved),
        )
    if verdict.ruling is Ruling.FEASIBLE:
        return _("valid, not proved best")
    if verdict.ruling is Ruling.NO_ANSWER:
        return _("no answer, proved") if verdict.is_settled else _("no answer, not proved")
    return _("not passed")


def get_verdict_tone(run: RoundRun) -> Tone:
    """The tone in which the verdict is shown; bad without one."""
    verdict = find_verdict(run)
    return "bad" if verdict is None else _TONES.get(verdict.ruling, "bad")


def describe_verdict(verdict: Verdict) -> str:
    """The verdict in a sentence that claims no more than the checker replayed."""
    count, proved = verdict.results, verdict.outright
    if verdict.ruling is Ruling.PROVED:
        return _(
            "Proved: each of the %(count)s aims is reached as far as the published order allows. "
            "The check counted every rule again and replayed every proof in whole numbers.",
            count=count,
        )
    if verdict.ruling is Ruling.EXCEPT:
        return ngettext(
            "Every rule holds. Proved best except for the %(num)s aim named here: all others are "
            "proved if this is the best.",
            "Every rule holds. Proved best except for the %(num)s aims named here: all others are "
            "proved if these are the best.",
            len(verdict.unproved),
        )
    if verdict.ruling is Ruling.FEASIBLE and proved:
        return _(
            "Valid, not proved best: every rule holds. Aims that are proved: %(proved)s of "
            "%(count)s. The others are named here.",
            proved=proved,
            count=count,
        )
    if verdict.ruling is Ruling.FEASIBLE:
        return _("Valid, but nothing is proved best: the check only found that every rule holds.")
    return _describe_none(verdict)


def _describe_none(verdict: Verdict) -> str:
    if verdict.ruling is not Ruling.NO_ANSWER:
        return _("The result did not pass the independent check and was set aside.")
    if verdict.is_settled:
        return _("There is no answer: it is proved that nothing keeps every rule.")
    return _("No answer was found. It is not proved that there is none.")


def describe_unproved(row: Unproved, names: Names, policy: str, *, is_public: bool = False) -> str:
    """What an aim that is not proved reaches, and the bound that is proved for it.

    ``is_public``: leaves out which committee, organisation or need it is about and, if a number is
    small, also its class and its numbers.
    """
    aim = name_stage(row.stage, policy)
    if is_public and _is_small(row):
        return _("%(aim)s: not proved best; numbers of one to four are not shown", aim=aim)
    if key := describe_key(row.key, names, policy):
        aim = _("%(aim)s (%(key)s)", aim=aim, key=key)
    if row.of in ("tickets", "needs"):
        return _describe_settled(row, aim)
    if row.of in ("rank", "count"):
        aim = _("%(aim)s, at the level %(part)s", aim=aim, part=row.group)
    elif row.group and not is_public:
        aim = _("%(aim)s, %(group)s", aim=aim, group=names.name_group(row.group))
    return _describe_gap(row, aim, names)


def _describe_gap(row: Unproved, aim: str, names: Names) -> str:
    value, bound = (names.say_number(text, row.key) for text in (row.value, row.bound))
    numbers = {"aim": aim, "value": value, "bound": bound}
    gap = _find_gap(row)
    if gap == 0:
        return _("%(aim)s: %(value)s reached, as the proved bound; the rest is open", **numbers)
    if gap is None:
        return _("%(aim)s: %(value)s reached, %(bound)s is the proved bound", **numbers)
    return _(
        "%(aim)s: %(value)s reached, %(bound)s is the proved bound, the gap is %(gap)s at most",
        **numbers,
        gap=names.say_number(str(gap), row.key),
    )


def _is_small(row: Unproved) -> bool:
    """Whether a number of the row could identify a person. A share of a committee could not."""
    return any(text.isdecimal() and is_small(int(text)) for text in (row.value, row.bound))


def _find_gap(row: Unproved) -> Fraction | None:
    """The distance between value and bound; None if one of them is not known."""
    try:
        return abs(Fraction(row.bound) - Fraction(row.value))
    except ValueError:
        return None


def describe_acceptance(verdict: Verdict, names: Names, policy: str) -> str:
    """What both persons accept before an unproved month is published: a line for each aim."""
    rows = [describe_unproved(row, names, policy) for row in verdict.unproved]
    if not rows:
        return _("I know that this month is valid, but nothing of it is proved best.")
    head = _("I know that this month is valid, but not proved best. Still open:")
    return "\n".join([head, *(f"– {row}" for row in rows)])


def _describe_settled(row: Unproved, aim: str) -> str:
    """How many tickets or needs are known to be settled by the results before."""
    numbers = {"aim": aim, "settled": row.value}
    if row.of == "tickets":
        return _(
            "%(aim)s: the draw of %(settled)s of %(tickets)s tickets is proved",
            **numbers,
            tickets=row.bound,
        )
    return _(
        "%(aim)s: of %(needs)s needs, it is proved for %(settled)s whether they are still open",
        **numbers,
        needs=row.bound,
    )
