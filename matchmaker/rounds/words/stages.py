"""The results of a run's stages in words: what each aims at, what it reached, how it is proved.

It also says what each pin and forbid costs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.models import RoundRun
from matchmaker.rounds.question.asks import list_members
from matchmaker.rounds.solve.figures import StageFigures
from matchmaker.rounds.solve.pins import find_prices
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.policies import find_rule, get_words, name_stage, split_stage
from matchmaker.rounds.words.rules import FIRST_POLICY, Part
from matchmaker.words.labels import name_with
from matchmaker.words.scope import join_sentences
from optimizer.report import ARITHMETIC, GroupChange, PinPrice, StageChange
from optimizer.solution import Level, SolutionStatus

_PAIR = re.compile(r"(\w+)=(\w+)")
NOTHING = "–"


# One result.


def describe_key(key: str, names: Names, policy: str) -> str:
    """The class of one result of a stage, such as ``tier=1,waiting=5``, in words.

    It is empty for a result about everybody. A key that is not of this form stays as it is. Under
    the second policy the urgency is left out, because the stage's name has it.
    """
    pairs = _PAIR.findall(key)
    said = [pair for pair in pairs if policy == FIRST_POLICY or pair[0] != "tier"]
    words = _(", ").join(_describe_pair(name, value, names, policy) for name, value in said)
    return words if pairs else key


def _describe_pair(name: str, value: str, names: Names, policy: str) -> str:
    if name == "waiting" and policy != FIRST_POLICY:
        if value == "0":
            return _("whatever the wait")
        return ngettext(
            "waited %(num)s month or longer", "waited %(num)s months or longer", int(value)
        )
    if name == "lost":
        return ngettext(
            "waited longer than %(num)s month, or as long and lost a promise",
            "waited longer than %(num)s months, or as long and lost a promise",
            int(value),
        )
    if name == "waiting":
        return ngettext("waiting %(num)s month", "waiting %(num)s months", int(value))
    words = {
        "tier": _("urgency %(value)s"),
        "category": _("category %(value)s"),
        "turn": _("turn %(value)s"),
    }
    return words.get(name, "%(value)s") % {"value": names.categories.get(value, value)}


def describe_value(stage: StageFigures, names: Names, policy: str) -> str:
    """What the stage reached: a word if the rule has one, its first and last group, or a number.

    A dash means that it is not known, or that the word is not proved.
    """
    rule = find_rule(stage.name, policy)
    if rule and rule.reached:  # without a proof the word may be untrue
        return str(rule.reached) if stage.proof in ARITHMETIC else NOTHING
    if stage.first is not None and stage.last is not None:
        first, last = (_describe_level(level, names) for level in (stage.first, stage.last))
        return first if first == last else _("%(first)s … %(last)s", first=first, last=last)
    return NOTHING if stage.value is None else names.say_number(str(stage.value), stage.key)


def _describe_level(level: Level, names: Names) -> str:
    return name_with(f"{level.numerator}/{level.denominator}", names.name_group(level.group))


def describe_bound(stage: StageFigures, names: Names) -> str:
    """The proved bound of a stage, or a dash if there is none."""
    return NOTHING if stage.bound is None else names.say_number(str(stage.bound), stage.key)


def describe_proof(proof: str) -> str:
    """How it is known that no value is better, for each kind of proof; or that it is not proved."""
    words = {
        "dual": _("proved by a bound"),
        "farkas": _("proved: the next level is impossible"),
        "residual": _("proved: no exchange would improve it"),
        "tree": _("proved by a search that the check repeats"),
        "search": _("not proved: the solver searched, and the check cannot repeat it"),
        "gap": _("not proved"),
    }
    return words.get(proof, proof)


# The results that answer one question together.


@dataclass(frozen=True, slots=True)
class PartResults:
    """The results of one part of a policy, never empty.

    ``part`` None: the results that are in no part, such as all of a short policy.
    """

    part: Part | None
    stages: tuple[StageFigures, ...]
    policy: str

    @property
    def proved(self) -> int:
        return sum(stage.proof in ARITHMETIC for stage in self.stages)

    @property
    def is_proved(self) -> bool:
        return self.proved == len(self.stages)

    def list_totals(self, names: Names) -> list[tuple[str, str]]:
        """Pair each rule of the part with what it reached in all, in the words of the rule."""
        rules = groupby(self.stages, key=lambda stage: stage.name)
        return [(self._name_rule(code), self._total(list(found), names)) for code, found in rules]

    def _name_rule(self, code: str) -> str:
        """The name of the rule without its urgency, which is in the part's title."""
        rule, tier = split_stage(code, self.policy)
        return (
            str(get_words(self.policy).rules[rule].name) if tier else name_stage(code, self.policy)
        )

    def _total(self, results: Sequence[StageFigures], names: Names) -> str:
        """What a rule reached in all.

        The last result of a rule includes every wait; results of the second, third … turn are
        added.
        """
        turns = {dict(_PAIR.findall(result.key)).get("turn", ""): result for result in results}
        values = [result.value for result in turns.values() if result.value is not None]
        rule = find_rule(results[-1].name, self.policy)
        if rule is None or not values:
            return describe_value(results[-1], names, self.policy)
        return rule.counted(sum(values), str(sum(values)))


