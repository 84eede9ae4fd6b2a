"""What a step reads and writes of a few promises is what the whole month says of them."""

from datetime import datetime

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.promises.present import Broken, list_broken, list_broken_among
from matchmaker.rounds.memory.ledger import erase_ledger
from matchmaker.rounds.publish.remembering import remember


def read_broken(run: m.RoundRun, now: datetime) -> list[Broken]:
    """What cannot be kept of a run; asked of each promise alone it is the same."""
    ids = db.session.scalars(select(m.Promise.id).filter_by(round_run_id=run.id)).all()
    broken = list_broken(run, now)
    alone = [found for row_id in sorted(ids) for found in list_broken_among(run, [row_id], now)]
    assert alone == broken
    return broken


def assert_ledger_is_whole(run: m.RoundRun) -> None:
    """The ledger of a published month is what it would be, written from the beginning."""
    before = read_lines()
    erase_ledger(run.match_round)
    remember(run)
    assert before == read_lines()


def read_lines() -> dict[tuple[str, ...], tuple[int, ...]]:
    """Every line of the ledger: what it is of, and its numbers."""
    return {
        (str(row.month), row.scope.value, row.reference, row.measure): (
            *(row.asked, row.possible, row.received, row.pledged, row.given),
            *(row.contested_open, row.contested_met),
        )
        for row in db.session.scalars(select(m.FairnessLedger))
    }
