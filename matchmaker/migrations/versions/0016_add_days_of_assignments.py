"""Add the days on which an assignment may take place; assignments of before have none."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assignment") as table:
        table.add_column(
            sa.Column(
                "days",
                sa.JSON(none_as_null=True),
                nullable=True,
                comment="days on which it may take place (ISO), in order; empty: any in its slot",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("assignment") as table:
        table.drop_column("days")
