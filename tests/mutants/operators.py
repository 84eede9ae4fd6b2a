"""Every kind of change a mutant may make: mutmut's own, and four it lacks.

An operator takes a node and yields what may replace it. Ours leave out a call made for its effect,
leave out one member of a literal (a grant of a role, a state of a table), turn a condition round,
and return nothing: the ways in which a guard, a side effect or a table is wrong.
"""

from collections.abc import Iterator
from typing import Any

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

_TEXTS = {"_", "_l", "_n", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext"}


def leave_out_call(node: cst.Expr) -> Iterator[cst.CSTNode]:
    if isinstance(node.value, cst.Call):
        yield cst.Pass()


def leave_out_member(node: cst.Set | cst.List | cst.Tuple | cst.Dict) -> Iterator[cst.CSTNode]:
    members = node.elements
    for i in range(len(members) if len(members) > 1 else 0):
        yield node.with_changes(elements=[*members[:i], *members[i + 1 :]])


def negate_condition(node: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def return_nothing(node: cst.Return) -> Iterator[cst.CSTNode]:
    if node.value and not (isinstance(node.value, cst.Name) and node.value.value == "None"):
        yield node.with_changes(value=cst.Name("None"))


OURS = [
    (cst.Expr, leave_out_call),
    ((cst.Set, cst.List, cst.Tuple, cst.Dict), leave_out_member),
    ((cst.If, cst.CompIf), negate_condition),
    (cst.Return, return_nothing),
]
# Classes of nodes, and the function that gives what may stand in their place.
_ALL: list[tuple[Any, Any]] = [*mutation_operators, *OURS]


class Finder(cst.CSTVisitor):
    """Collects ``(node, replacement, kind)`` of a module in the order of its source.

    Left alone are annotations, imports, the arguments of ``@dataclass``, targets of assignments,
    and the text inside ``_()``: a text that is not translated fails the test of the catalogue.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, cst.CSTNode, str]] = []
        self._targets: set[cst.CSTNode] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if node in self._targets or _is_left_alone(node):
            return False
        if isinstance(node, cst.For | cst.CompFor | cst.AnnAssign):
            self._targets.add(node.target)
        for types, operator in _ALL:
            if isinstance(node, types):
                kind = operator.__name__.removeprefix("operator_")
                self.found.extend((node, new, kind) for new in operator(node))
        return True


def _is_left_alone(node: Any) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value in _TEXTS and isinstance(node.args[0].value, cst.BaseString)
    if isinstance(node, cst.Decorator) and isinstance(node.decorator, cst.Call):
        return getattr(node.decorator.func, "value", None) == "dataclass"
    ignored = (cst.Annotation, cst.Import, cst.ImportFrom, cst.AssignTarget)
    return isinstance(node, ignored)
