"""Add what the independent check found about a run; runs of before have none."""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.add_column(
            sa.Column(
                "verdict",
                sa.JSON(),
                nullable=True,
                comment="what the checker found: how much is proved",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.drop_column("verdict")
