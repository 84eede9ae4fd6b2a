"""Strong components: who can reach whom round a circle.

Source: Kosaraju and Sharir, A strong-connectivity algorithm, Computers and Mathematics with
Applications 7 (1981).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node")
Graph = Mapping[Node, Iterable[Node]]


def number_components(
    nodes: Iterable[Node], next_of: Callable[[Node], Iterable[Node]]
) -> dict[Node, int]:
    """The component of every node; a component has a greater number than all it leads to.

    ``nodes``: all of them; no node leads elsewhere.
    """
    after = {node: tuple(next_of(node)) for node in nodes}
    before: dict[Node, list[Node]] = {node: [] for node in after}
    for node, others in after.items():
        for other in others:
            before[other].append(node)
    seen, order = set[Node](), list[Node]()
    for node in after:
        order += _walk(before, node, seen)
    found: dict[Node, int] = {}
    seen = set()
    for number, root in enumerate(reversed(order)):
        found.update(dict.fromkeys(_walk(after, root, seen), number))
    return found


def _walk(graph: Graph[Node], root: Node, seen: set[Node]) -> list[Node]:
    """Nodes in reach that were not seen before, each after all that it leads to."""
    finished: list[Node] = []
    path = [] if root in seen else [(root, iter(graph[root]))]
    seen.add(root)
    while path:
        node, others = path[-1]
        entered = next((other for other in others if other not in seen), None)
        if entered is None:
            path.pop()
            finished.append(node)
        else:
            seen.add(entered)
            path.append((entered, iter(graph[entered])))
    return finished
