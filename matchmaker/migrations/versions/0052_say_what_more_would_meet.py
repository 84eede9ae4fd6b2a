"""Keep with each run what more help would meet; runs of before have no such counts."""

import sqlalchemy as sa
from alembic import op


revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.add_column(
            sa.Column(
                "shortages",
                sa.JSON(),
                nullable=True,
                comment="what more help would meet, counts only; empty: not counted",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.drop_column("shortages")