def list_parts(stages: Sequence[StageFigures], policy: str) -> Iterator[PartResults]:
    """The results by part, in the order of the policy; results that are in no part come last."""
    rest = tuple(stages)
    for part in get_words(policy).parts:
        found = tuple(stage for stage in rest if stage.name in part.stages)
        rest = tuple(stage for stage in rest if stage.name not in part.stages)
        if found:
            yield PartResults(part, found, policy)
    if rest:
        yield PartResults(None, rest, policy)


def describe_proofs(results: PartResults) -> str:
    """How many results of the part are proved."""
    count = len(results.stages)
    if results.is_proved:
        return ngettext("proved", "all %(num)s proved", count)
    return _("%(proved)s of %(count)s proved", proved=results.proved, count=count)


# What a pin or forbid costs.

MOST_LISTED = 5  # needs in a sentence


def describe_prices(run: RoundRun, names: Names, policy: str) -> dict[int, str]:
    """What each priced pin and forbid of a run costs, keyed by the id of its row."""
    prices = find_prices(run).items()
    return {id_: describe_price(price, names, policy) for id_, price in prices}


def describe_price(price: PinPrice, names: Names, policy: str) -> str:
    """What would be better without a pin or forbid, and which needs would gain or lose by that."""
    if price.status is not SolutionStatus.PROVEN:
        return _("What it costs could not be worked out in the time allowed.")
    if price.first is None:
        return _("It costs nothing: without it nothing would be better.")
    said = [_describe_gain(price.first, names, policy)]
    for needs, sentence in (
        (price.gained, _("Met without it: %(needs)s.")),
        (price.lost, _("Met only with it: %(needs)s.")),
    ):
        if needs:
            said.append(sentence % {"needs": list_references(needs)})
    return join_sentences(said)


def name_aim(change: StageChange, names: Names, policy: str) -> str:
    """The name of an aim, with its class if it has one."""
    key = describe_key(change.key, names, policy)
    return name_stage(change.name, policy) + (_(" (%(key)s)", key=key) if key else "")


def _describe_gain(change: StageChange, names: Names, policy: str) -> str:
    aim = name_aim(change, names, policy)
    if change.groups:
        groups = _("; ").join(describe_group(row, names) for row in change.groups[:MOST_LISTED])
        return _("Without it “%(aim)s” would be better: %(groups)s.", aim=aim, groups=groups)
    if change.before is None or change.after is None:
        return _("Without it “%(aim)s” would be better.", aim=aim)
    rule = find_rule(change.name, policy)
    after = names.say_number(str(change.after), change.key)
    return _(
        "Without it “%(aim)s” would be %(after)s, not %(before)s.",
        aim=aim,
        after=rule.counted(int(change.after), after) if rule else after,
        before=names.say_number(str(change.before), change.key),
    )


def describe_group(change: GroupChange, names: Names) -> str:
    """A group's level in the second answer, and in the first."""
    return _(
        "%(group)s %(after)s of %(most)s, not %(before)s",
        group=names.name_group(change.group),
        after=change.after,
        before=change.before,
        most=change.denominator,
    )


def list_references(needs: Sequence[str]) -> str:
    """References, those of a joined ask one by one; of more than five only the first five."""
    listed = [reference for ask in needs for reference in list_members(ask)]
    shown = _(", ").join(listed[:MOST_LISTED])
    more = len(listed) - MOST_LISTED
    if more <= 0:
        return shown
    return ngettext(
        "%(shown)s and %(num)s other", "%(shown)s and %(num)s others", more, shown=shown
    )
