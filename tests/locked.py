"""What every locking read of any test does: lock named tables alone, and read the row as it is now.

SQLite knows no row locks, so most tests would not notice. PostgreSQL refuses to lock the empty side
of an outer join, and SQLAlchemy hands out what it read before the lock unless it is asked not to.
"""

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.expression import Select


def find_fault(state: ORMExecuteState) -> str | None:
    """What a locking read leaves out, or ``None``."""
    query = state.statement
    lock = getattr(query, "_for_update_arg", None)
    if not isinstance(query, Select) or lock is None:
        return None
    if lock.of is None and (query._setup_joins or query._with_options):
        return "locks every table that it joins"
    is_row = any(part["entity"] is part["expr"] for part in query.column_descriptions)
    options = state.load_options
    if is_row and not (options._populate_existing or options._refresh_state):
        return "hands out rows as they were before the lock"
    return None


@event.listens_for(Session, "do_orm_execute")
def refuse_stale_locks(state: ORMExecuteState) -> None:
    """Fail the test in which a locking read would fail, or hand out what is old, on PostgreSQL."""
    fault = find_fault(state)
    assert fault is None, f"{state.statement}\n{fault}"
