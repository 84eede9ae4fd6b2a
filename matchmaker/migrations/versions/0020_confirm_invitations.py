"""Let a second person confirm an invitation; those of before are confirmed as they were made."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitation") as table:
        table.add_column(sa.Column("confirmed_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("confirmed_at", UTCDateTime(), nullable=True))
        table.create_foreign_key(
            "fk_invitation_confirmed_by_id", "user_account", ["confirmed_by_id"], ["id"]
        )
    op.execute("UPDATE invitation SET confirmed_at = created_at")


def downgrade() -> None:
    with op.batch_alter_table("invitation") as table:
        table.drop_constraint("fk_invitation_confirmed_by_id", type_="foreignkey")
        table.drop_column("confirmed_at")
        table.drop_column("confirmed_by_id")
