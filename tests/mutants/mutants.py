"""Mutants of the targets: found on disk, drawn by seed, known by their content."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from tests.mutants.operators import Finder
from tests.mutants.units import Unit, find_unit


@dataclass(frozen=True)
class Mutant:
    """One change to one file. ``make`` gives the file's text with the change."""

    unit: Unit
    line: int
    kind: str
    make: Callable[[], str]

    @cached_property
    def source(self) -> str:
        return self.make()

    @cached_property
    def change(self) -> tuple[str, str]:
        """The lines taken away and the lines put in their place."""
        old, new = self.unit.path.read_text().splitlines(), self.source.splitlines()
        head = _count_common(old, new)
        tail = _count_common(old[head:][::-1], new[head:][::-1])
        before, after = (lines[head : len(lines) - tail] for lines in (old, new))
        return "\n".join(map(str.strip, before)), "\n".join(map(str.strip, after))

    @property
    def content(self) -> tuple[str, str, str]:
        """Function, lines before, lines after: the same wherever the file moves."""
        return (self.unit.name, *self.change)

    @cached_property
    def id(self) -> str:
        """Content and the rest of its function: another when the function is edited."""
        lines = self.unit.path.read_text().splitlines()[self.unit.first - 1 : self.unit.last]
        return hashlib.sha256(repr((self.content, lines)).encode()).hexdigest()[:16]

    @property
    def is_valid(self) -> bool:
        """Whether it is Python, and another text than before."""
        try:
            compile(self.source, "mutant", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        return self.change[0] != self.change[1]

    def describe(self) -> str:
        before, after = (text.replace("\n", "\n    ") for text in self.change)
        file = self.unit.key.split("::")[0]
        where = f"{file}:{self.line} {self.unit.name} ({self.kind})"
        return f"{where}\n  - {before}\n  + {after}"


def find_mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its source."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text()), unsafe_skip_copy=True)
    positions, finder = wrapper.resolve(PositionProvider), Finder()
    wrapper.module.visit(finder)
    for node, new, kind in finder.found:
        line = positions[node].start.line
        unit = find_unit(path, line)
        if unit is not None:
            yield Mutant(unit, line, kind, _replace(wrapper.module, node, new))


def draw(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """A sample of ``size`` valid mutants, the same for the same seed and source."""
    order = random.Random(seed).sample(mutants, len(mutants))
    drawn: list[Mutant] = []
    for mutant in order:
        if len(drawn) == size:
            break
        if mutant.is_valid:
            drawn.append(mutant)
    return drawn


def _count_common(one: list[str], other: list[str]) -> int:
    """How many lines the two begin with together."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _replace(module: cst.Module, node: cst.CSTNode, new: cst.CSTNode) -> Callable[[], str]:
    return lambda: module.deep_replace(node, new).code  # type: ignore[attr-defined]
