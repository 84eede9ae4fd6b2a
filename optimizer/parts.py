"""Connected components of a model: columns that share a row stand in the same part."""

from collections import defaultdict
from dataclasses import dataclass

from optimizer.build import Model

HELPED_ROW = "c13_"  # ties needs of one recipient, but forbids nothing before recipients count


@dataclass(frozen=True, slots=True)
class Part:
    """Columns and rows of one component, by number in the whole model."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


def split(model: Model) -> list[Part]:
    """Components of columns that share rows, in the order of their first column."""
    parent = list(range(len(model.columns.order)))
    number = {id(variable): j for j, variable in enumerate(model.columns.order)}
    held: list[tuple[int, int]] = []
    for i, row in enumerate(model.rows.order):
        columns = [number[id(variable)] for variable in row]
        if columns and not row.name.startswith(HELPED_ROW):
            root = _find(parent, columns[0])
            for j in columns[1:]:
                if parent[j] != root:
                    parent[_find(parent, j)] = root
            held.append((i, columns[0]))
    columns_of: dict[int, list[int]] = defaultdict(list)
    rows_of: dict[int, list[int]] = defaultdict(list)
    for j in range(len(parent)):
        columns_of[_find(parent, j)].append(j)
    for i, j in held:
        rows_of[_find(parent, j)].append(i)
    return [Part(tuple(found), tuple(rows_of[root])) for root, found in columns_of.items()]


def _find(parent: list[int], j: int) -> int:
    """The column that stands for all that are joined with j; shortens the way to it."""
    while parent[j] != j:
        parent[j] = parent[parent[j]]
        j = parent[j]
    return j
