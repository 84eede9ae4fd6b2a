"""One row in every table that stands there, made from the reflected columns."""

from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

FREE_IN_POSTGRES = "SET LOCAL session_replication_role = replica"
FREE_IN_SQLITE = "PRAGMA defer_foreign_keys = ON"
# Values that a check constraint or a foreign key asks for.
PARTICULAR = {
    ("assignment", "pairing_id"): None,  # a line serves a need or a pairing, never both
    ("promise", "pairing_id"): None,
    ("job", "round_repair_id"): None,  # a job works on a run, a search, a pack or a price
    ("job", "month_pack_id"): None,
    ("job", "round_price_id"): None,
    ("session", "ends_minute"): 2,  # it ends after it begins
    ("notice", "resident_id"): None,  # a notice is for an account or for a resident
    ("idempotency_key", "signed_link_id"): None,  # a form is sent by an account or by a link
    ("match_round", "published_run_id"): None,  # its run comes after the round
}


def fill_tables(engine: Engine) -> None:
    """Give each empty table one row whose references lead to the other tables' row."""
    metadata = reflect(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name == "alembic_version":
                continue
            if not connection.scalar(select(func.count()).select_from(table)):
                row = {c.name: make_value(table, c) for c in table.columns}
                connection.execute(table.insert().values(**row))


def empty_tables(engine: Engine) -> None:
    """Delete every row but the number of the revision, whatever refers to it."""
    is_postgres = engine.dialect.name == "postgresql"
    names = list_tables(engine)
    with engine.begin() as connection:
        connection.execute(text(FREE_IN_POSTGRES if is_postgres else FREE_IN_SQLITE))
        for name in names:
            connection.execute(text(f'DELETE FROM "{name}"'))


def reflect(engine: Engine) -> MetaData:
    """The tables as they stand in the database."""
    metadata = MetaData()
    metadata.reflect(engine)
    return metadata


def list_tables(engine: Engine) -> list[str]:
    """The names of the tables, without that of the number of the revision."""
    return [name for name in inspect(engine).get_table_names() if name != "alembic_version"]


def make_value(table: Table, column: Column) -> object:
    if (table.name, column.name) in PARTICULAR:
        return PARTICULAR[table.name, column.name]
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1
    if isinstance(column.type, DateTime):
        return datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
    if isinstance(column.type, Date):
        return date(2026, 7, 1)
    if isinstance(column.type, LargeBinary):
        return b"bytes"
    if isinstance(column.type, JSON):
        return {"kept": ["as", "it", "is"]}
    return f"{column.name}"[: getattr(column.type, "length", None) or 40]
