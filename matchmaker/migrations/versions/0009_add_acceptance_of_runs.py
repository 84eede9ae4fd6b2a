"""Add when the person who started a run accepted that it is not proved; runs of before have none."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.add_column(
            sa.Column(
                "accepted_at",
                UTCDateTime(),
                nullable=True,
                comment="when the person who started it accepted what is not proved",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.drop_column("accepted_at")
