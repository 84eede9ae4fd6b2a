"""Let a need have a last day on which the help is of use."""

import sqlalchemy as sa
from alembic import op


revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("need") as table:
        table.add_column(sa.Column("useful_until", sa.Date(), nullable=True))


def downgrade() -> None:
    """Needs that have expired stay; their last day is gone."""
    with op.batch_alter_table("need") as table:
        table.drop_column("useful_until")
