"""The kit of forgeries: each changes an answer (or its question) as a forger would, then seals it.

A forgery takes a ``Case`` and changes it in place. It may leave nothing changed if the case has
nothing to forge. What is refused by the reader of text (keys twice, NaN) is tried in
``test_alone.py`` and ``tests/optimizer/cli``, for it never becomes a value.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from optimizer.checker.month.read import hash_problem, read_problem
from optimizer.policy import StageKind
from tests.optimizer.checker import forged_events
from tests.optimizer.checker.forgeries import Plain, restate

BARE = ["sum", 0, 1, []]


@dataclass
class Case:
    """A question with an answer on a forger's desk."""

    random: Random
    desk: Any
    question: Plain
    answer: Plain

    @property
    def results(self) -> list[Plain]:
        return self.answer.get("stages", [])

    @property
    def certificate(self) -> Plain:
        return self.answer["certificate"]

    @property
    def events(self) -> list[list[Any]]:
        return self.certificate["stages"]

    def refit(self) -> None:
        """State the hash and the policy of the question as it is now."""
        policy = self.question["policy"]
        self.answer["problem_sha256"] = hash_problem(read_problem(self.question))
        self.answer["policy"] = f"{policy['name']}/{policy['version']}"


Forgery = Callable[[Case], object]


def serve_one_group(case: Case) -> None:
    """Only some needs are met; everything is left to a search, denominators to fit."""
    chosen = {case.random.choice(sorted(case.desk.month.needs))}
    answers = [a for a in case.desk.answers if set(a) <= chosen] or case.desk.answers
    case.answer = restate(case.desk.month, case.answer, case.random.choice(answers))
    leave_to_search(case)
    shrink_denominators(case)


def leave_to_search(case: Case) -> None:
    """One sum without multipliers for every result; what levels want is added when it is asked."""
    for k, result in enumerate(case.results):
        result["proof"] = "search"
        result.pop("bound", None)
        is_sum = result["kind"] not in ("leximin", "leximax")
        tickets = [case.desk.list_tickets()] if result["kind"] == "lottery" else []
        case.events[k] = [["sum", 0, 1, [], *tickets]] if is_sum else []
    case.desk.adapt_case(case)


def shrink_denominators(case: Case) -> None:
    """Each group could get just what it got, says a witness, and the levels follow."""
    met = {line["need"] for line in case.answer["assignments"]}
    lines = [
        [line[name] for name in ("need", "stock", "person", "slot", "units")]
        for line in case.desk.complete(case.answer["assignments"])
    ]
    for name, groups in case.certificate["possible"].items():
        for group, pair in groups.items():
            got = len(met & case.desk.list_group(name, group))
            pair[:] = [["sum", got, 1, [], []], lines]
        case.desk.state_levels(case.answer, name)


def claim_infeasible(case: Case) -> None:
    claim_nothing(case, "infeasible")


def claim_failed(case: Case) -> None:
    claim_nothing(case, "failed")


def claim_nothing(case: Case, status: str) -> None:
    for name in ("assignments", "stages", "grounds", "needs_met", "recipients_helped"):
        case.answer.pop(name, None)
    events = case.random.choice(([], [["no", 1, [], []]], [["no", 1, [0, 1, 1, -1], []]]))
    case.answer |= {"status": status, "assignments": []}
    case.answer["certificate"] = {"possible": {}, "stages": [events]}


def relabel_grounds(code: str) -> Forgery:
    def relabel(case: Case) -> None:
        for ground in case.answer.get("grounds", ()):
            ground["code"] = code
            ground.pop("stage", None)

    relabel.__name__ = f"ground_{code}"
    return relabel


def relabel_one_ground(case: Case) -> None:
    codes = ("outranked", "lost_lottery", "time_conflict", "no_eligible_offer", "undecided")
    if case.answer.get("grounds"):
        case.random.choice(case.answer["grounds"])["code"] = case.random.choice(codes)


def invent_a_stage(case: Case) -> None:
    for ground in case.answer.get("grounds", ()):
        ground["stage"] = "because the mayor said so"


def name_another_stage(case: Case) -> None:
    names = [stage["name"] for stage in case.question["policy"]["stages"]]
    for ground in case.answer.get("grounds", ()):
        if names:
            ground |= {"code": "outranked", "stage": case.random.choice(names)}


