"""Add the entry into which a resident registered twice was merged; nobody is merged yet."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resident") as table:
        table.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("resident") as table:
        table.create_foreign_key(
            op.f("fk_resident_merged_into_id"), "resident", ["merged_into_id"], ["id"]
        )
        table.create_index(op.f("ix_resident_merged_into_id"), ["merged_into_id"])


def downgrade() -> None:
    """A merged entry is an entry without belongings again."""
    with op.batch_alter_table("resident") as table:
        table.drop_index(op.f("ix_resident_merged_into_id"))
        table.drop_constraint(op.f("fk_resident_merged_into_id"), type_="foreignkey")
        table.drop_column("merged_into_id")
