"""Let needs have a last day, offers a stock, and pairings a reason for their end."""

import sqlalchemy as sa
from alembic import op


revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("need") as table:
        table.add_column(sa.Column("useful_until", sa.Date(), nullable=True))
    with op.batch_alter_table("offer") as table:
        table.add_column(sa.Column("stock", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_offer_stock"), "stock IS NULL OR stock >= 1")
    with op.batch_alter_table("pairing") as table:
        table.add_column(sa.Column("end_reason", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("continues_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_pairing_continues_id"), "pairing", ["continues_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_pairing_continues_id"), ["continues_id"])


def downgrade() -> None:
    """What has expired, is used up or has ended stays so; why and by which day is gone."""
    with op.batch_alter_table("pairing") as table:
        table.drop_constraint(op.f("uq_pairing_continues_id"), type_="unique")
        table.drop_constraint(op.f("fk_pairing_continues_id"), type_="foreignkey")
        table.drop_column("continues_id")
        table.drop_column("end_reason")
    with op.batch_alter_table("offer") as table:
        table.drop_constraint(op.f("ck_offer_stock"), type_="check")
        table.drop_column("stock")
    with op.batch_alter_table("need") as table:
        table.drop_column("useful_until")
