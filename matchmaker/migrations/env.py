"""How Alembic reaches the site's database and models."""

from alembic import context
from flask import current_app
from sqlalchemy import Enum
from matchmaker.models.columns import EncryptedText
from matchmaker.models.columns import UTCDateTime


RENDERED = {
    EncryptedText: "sa.Text()",
    Enum: "sa.String(length=40)",
    UTCDateTime: "sa.DateTime(timezone=True)",
}
database = current_app.extensions["migrate"].db


def leave_out_empty(context_, revision, directives) -> None:
    """A migration without a change is not written."""
    if (
        getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def render_item(kind, value, autogen_context) -> str | bool:
    """A migration names what the database stores, never a class that may change one day."""
    return RENDERED.get(type(value), False) if kind == "type" else False


def run_offline() -> None:
    context.configure(
        url=database.engine.url.render_as_string(hide_password=False),
        target_metadata=database.metadata,
        literal_binds=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """SQLite rebuilds whole tables to alter them: foreign keys rest meanwhile, and are checked after."""
    with database.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            process_revision_directives=leave_out_empty,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError(
                    "the migration left a row that points nowhere: nothing was changed"
                )
        if is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


run_offline() if context.is_offline_mode() else run_online()
