"""Let a question to the office be a complaint about help, of a pairing's visit too."""

import sqlalchemy as sa
from alembic import op


revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.alter_column("need_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("promise_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            "fk_follow_up_promise_id_promise", "promise", ["promise_id"], ["id"]
        )
        table.create_index("ix_follow_up_promise_id", ["promise_id"])


def downgrade() -> None:
    """Complaints about visits of pairings have no place there and go."""
    op.execute("DELETE FROM follow_up WHERE need_id IS NULL")
    with op.batch_alter_table("follow_up") as table:
        table.drop_index("ix_follow_up_promise_id")
        table.drop_constraint("fk_follow_up_promise_id_promise", type_="foreignkey")
        table.drop_column("promise_id")
        table.alter_column("need_id", existing_type=sa.Integer(), nullable=False)
