"""Keep what took place of promised help: the code, the report with its proof, how it was."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import EncryptedText, UTCDateTime


revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_ADDED = (
    ("code", EncryptedText()),
    ("reported_at", UTCDateTime()),
    ("delivered_units", sa.Integer()),
    ("proof", sa.String(length=40)),
    ("fail_reason", sa.String(length=40)),
    ("face", sa.String(length=40)),
    ("words", EncryptedText()),
)


def upgrade() -> None:
    with op.batch_alter_table("promise") as table:
        for name, kind in _ADDED:
            table.add_column(sa.Column(name, kind, nullable=True))
        table.add_column(sa.Column("code_tries", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("promise") as table:
        table.alter_column("code_tries", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("promise") as table:
        table.drop_column("code_tries")
        for name, _kind in reversed(_ADDED):
            table.drop_column(name)