def move_witnesses(case: Case) -> None:
    names = [stage["name"] for stage in case.question["policy"]["stages"]]
    for witness in case.certificate.get("witnesses", ()):
        witness[0] = case.random.choice(names)
        witness[1] = [case.random.choice(sorted(case.desk.month.needs))]
    name_another_stage(case)


def forge_excluded(case: Case) -> None:
    names = [stage["name"] for stage in case.question["policy"]["stages"]]
    needs = sorted(case.desk.month.needs)
    if names:
        case.certificate["excluded"] = {need: case.random.choice(names) for need in needs}


def forget_the_policy(case: Case) -> None:
    case.question["policy"]["stages"] = []
    case.answer["stages"], case.certificate["stages"] = [], []
    case.refit()


def shorten_the_policy(case: Case) -> None:
    """One stage less, under the same name; its results go too."""
    stages = case.question["policy"]["stages"]
    if not stages:
        return
    gone = stages.pop(case.random.randrange(len(stages)))["name"]
    kept = [k for k, result in enumerate(case.results) if result["name"] != gone]
    case.certificate["stages"] = [case.events[k] for k in kept]
    case.answer["stages"] = [case.results[k] for k in kept]
    case.refit()


def bear_a_published_name(case: Case) -> None:
    case.question["policy"] |= {"name": "community", "version": case.random.choice((1, 7))}
    case.refit()


def pretend_another_question(case: Case) -> None:
    case.question["needs"][0]["points"] = case.question["needs"][0].get("points", 1) + 1


def swap_the_question(case: Case) -> None:
    """The answer is of a question that is a little different, and the hash follows."""
    need = case.random.choice(case.question["needs"])
    need["points"] = need.get("points", 1) + case.random.choice((1, 3))
    case.refit()


def draw_another_seed(case: Case) -> None:
    case.question["seed"] = case.answer["seed"] = f"{case.random.getrandbits(32):08x}"
    case.refit()


def drop_a_result(case: Case) -> None:
    if case.results:
        k = case.random.randrange(len(case.results))
        del case.results[k], case.events[k]


def double_a_result(case: Case) -> None:
    if case.results:
        k = case.random.randrange(len(case.results))
        case.results.insert(k, dict(case.results[k]))
        case.events.insert(k, json.loads(json.dumps(case.events[k])))


def reorder_results(case: Case) -> None:
    order = list(range(len(case.results)))
    case.random.shuffle(order)
    case.answer["stages"] = [case.results[k] for k in order]
    case.certificate["stages"] = [case.events[k] for k in order]


def drop_the_lottery(case: Case) -> None:
    if case.results and case.results[-1]["kind"] == StageKind.LOTTERY:
        case.results.pop(), case.events.pop()


def add_a_list_of_events(case: Case) -> None:
    case.events.append([list(BARE)])


def empty_the_certificate(case: Case) -> None:
    case.certificate.clear()


def lose_the_possible(case: Case) -> None:
    case.certificate["possible"] = {}


def call_all(label: str) -> Forgery:
    def call(case: Case) -> None:
        for result in case.results:
            result["proof"] = label

    call.__name__ = f"call_all_{label}"
    return call


def overstate_a_value(case: Case) -> None:
    for result in case.results:
        if result.get("value") is not None:
            result["value"] += 1
            result["bound"] = result["value"]
            return


def tighten_bounds(case: Case) -> None:
    for result in case.results:
        result["proof"] = "search"
        result["bound"] = result.get("value")


def open_everything(case: Case) -> None:
    """All is left open, with bounds as tight as what is reached."""
    for result in case.results:
        result |= {"status": "feasible", "proof": "gap", "bound": result.get("value")}
        result.pop("levels", None)
    case.answer |= {"status": "feasible"}
    case.certificate["stages"] = []
    case.certificate["open"] = [
        ["sum", 1, forged_events.draw_flat(case.random), []] for _ in case.results
    ]


def open_the_rest(case: Case) -> None:
    """The results from one on are open, and their bounds invented."""
    k = case.random.randrange(len(case.results) + 1)
    for result in case.results[k:]:
        result |= {"status": "feasible", "proof": "gap"}
        result.pop("levels", None)
        if result.get("bound") is not None:
            result["bound"] += case.random.choice((-1, 0, 1))
    case.answer |= {"status": "feasible"}
    del case.events[k:]


