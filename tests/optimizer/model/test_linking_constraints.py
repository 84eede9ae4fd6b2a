"""The constraints that tie columns together, twice: where they bind and where they are slack."""

from optimizer.model.build import build
from optimizer.policy import Stage, StageKind
from optimizer.problem import Pair, Problem
from tests.optimizer.builders import COUNT, goods, met, month, person, proven, team, visit, want

POINTS = Stage("points", StageKind.MAX_POINTS)
KINDNESS = Stage("kindness", StageKind.MAX_SCORE)
PEOPLE = Stage("people", StageKind.MAX_RECIPIENTS)


def rows_of(problem: Problem, number: str) -> list[str]:
    return [r.name for r in build(problem).rows.order if r.name.startswith(f"{number}_")]


def value_of(problem: Problem, stage: str) -> int | None:
    return next(result.value for result in proven(problem).stages if result.name == stage)


class TestEdgesWithinNeeds:  # C9
    def one_visit(self, points_of_scored: int) -> Problem:
        """One visit for two needs; only the first is better off with p, one of two persons."""
        return month(
            team(capacity=1),
            person("p", "am"),
            person("q", "am"),
            visit("a", "am", points=points_of_scored),
            visit("b", "am", points=2),
            pairs=(Pair("a", "team", "p", score=5),),
            stages=(POINTS, KINDNESS),
        )

    def test_a_need_that_is_not_met_scores_nothing(self):
        assert rows_of(self.one_visit(1), "c9")
        assert met(self.one_visit(1)) == {"b"}
        assert value_of(self.one_visit(1), "kindness") == 0

    def test_a_need_that_is_met_scores(self):
        assert met(self.one_visit(3)) == {"a"}
        assert value_of(self.one_visit(3), "kindness") == 5


class TestPoolBalance:  # C12
    def evening(self, *, cars: int, ladders: int) -> Problem:
        """Three persons who can do both, one who can do either; needs that ask for one."""
        both = ("car", "ladder")
        crew = [
            person(name, "eve", other, skills=both)
            for name, other in zip("uvw", "123", strict=True)
        ]
        crew += [person("x", "eve", skills=("car",)), person("z", "eve", skills=("ladder",))]
        asked = [visit(f"c{k}", "eve", requires=("car",)) for k in range(cars)]
        asked += [visit(f"l{k}", "eve", requires=("ladder",)) for k in range(ladders)]
        return month(team(), *crew, *asked)

    def test_a_pool_makes_no_more_visits_than_it_has_persons(self):
        problem = self.evening(cars=3, ladders=3)
        assert rows_of(problem, "c12")
        assert len(met(problem)) == 5

    def test_a_pool_serves_whichever_demand_asks(self):
        assert len(met(self.evening(cars=4, ladders=1))) == 5
        assert len(met(self.evening(cars=1, ladders=4))) == 5


class TestRecipientsHelped:  # C13
    def three_needs(self, bags: int) -> Problem:
        needs = (want("a", recipient="r"), want("b", recipient="r"), want("c", recipient="s"))
        return month(goods(capacity=bags), *needs, stages=(PEOPLE, COUNT))

    def test_nobody_is_helped_without_a_need_met(self):
        assert rows_of(self.three_needs(1), "c13")
        assert value_of(self.three_needs(1), "people") == 1

    def test_one_need_each_helps_both(self):
        assert value_of(self.three_needs(2), "people") == 2
        assert "c" in met(self.three_needs(2))


class TestOpenOrClosed:  # C15
    def course(self, students: int) -> Problem:
        """A course that opens for two, and no other."""
        return month(goods(capacity=5, least_if_used=2), *(want(f"n{k}") for k in range(students)))

    def test_one_alone_does_not_open_it(self):
        assert rows_of(self.course(1), "c15")
        assert met(self.course(1)) == set()

    def test_two_open_it(self):
        assert met(self.course(2)) == {"n0", "n1"}
        assert len(met(self.course(6))) == 5
