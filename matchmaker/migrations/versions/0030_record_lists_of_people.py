"""Record who got which list of people, and who is in it."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column(
            "purpose",
            sa.String(length=40),
            nullable=True,
            comment="empty: few people, read on pages",
        ),
        sa.Column(
            "filters",
            sa.JSON(),
            nullable=False,
            comment="what narrowed it, without what was typed",
        ),
        sa.Column("persons", sa.Integer(), nullable=False, comment="how many people are in it"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_list_disclosure_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_disclosure")),
    )
    op.create_index(op.f("ix_list_disclosure_user_id_at"), "list_disclosure", ["user_id", "at"])
    op.create_table(
        "listed_person",
        sa.Column("list_disclosure_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_disclosure_id"],
            ["list_disclosure.id"],
            name=op.f("fk_listed_person_list_disclosure_id_list_disclosure"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_listed_person_person_id_person")
        ),
        sa.PrimaryKeyConstraint("list_disclosure_id", "person_id", name=op.f("pk_listed_person")),
    )
    op.create_index(op.f("ix_listed_person_person_id"), "listed_person", ["person_id"])


def downgrade() -> None:
    op.drop_table("listed_person")
    op.drop_table("list_disclosure")
