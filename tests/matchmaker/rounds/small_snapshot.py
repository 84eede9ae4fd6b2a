"""A frozen month of the product, read from its stored text, and one with few rows to change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from matchmaker.rounds.question.snapshot import (
    DueVisit,
    FrozenNeed,
    FrozenOffer,
    FrozenVolunteer,
    Snapshot,
    read_text,
)

DATA = Path(__file__).parent / "data"


def read_data(name: str, month: str = "second_month") -> str:
    """A file of the second month as the product wrote it: snapshot, problem, solution, figures.

    It is of the first format and policy; ``drawn_month`` is the same of the second,
    ``dated_month`` that with the days of its slots, ``keyed_month`` that with its key.
    """
    return (DATA / f"{month}.{name}.json").read_text()


SECOND = read_text(read_data("snapshot"))
DRAWN = read_text(read_data("snapshot", "drawn_month"))
# Its rows as patterns: the nurse's visit asks for two persons with a proof, the money for none.
NEED = next(row for row in SECOND.needs if row.reference == "N2610-0001")
MONEY_NEED = next(row for row in SECOND.needs if row.category == "hardship_money")
GOODS_NEED = next(row for row in SECOND.needs if row.category == "rice_oil")
OFFER = next(row for row in SECOND.offers if row.category == "nurse_visit")
MONEY = next(row for row in SECOND.offers if row.category == "hardship_money")
GOODS = next(row for row in SECOND.offers if row.category == "rice_oil")
VISITS = next(row for row in SECOND.offers if row.category == "elder_visit")
VOLUNTEER = next(row for row in SECOND.volunteers if row.reference == "V0004")
VISITOR = next(row for row in SECOND.volunteers if row.reference == "V0001")
DUE = next(row for row in SECOND.due_visits if row.pairing == "P0001")


def make_snapshot(
    *,
    needs: tuple[FrozenNeed, ...] = (),
    offers: tuple[FrozenOffer, ...] = (),
    volunteers: tuple[FrozenVolunteer, ...] = (),
    due_visits: tuple[DueVisit, ...] = (),
    **values: Any,
) -> Snapshot:
    """The second month with these rows alone, and its categories and slots."""
    return replace(
        SECOND,
        needs=needs,
        offers=offers,
        volunteers=volunteers,
        due_visits=due_visits,
        **{"history": (), **values},
    )
