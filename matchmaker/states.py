"""One state machine for every table of states: where each step may start and where it leads.

A table gives, for each step, the states in which it can be taken and the state that follows.
Needs, rounds and jobs name a step after the state it leads to: ``make_machine_by_target`` builds
their table from the states that may follow each state.
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
    """The legal steps of one kind of row. Every refusal has ``code``, such as ``need.state``.

    ``locks_rows``: ``take`` reads the row again and locks it until the transaction ends, so that
    the second of two simultaneous requests is refused. Rows that the service locks when it loads
    them do not need it.
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
        """The state to which ``step`` leads. Raises ``ConflictError`` if it cannot be taken."""
        if not self.can(state, step):
            raise ConflictError(self.code, state=state.value, step=step.value)
        return self.table[step][state]

    def take(self, row: Stateful[StateT], step: StepT) -> None:
        """Move ``row`` along ``step``. Raises ``ConflictError`` if it cannot be taken."""
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
    """A machine whose steps are named after the states they lead to.

    ``following`` maps each state to the states that may come next.
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
    """The rows of ``query`` as they are now, locked in its order until the transaction ends.

    ``of`` is the table whose rows are locked when it is not that of the rows themselves.
    """
    model = query.column_descriptions[0]["entity"]
    locked = query.with_for_update(of=of or model).execution_options(populate_existing=True)
    return list(db.session.scalars(locked).unique())
