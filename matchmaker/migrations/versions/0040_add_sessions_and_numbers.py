"""Add sessions with numbers, the days of stays, and where and how an offer is given."""

import sqlalchemy as sa
from alembic import op


revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

CHECKS = {
    "number_of_session": "(session_id IS NULL) = (number IS NULL)",
    "number": "number IS NULL OR number >= 1",
    "stay": "first_day IS NULL OR first_day <= last_day",
}


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column(
            "place_id", sa.Integer(), nullable=True, comment="where it is; empty: at each door"
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_session_days")),
        sa.CheckConstraint(
            "0 <= starts_minute AND starts_minute < ends_minute", name=op.f("ck_session_starts")
        ),
        sa.CheckConstraint("ends_minute <= 1440", name=op.f("ck_session_ends")),
        sa.CheckConstraint("most IS NULL OR most >= 1", name=op.f("ck_session_most")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_session_offer_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_session_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    for column in ("offer_id", "place_id"):
        op.create_index(op.f(f"ix_session_{column}"), "session", [column])
    _add_terms_of_offers()
    with op.batch_alter_table("promise") as table:
        table.add_column(
            sa.Column(
                "session_id",
                sa.Integer(),
                nullable=True,
                comment="session in which it is given; empty: none is fixed",
            )
        )
        table.add_column(sa.Column("number", sa.Integer(), nullable=True))
        table.add_column(sa.Column("first_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        table.create_foreign_key(op.f("fk_promise_session_id"), "session", ["session_id"], ["id"])
        table.create_unique_constraint(
            op.f("uq_promise_session_id_number"), ["session_id", "number"]
        )
        for name, text in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_promise_{name}"), text)


def _add_terms_of_offers() -> None:
    with op.batch_alter_table("offer") as table:
        table.add_column(
            sa.Column(
                "place_id",
                sa.Integer(),
                nullable=True,
                comment="where it is given; empty: not said, or at the door",
            )
        )
        table.add_column(sa.Column("handing_over", sa.String(length=40), nullable=True))
        for name in ("bring", "payment"):
            table.add_column(
                sa.Column(name, sa.String(length=160), nullable=False, server_default="")
            )
        table.create_foreign_key(op.f("fk_offer_place_id"), "place", ["place_id"], ["id"])
    with op.batch_alter_table("offer") as table:
        for name in ("bring", "payment"):
            table.alter_column(name, existing_type=sa.String(length=160), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("promise") as table:
        for name in reversed(CHECKS):
            table.drop_constraint(op.f(f"ck_promise_{name}"), type_="check")
        table.drop_constraint(op.f("uq_promise_session_id_number"), type_="unique")
        table.drop_constraint(op.f("fk_promise_session_id"), type_="foreignkey")
        for name in ("last_day", "first_day", "number", "session_id"):
            table.drop_column(name)
    with op.batch_alter_table("offer") as table:
        table.drop_constraint(op.f("fk_offer_place_id"), type_="foreignkey")
        for name in ("payment", "bring", "handing_over", "place_id"):
            table.drop_column(name)
    op.drop_table("session")
