"""Add random names for the draw, the least of a kind, and what the ranks of later months need.

The least quantity moves from the need to its kind. Kinds of the catalogue of this site get theirs;
a kind that an office added gets the least that its residents named, if they named any. Going down
gives each need the least of its kind again.
"""

import secrets

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WITH_LOT = ("household", "need", "offer", "pairing", "volunteer")
LEAST = {
    "rice_oil": 1,
    "bedding": 1,
    "fan_heater": 1,
    "walker": 1,
    "hearing_batteries": 1,
    "care_pads": 1,
    "grab_rail": 1,
    "school_supplies": 1,
    "hardship_money": 20_000,
    "student_aid": 50_000,
    "medical_aid": 100_000,
    "lift_subsidy": 500_000,
    "respite_bed": 3,
}

KINDS = sa.table(
    "service_category", sa.column("id"), sa.column("code"), sa.column("least_quantity")
)
NEEDS = sa.table(
    "need", sa.column("category_id"), sa.column("quantity"), sa.column("least_quantity")
)
LINES = sa.table(
    "fairness_ledger",
    *(sa.column(name) for name in ("id", "subdistrict_id", "month", "scope", "reference", "given")),
)
LINE_KEY = ("subdistrict_id", "month", "scope", "reference")
UNIQUE_LINE = "uq_fairness_ledger_subdistrict_id_month_scope_reference"
COUNTS = {
    "contested_open": "most needs that it could have had met of those that were contested",
    "contested_met": "contested needs met",
    "pledged": "units offered (organisations)",
}


def upgrade() -> None:
    for name in WITH_LOT:
        _add_lots(name)
    with op.batch_alter_table("service_category") as table:
        table.add_column(
            sa.Column(
                "least_quantity",
                sa.Integer(),
                nullable=True,
                comment="least units that help a home; empty: all that is asked, or nothing",
            )
        )
        table.create_check_constraint(
            op.f("ck_service_category_least_quantity"), "least_quantity >= 1"
        )
    _set_least_of_kinds()
    with op.batch_alter_table("need") as table:
        table.drop_constraint(op.f("ck_need_least_quantity"), type_="check")
        table.drop_column("least_quantity")
    _widen_lines()


def downgrade() -> None:
    _narrow_lines()
    with op.batch_alter_table("need") as table:
        table.add_column(
            sa.Column("least_quantity", sa.Integer(), comment="units, at most quantity")
        )
    _set_least_of_needs()
    with op.batch_alter_table("need") as table:
        table.alter_column("least_quantity", existing_type=sa.Integer(), nullable=False)
        table.create_check_constraint(
            op.f("ck_need_least_quantity"), "least_quantity BETWEEN 1 AND quantity"
        )
    with op.batch_alter_table("service_category") as table:
        table.drop_constraint(op.f("ck_service_category_least_quantity"), type_="check")
        table.drop_column("least_quantity")
    for name in WITH_LOT:
        with op.batch_alter_table(name) as table:
            table.drop_column("lot")


def _add_lots(name: str) -> None:
    comment = "random name for the draw, given at entry"
    with op.batch_alter_table(name) as table:
        table.add_column(sa.Column("lot", sa.String(length=16), nullable=True, comment=comment))
    rows = sa.table(name, sa.column("id"), sa.column("lot"))
    bind = op.get_bind()
    lots = [{"row": i, "name": secrets.token_hex(8)} for i in bind.scalars(sa.select(rows.c.id))]
    if lots:
        named = sa.update(rows).where(rows.c.id == sa.bindparam("row"))
        bind.execute(named.values(lot=sa.bindparam("name")), lots)
    with op.batch_alter_table(name) as table:
        table.alter_column("lot", existing_type=sa.String(length=16), nullable=False)


def _set_least_of_kinds() -> None:
    bind = op.get_bind()
    named = sa.select(NEEDS.c.category_id, sa.func.min(NEEDS.c.least_quantity)).where(
        NEEDS.c.least_quantity < NEEDS.c.quantity
    )
    least = {row[0]: row[1] for row in bind.execute(named.group_by(NEEDS.c.category_id))}
    for row in bind.execute(sa.select(KINDS.c.id, KINDS.c.code)).all():
        value = LEAST.get(row.code, least.get(row.id))
        if value is not None:
            bind.execute(sa.update(KINDS).where(KINDS.c.id == row.id).values(least_quantity=value))


def _set_least_of_needs() -> None:
    of_kind = (
        sa.select(KINDS.c.least_quantity).where(KINDS.c.id == NEEDS.c.category_id).scalar_subquery()
    )
    is_part = of_kind < NEEDS.c.quantity  # empty: not known, so the whole quantity
    value = sa.case((is_part, of_kind), else_=NEEDS.c.quantity)
    op.get_bind().execute(sa.update(NEEDS).values(least_quantity=value))


def _widen_lines() -> None:
    with op.batch_alter_table("fairness_ledger") as table:
        table.add_column(
            sa.Column(
                "measure",
                sa.String(length=40),
                nullable=False,
                server_default="",
                comment="of organisations: visits, or the code of a category",
            )
        )
        for name, comment in COUNTS.items():
            table.add_column(
                sa.Column(name, sa.Integer(), nullable=False, server_default="0", comment=comment)
            )
    with op.batch_alter_table("fairness_ledger") as table:
        table.alter_column("measure", existing_type=sa.String(length=40), server_default=None)
        for name in COUNTS:
            table.alter_column(name, existing_type=sa.Integer(), server_default=None)
        table.drop_constraint(op.f(UNIQUE_LINE), type_="unique")
        table.create_unique_constraint(op.f(UNIQUE_LINE + "_measure"), [*LINE_KEY, "measure"])


def _narrow_lines() -> None:
    _join_lines()
    with op.batch_alter_table("fairness_ledger") as table:
        table.drop_constraint(op.f(UNIQUE_LINE + "_measure"), type_="unique")
        table.create_unique_constraint(op.f(UNIQUE_LINE), [*LINE_KEY])
        for name in ("measure", *COUNTS):
            table.drop_column(name)


def _join_lines() -> None:
    """Leave one line with the sum where an organisation has one for each measure."""
    bind = op.get_bind()
    key = [LINES.c[name] for name in LINE_KEY]
    sums = sa.select(
        sa.func.min(LINES.c.id).label("first"), sa.func.sum(LINES.c.given).label("sum")
    )
    several = sums.group_by(*key).having(sa.func.count() > 1)
    for row in bind.execute(several).all():
        bind.execute(sa.update(LINES).where(LINES.c.id == row.first).values(given=row.sum))
    first = sa.select(sa.func.min(LINES.c.id)).group_by(*key)
    bind.execute(sa.delete(LINES).where(LINES.c.id.not_in(first)))
