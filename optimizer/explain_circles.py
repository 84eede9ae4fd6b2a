"""Strong components: who can reach whom round a circle.

Source: Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1 (1972).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node")


def number_components(
    nodes: Iterable[Node], next_of: Callable[[Node], Iterable[Node]]
) -> dict[Node, int]:
    """The component of every node in reach; a component comes after all that it leads to."""
    found: dict[Node, int] = {}
    count = 0
    for component in _find_components(nodes, next_of):
        found.update(dict.fromkeys(component, count))
        count += 1
    return found


def _find_components(
    nodes: Iterable[Node], next_of: Callable[[Node], Iterable[Node]]
) -> Iterator[list[Node]]:
    first: dict[Node, int] = {}  # in which order nodes were seen
    least: dict[Node, int] = {}  # the earliest open node in reach
    open_: list[Node] = []
    is_closed = set[Node]()
    for root in nodes:
        path: list[tuple[Node, Iterator[Node]]] = []
        entered: Node | None = None if root in first else root
        while path or entered is not None:
            if entered is not None:
                first[entered] = least[entered] = len(first)
                open_.append(entered)
                path.append((entered, iter(next_of(entered))))
                entered = None
            node, others = path[-1]
            for other in others:
                if other not in first:
                    entered = other
                    break
                if other not in is_closed:
                    least[node] = min(least[node], first[other])
            if entered is not None:
                continue
            path.pop()
            if path:
                least[path[-1][0]] = min(least[path[-1][0]], least[node])
            if least[node] == first[node]:
                component = []
                while not component or component[-1] != node:
                    component.append(open_.pop())
                is_closed.update(component)
                yield component
