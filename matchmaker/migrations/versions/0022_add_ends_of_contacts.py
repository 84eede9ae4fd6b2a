"""Add from when and why there is no contact with a resident; residents of before have contact."""

import sqlalchemy as sa
from alembic import op


revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resident") as table:
        table.add_column(sa.Column("contact_ended_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("contact_end", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("resident") as table:
        table.drop_column("contact_end")
        table.drop_column("contact_ended_on")
