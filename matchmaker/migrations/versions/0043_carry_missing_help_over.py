"""Keep what of a need was given in earlier months; count needs and volunteers in the ledger."""

import sqlalchemy as sa
from alembic import op


revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Comments of columns of the ledger, before and after.
COMMENTS = {
    "measure": (
        "of organisations: visits, or the code of a category",
        "what is counted: visits, or the code of a category; empty: needs",
    ),
    "asked": ("needs in the round", "needs in the round; of a need: units asked"),
    "pledged": (
        "units offered (organisations)",
        "units offered by an organisation; promised to a need, by a volunteer",
    ),
    "given": (
        "units given (organisations)",
        "units given by an organisation or volunteer, or to a need",
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("need") as table:
        table.add_column(
            sa.Column("given_quantity", sa.Integer(), nullable=False, server_default="0")
        )
        table.create_check_constraint(op.f("ck_need_given_quantity"), "given_quantity >= 0")
    with op.batch_alter_table("need") as table:
        table.alter_column("given_quantity", server_default=None)
    _comment(before=0, after=1)


def downgrade() -> None:
    """What was given of a need is counted in its quantity again; the new lines are gone."""
    op.execute("UPDATE need SET quantity = quantity + given_quantity")
    with op.batch_alter_table("need") as table:
        table.drop_constraint(op.f("ck_need_given_quantity"), type_="check")
        table.drop_column("given_quantity")
    op.execute("DELETE FROM fairness_ledger WHERE scope IN ('need', 'volunteer')")
    _comment(before=1, after=0)


def _comment(*, before: int, after: int) -> None:
    with op.batch_alter_table("fairness_ledger") as table:
        for name, comments in COMMENTS.items():
            table.alter_column(
                name,
                existing_type=sa.String(length=40) if name == "measure" else sa.Integer(),
                existing_nullable=False,
                existing_comment=comments[before],
                comment=comments[after],
            )