def downgrade_the_format(case: Case) -> None:
    case.answer["format"] = 1


def upgrade_the_format(case: Case) -> None:
    case.answer["format"] = case.random.choice((3, "2", True, 2))


def each_proof(change: Callable[[Case, list[Any]], object]) -> Forgery:
    def forge(case: Case) -> None:
        for events in case.events:
            for event in events:
                if event[0] in ("sum", "none", "all") and len(event) > 3:
                    change(case, event)

    forge.__name__ = change.__name__
    return forge


def negate_multipliers(case: Case, event: list[Any]) -> None:
    event[3] = [n if k % 2 == 0 else -n for k, n in enumerate(event[3])]


def use_rows_below_zero(case: Case, event: list[Any]) -> None:
    event[3] = [-n - 1 if k % 2 == 0 else n for k, n in enumerate(event[3])]


def use_great_multipliers(case: Case, event: list[Any]) -> None:
    event[3] = [n if k % 2 == 0 else n * 10**400 for k, n in enumerate(event[3])]


def use_a_strange_scale(case: Case, event: list[Any]) -> None:
    event[2] = case.random.choice((0, -1, True, 10**400, 1.0, None, "1"))


def use_fractions(case: Case, event: list[Any]) -> None:
    event[3] = [n if k % 2 == 0 else n % 1_000 / 2 for k, n in enumerate(event[3])]


def drop_assignment(case: Case) -> None:
    if case.answer["assignments"]:
        case.answer["assignments"].pop(case.random.randrange(len(case.answer["assignments"])))


def meet_one_more(case: Case) -> None:
    if case.answer["assignments"] and case.answer.get("grounds"):
        line = dict(case.random.choice(case.answer["assignments"]))
        line["need"] = case.random.choice(case.answer["grounds"])["need"]
        case.answer["assignments"].append(line)


def state_another_answer(case: Case) -> None:
    """Another answer in the place of the best, with events that state what it reaches."""
    other = case.random.choice(case.desk.answers)
    case.answer = restate(case.desk.month, case.answer, other)
    case.desk.adapt_case(case)


def state_another_by_search(case: Case) -> None:
    state_another_answer(case)
    leave_to_search(case)


def break_events(change: forged_events.Forgery) -> Forgery:
    def forge(case: Case) -> None:
        filled = [events for events in case.events if events]
        if filled:
            change(case.random, case.random.choice(filled))

    forge.__name__ = f"events_{change.__name__}"
    return forge


def call_none_first(case: Case) -> None:
    """A result begins with columns that nobody can have, says the forger."""
    if case.events:
        settled = ["none", forged_events.draw_columns(case.random), 1]
        case.random.choice(case.events).insert(0, [*settled, forged_events.draw_flat(case.random)])


KIT: tuple[Forgery, ...] = (
    *(serve_one_group, leave_to_search, shrink_denominators, claim_infeasible, claim_failed),
    *(relabel_grounds("lost_lottery"), relabel_grounds("time_conflict")),
    *(relabel_grounds("outranked"), relabel_grounds("no_eligible_offer"), relabel_one_ground),
    *(invent_a_stage, name_another_stage, move_witnesses, forge_excluded, forget_the_policy),
    *(shorten_the_policy, bear_a_published_name, pretend_another_question, swap_the_question),
    *(draw_another_seed, drop_a_result, double_a_result, reorder_results, drop_the_lottery),
    *(add_a_list_of_events, empty_the_certificate, lose_the_possible, call_all("search")),
    *(call_all("dual"), call_all("tree"), overstate_a_value, tighten_bounds, open_everything),
    *(open_the_rest, downgrade_the_format, upgrade_the_format, each_proof(negate_multipliers)),
    *(each_proof(use_rows_below_zero), each_proof(use_great_multipliers)),
    *(each_proof(use_a_strange_scale), each_proof(use_fractions), drop_assignment, meet_one_more),
    *(state_another_answer, state_another_by_search, call_none_first),
    *map(break_events, forged_events.FORGERIES),
)
