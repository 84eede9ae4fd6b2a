"""Ways to forge the events of a certificate, each drawn from a seed; rows and columns are tiny."""

from collections.abc import Callable
from random import Random
from typing import Any

Event = list[Any]
Forgery = Callable[[Random, list[Event]], None]


def draw_flat(random: Random) -> list[int]:
    """Multipliers of a few rows, most of which some certificate has."""
    size = random.choice((0, 1, 1, 2, 3))
    return [n for _ in range(size) for n in (random.randrange(30), random.choice((-7, -1, 1, 2)))]


def draw_columns(random: Random) -> list[int]:
    return random.sample(range(24), random.choice((0, 1, 1, 2)))


def proved(events: list[Event]) -> list[Event]:
    """Events with a scale and multipliers."""
    return [event for event in events if event[0] in ("sum", "none", "all")]


def drop(random: Random, events: list[Event]) -> None:
    del events[random.randrange(len(events))]


def double(random: Random, events: list[Event]) -> None:
    events.insert(random.randrange(len(events)), list(random.choice(events)))


def reorder(random: Random, events: list[Event]) -> None:
    random.shuffle(events)


def add_share(random: Random, events: list[Event]) -> None:
    """A share of a few columns or none, with what it is said to be taken off another."""
    value, shared = random.choice((-1, 0, 1, 1)), proved(events)
    for event in shared[:1]:
        event[1] = event[1] - value if event[0] == "sum" else event[1]
    share = ["sum", value, random.choice((1, 2)), draw_flat(random), draw_columns(random)]
    events.insert(random.choice((0, len(events))), share)


def split(random: Random, events: list[Event]) -> None:
    """A block or share falls in two."""
    for k, event in enumerate(events):
        if event[0] == "sum" and len(event) > 4 and len(event[4]) > 1:
            cut, value = random.randrange(1, len(event[4])), random.choice((0, 1))
            first = ["sum", value, event[2], event[3], event[4][:cut]]
            rest = ["sum", event[1] - value, event[2], draw_flat(random), event[4][cut:]]
            events[k : k + 1] = [first, rest]
            return


def settle(random: Random, events: list[Event]) -> None:
    event = [random.choice(("none", "all")), draw_columns(random), 1, draw_flat(random)]
    events.insert(random.choice((0, len(events))), event)


def cut(random: Random, events: list[Event]) -> None:
    sides = [random.randrange(60) for _ in range(random.choice((0, 1, 2, 3)))]
    event = ["cut", sides, draw_columns(random), random.choice((-2, -1, 0, 1, 2, 3))]
    events.insert(random.randrange(len(events) + 1), event)


def lower(random: Random, events: list[Event]) -> None:
    """Another value: digits above the block, one less, below nought."""
    for event in events:
        if event[0] == "sum" and random.randrange(2):
            event[1] += random.choice((-1, 1, 2, 4, 8, 16))


def multiply(random: Random, events: list[Event]) -> None:
    for event in proved(events):
        if random.randrange(2):
            event[3] = [*event[3], *draw_flat(random)] if random.randrange(2) else draw_flat(random)


def rescale(random: Random, events: list[Event]) -> None:
    for event in proved(events):
        event[2] = random.choice((event[2], 1, 2, 3))


def bare(random: Random, events: list[Event]) -> None:
    """What is impossible is left to a search, or its proof to other rows."""
    for event in events:
        if event[0] == "no":
            event[1:] = random.choice(([], [1, draw_flat(random), []]))


def excuse(random: Random, events: list[Event]) -> None:
    """One group more, or another event, where levels want a refusal."""
    events.insert(random.randrange(len(events) + 1), random.choice((["no"], ["switch"])))


def draw_tree(random: Random) -> list[Any]:
    """A few splits of columns, and leaves that may prove something."""
    nodes: list[Any] = []
    waiting = 1
    while waiting:
        waiting -= 1
        if len(nodes) < 4 and random.randrange(2):
            nodes.append(["split", random.randrange(24), random.choice((0, 0, 1))])
            waiting += 2
        elif random.randrange(2):
            nodes.append(["empty", draw_flat(random)])
        else:
            factor = random.choice((0, 1, 1, 2))
            nodes.append(["leaf", random.choice((1, max(1, factor))), factor, draw_flat(random)])
    return nodes


def plant(random: Random, events: list[Event]) -> None:
    """A tree is said to prove what multipliers do not."""
    for k, event in reversed(list(enumerate(events))):
        if event[0] == "sum":
            events.insert(k, ["tree", draw_tree(random)])
        elif event[0] == "no":
            event[1:] = [1, [], [["tree", draw_tree(random)]]]


def graft(random: Random, events: list[Event]) -> None:
    """A node of a true tree goes, comes twice, or says something else."""
    for _, nodes in [event for event in events if event[0] == "tree" and event[1]]:
        k, way = random.randrange(len(nodes)), random.randrange(3)
        new = random.choice(draw_tree(random))
        nodes[k : k + 1] = ([], [nodes[k], new], [new])[way]


FORGERIES: tuple[Forgery, ...] = (
    drop,
    double,
    reorder,
    add_share,
    split,
    settle,
    cut,
    lower,
    multiply,
    rescale,
    bare,
    excuse,
    plant,
    graft,
)
