"""Count how often the recipient of a promise was not reached."""

import sqlalchemy as sa
from alembic import op


revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("promise") as table:
        table.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("promise") as table:
        table.alter_column("tries", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("promise") as table:
        table.drop_column("tries")
