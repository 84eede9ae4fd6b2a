"""Why this giver: alternatives, ranks and runners-up of a month solved by hand."""

from optimizer.explain.met import Match, explain_met
from optimizer.problem import Need, Pair, Person, Problem, Stock
from optimizer.solution import Assignment, Solution, SolutionStatus

PROBLEM = Problem(
    "x",
    "00ff",
    stocks=tuple(Stock(f"s{k}", f"g{k}", "visit", 3, staffed=True) for k in range(3)),
    people=tuple(Person(f"p{k}", f"g{k}", 3, stocks=(f"s{k}",), slots=("S1",)) for k in range(3)),
    needs=(Need("a", "r1", "visit"), Need("b", "r2", "visit", slots=("S9",))),
    pairs=(Pair("a", "s0", score=2), Pair("a", "s1", person="p1", score=5)),
)


def explained(stock: str, person: str) -> tuple[Match, ...]:
    lines = (Assignment("a", stock, person, "S1"),)
    solution = Solution(SolutionStatus.PROVEN, PROBLEM.sha256, "p/1", "00ff", lines)
    return explain_met(PROBLEM, solution)


def test_the_best_scored_giver_ranks_first_and_names_the_next():
    assert explained("s1", "p1") == (Match("a", ("g1",), alternatives=2, rank=1, runner_up="g0"),)


def test_a_giver_behind_another_says_so():
    assert explained("s0", "p0") == (Match("a", ("g0",), alternatives=2, rank=2, runner_up="g1"),)
    assert explained("s2", "p2")[0].rank == 3


def test_no_answer_explains_nothing():
    assert explain_met(PROBLEM, Solution(SolutionStatus.FAILED, "", "p/1", "00ff")) == ()
