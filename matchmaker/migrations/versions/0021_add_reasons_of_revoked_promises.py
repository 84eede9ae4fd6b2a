"""Add why a promise was revoked; promises of before have no reason."""

import sqlalchemy as sa
from alembic import op


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assignment") as table:
        table.add_column(sa.Column("revoked_reason", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("assignment") as table:
        table.drop_column("revoked_reason")
