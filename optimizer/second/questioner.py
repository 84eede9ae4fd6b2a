"""Tests a solution's stages in order with the second engine: sums, levels, lottery (S1 to S9).

- The sums of the first stages (S1, S4, S5) are tested component by component: a sum is greatest
  if it is greatest in every component (``search/components.py``). For the whole month together the
  engine would have to prove that fractions in several components do not add up to a unit.
- Levels (S2, S6): see ``second/levels.py``. The denominators are tested too: what every group could
  get if only it counted.
- The lottery (S9): can a need that lost be met with all winners before it? See ``in_order.py``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import takewhile

from optimizer.engine.matrix import Weights
from optimizer.model.build import Model, build
from optimizer.model.variables import Terms, Variable
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import list_required, read_possible
from optimizer.search.components import find_components, leading_sums
from optimizer.second.cbc import Answer, SecondEngine
from optimizer.second.in_order import StatedSum, question_in_order
from optimizer.second.levels import StatedGroup, question_levels
from optimizer.second.undecided import OpenQuestionError
from optimizer.second.verdicts import Opinion, Verdict, on_better, on_point, refute
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.stages.kind import Aim, Draw, Levels, Measure, Sums
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally
from optimizer.stages.turns import Turns
from optimizer.tickets import name_of, order_by_ticket


def question_parts(
    engine: SecondEngine, model: Model, aims: Sequence[Aim], stated: Mapping[Variable, int]
) -> Iterator[tuple[Aim, int, Answer]]:
    """Yield every aim in turn, its stated sum, and whether any component can have a greater sum.

    engine   the engine of the whole month; it and the engines of the components keep the stated
             sums
    aims     the aims, in the order of the policy
    stated   the value of every decision that an aim counts
    """
    order, rows = model.columns.order, model.rows.order
    parts = [
        (frozenset(part.columns), SecondEngine([rows[i] for i in part.rows], engine.seconds))
        for part in find_components(model)
    ]
    for aim in aims:
        total, answers = 0, {Answer.NONE}
        for columns, of_part in parts:
            own = {order[j]: weight for j, weight in aim.weights.items() if j in columns}
            if own:
                value = sum(weight * stated[variable] for variable, weight in own.items())
                answers.add(ask_for_more(of_part, own, value))
                kept = [engine.equal(own, value)]
                of_part.keep(kept)
                engine.keep(kept)
                total += value
        yield aim, total, _worst(answers)


def _worst(answers: Set[Answer]) -> Answer:
    """Return the answer for the whole: FOUND if any part has it, else OPEN if any, else NONE."""
    return next(a for a in (Answer.FOUND, Answer.OPEN, Answer.NONE) if a in answers)


def ask_for_more(engine: SecondEngine, terms: Terms, value: int) -> Answer:
    """Return the answer whether a sum can be greater than a value.

    It is NONE without asking if the upper bounds of its variables do not allow it.
    """
    if sum(max(0, weight * int(v.upBound)) for v, weight in terms.items()) <= value:
        return Answer.NONE  # no variable of the sum can add more
    return engine.ask([engine.at_least(terms, value + 1)]).answer


def ask_for_other(model: Model, needs: Sequence[int], stated: int, seconds: float) -> Answer:
    """Return FOUND if the most needs that a group can get, when only it counts, are not ``stated``.

    NONE if they are ``stated``, OPEN if that is not known. What earlier stages decide does not
    count here. ``needs``: the group's needs, by position.
    """
    mets, network = model.columns.met, model.columns.network
    own: Terms = {mets[d]: 1 for d in needs if d in mets}
    counted = list_required(network.problem, network.ancestors).union(needs)
    alone = SecondEngine(model.rows.order, seconds)
    alone.keep([alone.at_most({met: 1 for d, met in mets.items() if d not in counted}, 0)])
    reply = alone.ask([], own)
    if reply.answer is not Answer.FOUND:
        # NONE: there is no point at all, so the stated number cannot be reached.
        return Answer.FOUND if reply.answer is Answer.NONE else Answer.OPEN
    most = reply.total(own)
    if reply.is_best:
        return Answer.NONE if most == stated else Answer.FOUND
    return Answer.FOUND if most > stated else Answer.OPEN


class Questioner:
    """Tests in the order of the policy whether CBC finds a better value than a stage states.

    Under a policy that draws, labels replace names.

    results   the stated results, keyed by stage and key
    engine    the second engine, which keeps what is tested
    tally     what the solution's assignments add up to
    met       the needs that the assignments meet, by position
    """

    def __init__(self, problem: Problem, solution: Solution, seconds: float) -> None:
        self.problem, self._solution = order_by_ticket(problem), solution
        self.is_labelled = self.problem is not problem
        self._model: Model = build(self.problem)
        self.columns = self._model.columns
        self.results = {(result.name, result.key): result for result in solution.stages}
        self.engine = SecondEngine(self._model.rows.order, seconds)
        self.tally = Tally(self.problem, list(self._label(solution.assignments)))
        needs = enumerate(self.problem.needs)
        self.met = frozenset(d for d, need in needs if need.id in self.tally.met)

    def name(self, label: str) -> str:
        """Return the name that a solution uses for a label of the model."""
        return name_of(label) if self.is_labelled else label

    def _label(self, lines: Iterable[Assignment]) -> Iterator[Assignment]:
        """Yield the assignments with the names of the model.

        Slots keep their names, because nothing counts them. Lines of an unknown need or stock are
        left out.
        """
        needs, stocks, people = (
            {self.name(row.id): row.id for row in rows}
            for rows in (self.problem.needs, self.problem.stocks, self.problem.people)
        )
        for a in lines:
            person = None if a.person is None else people.get(a.person)
            if a.need in needs and a.stock in stocks:
                yield Assignment(needs[a.need], stocks[a.stock], person, a.slot, a.units)

    def question(self) -> Iterator[Opinion]:
        """Yield every opinion as it is formed, up to the first disagreement."""
        for opinion in self._question():
            yield opinion
            if opinion.verdict is Verdict.DISAGREED:
                return

    def _question(self) -> Iterator[Opinion]:
        if self._solution.status is SolutionStatus.INFEASIBLE:
            yield on_better("", "no answer at all", self.engine.ask([]).answer)
        stages = self.problem.policy.stages
        if not self._solution.is_usable or self._is_open(stages[0]):
            return
        closed = list(takewhile(lambda stage: not self._is_open(stage), stages))
        sums = leading_sums(closed)
        leading = list(takewhile(lambda stage: not isinstance(kind_of(stage), Turns), sums))
        yield from self._question_leading(leading)
        for stage in closed[len(leading) :]:
            try:
                yield from kind_of(stage).ask(stage, self)
            except OpenQuestionError as error:  # what comes after depends on it
                yield on_point(stage.name, "an answer with the values so far", error.answer)
                return
        yield self._question_all()

    def ask_draw(self, kind: Draw, stage: Stage) -> Iterator[Opinion]:
        """Go through the needs in order of ticket, several at a time.

        Yield for each such group of needs the verdict on whether one of its losers could be met
        while all winners with earlier tickets stay met.
        """
        if (stage.name, "") not in self.results:
            yield refute(stage.name, "not stated")
            return
        order = [d for d in kind.order(stage, self.problem) if d in self.columns.met]
        drawn = [StatedSum({self.columns.met[d]: 1}, int(d in self.met)) for d in order]
        for run, answer in question_in_order(self.engine, drawn):
            yield on_better(stage.name, f"tickets {run}", answer)

    def _is_open(self, stage: Stage) -> bool:
        """Return whether a stated result of the stage is not proven."""
        return any(
            result.status is not SolutionStatus.PROVEN
            for (name, _), result in self.results.items()
            if name == stage.name
        )

    def _question_leading(self, leading: Sequence[Stage]) -> Iterator[Opinion]:
        aims = [aim for stage in leading for aim in kind_of(stage).aims(stage, self.columns)]
        columns, needs = self.columns, self.problem.needs
        stated = {met: int(d in self.met) for d, met in columns.met.items()}
        stated |= {units: self.tally.units[needs[d].id] for d, units in columns.units.items()}
        for aim, total, answer in question_parts(self.engine, self._model, aims, stated):
            result = self.results.get((aim.stage.name, aim.key))
            value, sign = None if result is None else result.value, kind_of(aim.stage).sign
            of = f"{aim.key} {value}".strip()
            is_counted = value == sign * total
            yield on_better(aim.stage.name, of, answer if is_counted else Answer.FOUND)

    def _terms(self, weights: Weights) -> Terms:
        return {self.columns.order[j]: weight for j, weight in weights.items()}

    def ask_sums(self, kind: Sums, stage: Stage) -> Iterator[Opinion]:
        """Yield the verdict on each sum in turn: whether it can be better by one."""
        for aim in kind.aims(stage, self.columns):
            yield self.question_sum(stage, aim.key, self._terms(aim.weights), kind.sign)

    def question_sum(self, stage: Stage, key: str, terms: Terms, sign: int = 1) -> Opinion:
        """Return the verdict on the stated value of a sum; the engine keeps the value.

        ``sign`` is -1 if the stated value is the negative of ``terms``.
        """
        result = self.results.get((stage.name, key))
        if result is None or result.value is None:
            return refute(stage.name, f"{key} not stated".strip())
        value, of = sign * result.value, f"{key} {result.value}".strip()
        if not terms:
            return on_better(stage.name, of, Answer.FOUND if value else Answer.NONE)
        answer = ask_for_more(self.engine, terms, value)
        self.engine.keep([self.engine.equal(terms, value)])
        return on_better(stage.name, of, answer)

    def ask_levels(self, kind: Levels, stage: Stage) -> Iterator[Opinion]:
        """Yield verdicts on what each group could get if only it counted, then on each level."""
        result = self.results.get((stage.name, ""))
        if result is None:
            yield refute(stage.name, "not stated")
            return
        stated = {level.group: level for level in result.levels}
        possible = read_possible(stage, self.problem, result.levels)
        groups = kind.groups_alone(stage, self.problem)
        for group, count in possible.items():
            if group not in groups:
                yield refute(stage.name, f"{group} is no group")
                return
            answer = ask_for_other(self._model, groups[group], count, self.engine.seconds)
            yield on_better(stage.name, f"{group} could get {count}", answer)
        measures = kind.measures(stage, self.columns, possible)
        whole = {measure.group: measure.denominator for measure in measures}
        if whole != {group: level.denominator for group, level in stated.items()}:
            yield refute(stage.name, "groups and denominators")
            return
        stated_groups = [self._state(kind.sign, m, stated[m.group].numerator) for m in measures]
        yield from self.question_groups(stage, stated_groups)

    def question_groups(self, stage: Stage, groups: Sequence[StatedGroup]) -> Iterator[Opinion]:
        """Yield, for each level, whether more groups can be above it; the engine keeps each."""
        kept = question_levels(self.engine, groups, worst_only=stage.worst_only)
        for level, answer in kept:
            yield on_better(stage.name, f"level {abs(level)}", answer)

    def _state(self, sign: int, measure: Measure, numerator: int) -> StatedGroup:
        units = sign * numerator - measure.offset
        return StatedGroup(measure, self._terms(measure.weights), units, measure.low)

    def keep_met(self) -> None:
        """Fix for the engine which needs are met: those that the solution's assignments meet."""
        mets = self.columns.met.items()
        self.engine.keep([self.engine.equal({met: 1}, int(d in self.met)) for d, met in mets])

    def _question_all(self) -> Opinion:
        self.keep_met()
        return on_point("", "all values together", self.engine.ask([]).answer)
