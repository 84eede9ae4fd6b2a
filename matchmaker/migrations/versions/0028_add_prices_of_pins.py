"""Add what each pin and forbid of a run costs; runs of before do not know it."""

import sqlalchemy as sa
from alembic import op


revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.add_column(
            sa.Column(
                "prices",
                sa.JSON(),
                nullable=True,
                comment="what each pin and forbid costs, by round_override.id",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.drop_column("prices")
