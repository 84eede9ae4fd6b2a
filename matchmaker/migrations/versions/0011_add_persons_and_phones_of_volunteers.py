"""Add the person behind each volunteer, resident and account, and the phone of a volunteer.

Each row found is a person of its own; only an account of a volunteer is that volunteer's person,
because such an account is made for nobody else.
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import EncryptedText, UTCDateTime


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WITH_PERSON = ("volunteer", "resident", "user_account")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    for name in WITH_PERSON:
        _add_persons(name)
    op.create_table(
        "people_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        *_refer("people_apart", first_id="person", second_id="person"),
        *_refer("people_apart", decided_by_id="user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_apart")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_people_apart_first_id_second_id")
        ),
    )
    op.create_index(op.f("ix_people_apart_second_id"), "people_apart", ["second_id"])
    with op.batch_alter_table("volunteer") as table:
        table.add_column(sa.Column("phone", EncryptedText(), nullable=True))
        table.add_column(
            sa.Column("phone_index", sa.String(length=64), nullable=True, comment="keyed digest")
        )
        table.create_index(op.f("ix_volunteer_phone_index"), ["phone_index"])


def downgrade() -> None:
    with op.batch_alter_table("volunteer") as table:
        table.drop_index(op.f("ix_volunteer_phone_index"))
        table.drop_column("phone_index")
        table.drop_column("phone")
    op.drop_table("people_apart")
    for name in reversed(WITH_PERSON):
        with op.batch_alter_table(name) as table:
            table.drop_index(op.f(f"ix_{name}_person_id"))
            table.drop_constraint(op.f(f"fk_{name}_person_id"), type_="foreignkey")
            table.drop_column("person_id")
    op.drop_table("person")


def _add_persons(name: str) -> None:
    with op.batch_alter_table(name) as table:
        table.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
    _fill(name)
    with op.batch_alter_table(name) as table:
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(op.f(f"fk_{name}_person_id"), "person", ["person_id"], ["id"])
        table.create_index(op.f(f"ix_{name}_person_id"), ["person_id"])


def _fill(name: str) -> None:
    bind = op.get_bind()
    person = sa.table("person", sa.column("id"))
    rows = sa.table(name, *(sa.column(c) for c in ("id", "person_id", "volunteer_id")))
    if name == "user_account":
        volunteers = sa.table("volunteer", sa.column("id"), sa.column("person_id"))
        own = sa.select(volunteers.c.person_id).where(volunteers.c.id == rows.c.volunteer_id)
        bind.execute(sa.update(rows).values(person_id=own.scalar_subquery()))
    ids = bind.scalars(sa.select(rows.c.id).where(rows.c.person_id.is_(None)).order_by(rows.c.id))
    first = (bind.scalar(sa.select(sa.func.max(person.c.id))) or 0) + 1
    pairs = [{"row": row, "number": number} for number, row in enumerate(ids, start=first)]
    if not pairs:
        return
    bind.execute(sa.insert(person), [{"id": pair["number"]} for pair in pairs])
    if bind.dialect.name == "postgresql":  # its counter does not see numbers that were given
        counter = sa.func.pg_get_serial_sequence("person", "id")
        bind.execute(sa.select(sa.func.setval(counter, pairs[-1]["number"])))
    given = sa.update(rows).where(rows.c.id == sa.bindparam("row"))
    bind.execute(given.values(person_id=sa.bindparam("number")), pairs)


def _refer(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]
