"""State machines of rows: in which states a step can be taken, and to which state it leads.

A table gives, for each step, the states in which it can be taken and the state that follows.
Needs, rounds and jobs name a step after the state to which it leads: ``make_machine_by_target``
builds their tables from the states that may follow each state.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Select

from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import Base, db

StepT = TypeVar("StepT", bound=StrEnum)
StateT = TypeVar("StateT", bound=StrEnum)
RowT = TypeVar("RowT", bound=Base)


class Stateful(Protocol[StateT]):
    """A row with a state."""

    state: StateT


class StateMachine(Generic[StepT, StateT]):
    """The legal steps of the rows of one table. ``code``, such as ``need.state``, is the error's.

    ``locks_rows``: ``take`` reads the row again and locks it until the transaction ends, so that
    the second of two simultaneous requests is refused. It is not needed for rows that a service
    locks when it loads them.
    """

    def __init__(
        self,
        code: str,
        table: Mapping[StepT, Mapping[StateT, StateT]],
        *,
        locks_rows: bool = False,
    ) -> None:
        self.code = code
        self.table = table
        self._locks_rows = locks_rows

    def can(self, state: StateT, step: StepT) -> bool:
        """Whether ``step`` can be taken in ``state``."""
        return state in self.table.get(step, {})

    def check(self, state: StateT, step: StepT) -> StateT:
        """The state to which ``step`` leads from ``state``.

        Raises ``ConflictError`` if the step cannot be taken in ``state``.
        """
        if not self.can(state, step):
            raise ConflictError(self.code, state=state.value, step=step.value)
        return self.table[step][state]

    def take(self, row: Stateful[StateT], step: StepT) -> None:
        """Set ``row.state`` to the state to which ``step`` leads.

        Raises ``ConflictError`` if the step cannot be taken in the row's state.
        """
        if self._locks_rows:
            lock_row(row)
        row.state = self.check(row.state, step)

    def list_steps(self, state: StateT) -> frozenset[StepT]:
        """The steps that can be taken in ``state``."""
        return frozenset(step for step in self.table if self.can(state, step))

    def list_starts(self, step: StepT) -> frozenset[StateT]:
        """The states in which ``step`` can be taken."""
        return frozenset(self.table.get(step, {}))


def make_machine_by_target(
    code: str, following: Mapping[StateT, Collection[StateT]], *, locks_rows: bool = False
) -> StateMachine[StateT, StateT]:
    """A machine whose steps are named after the states to which they lead.

    ``following`` maps each state to the states that may follow it.
    """
    table: dict[StateT, dict[StateT, StateT]] = {}
    for start, targets in following.items():
        for target in targets:
            table.setdefault(target, {})[start] = target
    return StateMachine(code, table, locks_rows=locks_rows)


def lock_row(row: Any) -> None:
    """Read ``row`` again and lock it until the transaction ends."""
    db.session.refresh(row, with_for_update={"of": type(row)})


def lock_rows(query: Select[RowT], of: type[Base] | None = None) -> list[RowT]:
    """Read the rows of ``query`` again, in its order, and lock them until the transaction ends.

    ``of`` is the model whose rows are locked instead of the rows themselves.
    """
    model = query.column_descriptions[0]["entity"]
    locked = query.with_for_update(of=of or model).execution_options(populate_existing=True)
    return list(db.session.scalars(locked).unique())
