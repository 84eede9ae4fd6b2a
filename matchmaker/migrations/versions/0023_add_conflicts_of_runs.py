"""Add which pins of a run without an answer cannot hold together; runs of before have none."""

import sqlalchemy as sa
from alembic import op


revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.add_column(
            sa.Column(
                "conflict",
                sa.JSON(),
                nullable=True,
                comment="round_override.id of the pins that cannot hold together",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.drop_column("conflict")
