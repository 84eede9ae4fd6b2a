"""Ways to corrupt a problem with its solution, each drawn from a seed."""

from collections.abc import Callable
from random import Random

Plain = dict
Corruption = Callable[[Random, Plain, Plain], None]


def drop(random: Random, problem: Plain, solution: Plain) -> None:
    lines = solution["assignments"]
    del lines[random.randrange(len(lines))]


def double(random: Random, problem: Plain, solution: Plain) -> None:
    lines = solution["assignments"]
    k = random.randrange(len(lines))
    lines.insert(k, dict(lines[k]))


def add(random: Random, problem: Plain, solution: Plain) -> None:
    """Give an unmet need what a met one has."""
    line = dict(random.choice(solution["assignments"]))
    line["need"] = random.choice(solution["grounds"])["need"]
    solution["assignments"].append(line)
    solution["assignments"].sort(key=lambda a: (a["need"], a["stock"], a.get("person") or ""))


def swap(random: Random, problem: Plain, solution: Plain) -> None:
    """Let two needs change their givers."""
    lines = solution["assignments"]
    first, second = random.sample(range(len(lines)), 2)
    if lines[first]["need"] == lines[second]["need"]:
        lines[second]["need"] = solution["grounds"][0]["need"]
    lines[first]["need"], lines[second]["need"] = lines[second]["need"], lines[first]["need"]


def move(random: Random, problem: Plain, solution: Plain) -> None:
    """Name another stock."""
    line = random.choice(solution["assignments"])
    others = [stock["id"] for stock in problem["stocks"] if stock["id"] != line["stock"]]
    line["stock"] = random.choice(others)


def wrong_slot(random: Random, problem: Plain, solution: Plain) -> None:
    line = random.choice([a for a in solution["assignments"] if "slot" in a])
    slots = sorted({s for person in problem["people"] for s in person["slots"]} - {line["slot"]})
    line["slot"] = random.choice(slots)


def wrong_person(random: Random, problem: Plain, solution: Plain) -> None:
    line = random.choice([a for a in solution["assignments"] if "person" in a])
    others = [p["id"] for p in problem["people"] if p["id"] != line["person"]]
    line["person"] = random.choice(others)


def wrong_units(random: Random, problem: Plain, solution: Plain) -> None:
    line = random.choice(solution["assignments"])
    line["units"] = line.get("units", 1) + random.choice((-1, 1, 2, 1000))


def over_capacity(random: Random, problem: Plain, solution: Plain) -> None:
    used = {a["stock"] for a in solution["assignments"]}
    stock = random.choice([stock for stock in problem["stocks"] if stock["id"] in used])
    stock["capacity"] = 0


def wrong_seed(random: Random, problem: Plain, solution: Plain) -> None:
    k = random.randrange(len(solution["seed"]))
    digit = random.choice("0123456789abcdef".replace(solution["seed"][k], ""))
    solution["seed"] = solution["seed"][:k] + digit + solution["seed"][k + 1 :]


def wrong_value(random: Random, problem: Plain, solution: Plain) -> None:
    result = random.choice([r for r in solution["stages"] if "value" in r])
    change = random.choice((-1, 1))
    result["value"] += change
    result["bound"] += change


def wrong_level(random: Random, problem: Plain, solution: Plain) -> None:
    result = random.choice([r for r in solution["stages"] if r.get("levels")])
    random.choice(result["levels"])["numerator"] += random.choice((-1, 1))


def wrong_count(random: Random, problem: Plain, solution: Plain) -> None:
    name = random.choice(("needs_asked", "needs_met", "recipients_helped"))
    solution[name] += random.choice((-1, 1))


def wrong_ground(random: Random, problem: Plain, solution: Plain) -> None:
    ground = random.choice(solution["grounds"])
    codes = ("no_eligible_offer", "outranked", "lost_lottery", "time_conflict", "undecided")
    ground["code"] = random.choice([code for code in codes if code != ground["code"]])


def proofs(solution: Plain) -> list[list]:
    """Every list of a scale and its multipliers in the certificate's events."""
    events = [event for events in solution["certificate"]["stages"] for event in events]
    alone = [
        event for of in solution["certificate"]["possible"].values() for event, _ in of.values()
    ]
    return [e for e in events + alone if e[0] in ("sum", "no", "none", "all") and len(e) > 2]


def multipliers_of(event: list) -> list[int]:
    return event[2] if event[0] == "no" else event[3]


def wrong_multiplier(random: Random, problem: Plain, solution: Plain) -> None:
    flat = multipliers_of(random.choice([e for e in proofs(solution) if multipliers_of(e)]))
    k = random.randrange(len(flat) // 2)
    flat[2 * k + 1] += random.choice((-2, -1, 1, 2))


def wrong_row(random: Random, problem: Plain, solution: Plain) -> None:
    flat = multipliers_of(random.choice([e for e in proofs(solution) if multipliers_of(e)]))
    flat[2 * random.randrange(len(flat) // 2)] += random.choice((-3, -1, 1, 3))


def wrong_scale(random: Random, problem: Plain, solution: Plain) -> None:
    event = random.choice([e for e in proofs(solution) if multipliers_of(e)])
    event[event.index(multipliers_of(event)) - 1] += 1


def lost_event(random: Random, problem: Plain, solution: Plain) -> None:
    events = random.choice([events for events in solution["certificate"]["stages"] if events])
    del events[random.randrange(len(events))]


def wrong_witness(random: Random, problem: Plain, solution: Plain) -> None:
    of = solution["certificate"]["possible"]["neighbourhoods"]
    lines = random.choice([witness for _, witness in of.values() if witness])
    del lines[random.randrange(len(lines))]


def other_input(random: Random, problem: Plain, solution: Plain) -> None:
    need = random.choice(problem["needs"])
    need["waiting"] = need.get("waiting", 0) + 1


ASSIGNMENTS: tuple[Corruption, ...] = (
    drop,
    double,
    add,
    swap,
    move,
    wrong_slot,
    wrong_person,
    wrong_units,
)
OTHERS: tuple[Corruption, ...] = (
    over_capacity,
    wrong_seed,
    wrong_value,
    wrong_level,
    wrong_count,
    wrong_ground,
    other_input,
)
PROOFS: tuple[Corruption, ...] = (
    wrong_multiplier,
    wrong_row,
    wrong_scale,
    lost_event,
    wrong_witness,
)
