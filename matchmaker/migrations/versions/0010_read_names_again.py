"""Read every name again: surnames read otherwise, rare characters and dots are known now.

The keys follow from the names, so going down leaves them: they only sort and find.
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.words.names import get_person_sort_key, get_sort_key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

READERS = {
    "organisation": ("name_zh", get_sort_key),
    "resident": ("display_name", get_person_sort_key),
    "volunteer": ("name", get_person_sort_key),
}


def upgrade() -> None:
    connection = op.get_bind()
    for name, (column, read) in READERS.items():
        table = sa.table(name, sa.column("id"), sa.column(column), sa.column("sort_key"))
        rows = connection.execute(sa.select(table.c.id, table.c[column], table.c.sort_key)).all()
        changed = [
            {"row": row_id, "key": read(text)} for row_id, text, key in rows if key != read(text)
        ]
        if changed:
            statement = sa.update(table).where(table.c.id == sa.bindparam("row"))
            connection.execute(statement.values(sort_key=sa.bindparam("key")), changed)


def downgrade() -> None:
    """Nothing: see above."""
