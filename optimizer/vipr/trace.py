"""The lines that a line needs, in an order in which every reference points backwards."""

from collections.abc import Container

from optimizer.vipr.lines import ExportError, ProofLine

_NONE: frozenset[ProofLine] = frozenset()


def trace(last: ProofLine, stage: int, known: Container[ProofLine] = ()) -> list[ProofLine]:
    """Return the derived lines that the file of a stage needs, up to its last line.

    Lines in ``known``, and constraints of the program, are left out. Raises ``ExportError`` if a
    line has no proof, or if lines rest on each other.
    """
    order: list[ProofLine] = []
    is_done: dict[ProofLine, bool] = {}
    waiting = [last.at(stage)]
    while waiting:
        line = waiting[-1]
        if is_done.get(line) or line.kind == "con" or line in known:
            waiting.pop()
        elif line in is_done:
            is_done[line] = True
            order.append(waiting.pop())
        elif line.kind == "open":
            raise ExportError("it rests on a search, which these lines do not show")
        else:
            is_done[line] = False
            for term in line.reasons():
                needed = term.line.at(stage)
                if is_done.get(needed) is False:
                    raise ExportError("its parts rest on each other")
                if needed not in is_done:
                    waiting.append(needed)
    return order


class Assumptions:
    """The assumptions on which each line of a file rests, worked out when they are asked for."""

    def __init__(self, stage: int) -> None:
        """Start without lines; ``stage``: the number of the file's stage."""
        self._stage, self._of = stage, dict[ProofLine, frozenset[ProofLine]]()

    def of(self, line: ProofLine) -> frozenset[ProofLine]:
        """Return the assumptions of a line that are not discharged. Raises ``ExportError``."""
        for traced in trace(line, self._stage, self._of):
            self._of[traced] = self._join(traced)
        return self._find(line)

    def _find(self, line: ProofLine) -> frozenset[ProofLine]:
        return self._of.get(line.at(self._stage), _NONE)

    def _join(self, line: ProofLine) -> frozenset[ProofLine]:
        if line.kind == "asm":
            return frozenset([line])
        found = [self._find(term.line) for term in line.reasons()]
        if line.kind == "uns":
            first, other = line.terms[1].line, line.terms[3].line
            return found[0] - {first} | found[2] - {other}
        return frozenset().union(*found)
