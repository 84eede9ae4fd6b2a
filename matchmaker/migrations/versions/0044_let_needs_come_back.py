"""Let a need come back every month until one that was named."""

import sqlalchemy as sa
from alembic import op


revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("need") as table:
        table.add_column(sa.Column("repeats_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("repeats_need_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("review_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("review_asked_on", sa.Date(), nullable=True))
        table.create_foreign_key(
            op.f("fk_need_repeats_need_id"), "need", ["repeats_need_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_need_repeats_need_id"), ["repeats_need_id"])


def downgrade() -> None:
    """Needs of each month stay; what said that they come back is gone."""
    with op.batch_alter_table("need") as table:
        table.drop_constraint(op.f("uq_need_repeats_need_id"), type_="unique")
        table.drop_constraint(op.f("fk_need_repeats_need_id"), type_="foreignkey")
        table.drop_column("review_asked_on")
        table.drop_column("review_on")
        table.drop_column("repeats_need_id")
        table.drop_column("repeats_until")
