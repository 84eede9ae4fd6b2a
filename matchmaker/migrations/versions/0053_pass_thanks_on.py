"""Let a recipient allow that thanks are passed on, and the office decide it."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "thanks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("is_passed_on", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_thanks_decided_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"],
            ["subdistrict.id"],
            name=op.f("fk_thanks_subdistrict_id_subdistrict"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
    )
    op.create_index(op.f("ix_thanks_subdistrict_id"), "thanks", ["subdistrict_id"])
    with op.batch_alter_table("promise") as table:
        table.add_column(sa.Column("thanks_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_promise_thanks_id_thanks", "thanks", ["thanks_id"], ["id"])
        table.create_index("ix_promise_thanks_id", ["thanks_id"])


def downgrade() -> None:
    with op.batch_alter_table("promise") as table:
        table.drop_index("ix_promise_thanks_id")
        table.drop_constraint("fk_promise_thanks_id_thanks", type_="foreignkey")
        table.drop_column("thanks_id")
    op.drop_table("thanks")
