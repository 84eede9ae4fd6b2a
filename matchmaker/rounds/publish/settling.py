"""Set the state of a need from the help that was given for it."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import Need, NeedState, Promise, RoundRun
from matchmaker.needs.states import settle
from matchmaker.promises.sums import add_up

SETTLED = frozenset({NeedState.MATCHED, NeedState.SERVED, NeedState.PARTLY_SERVED})


def settle_need(need: Need, run: RoundRun) -> None:
    """Mark a need as served once its help came and none is open; partly if some is missing.

    Until then the need is matched. A need that is neither matched nor served stays as it is.
    Flushes.
    """
    db.session.flush()
    if need.state not in SETTLED:
        return
    query = (
        select(Promise)
        .where(Promise.need_id == need.id, Promise.round_run_id == run.id)
        .options(joinedload(Promise.assignment))
    )
    help_sum = add_up(db.session.scalars(query))
    is_done = help_sum.given > 0 and not help_sum.is_open
    settle(need, is_done=is_done, is_whole=not help_sum.missing)
    db.session.flush()
