"""Keep who recorded a status, and which runs were asked without pins; earlier rows have neither."""

import sqlalchemy as sa
from alembic import op


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recipient_status") as table:
        table.add_column(sa.Column("recorded_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            "fk_recipient_status_recorded_by_id", "user_account", ["recorded_by_id"], ["id"]
        )
    with op.batch_alter_table("round_run") as table:
        table.add_column(
            sa.Column(
                "is_plain",
                sa.Boolean(),
                nullable=True,
                comment="asked without pins and forbids; empty: of before this was kept",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("round_run") as table:
        table.drop_column("is_plain")
    with op.batch_alter_table("recipient_status") as table:
        table.drop_constraint("fk_recipient_status_recorded_by_id", type_="foreignkey")
        table.drop_column("recorded_by_id")
