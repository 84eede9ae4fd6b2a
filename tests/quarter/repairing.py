"""Free places are searched for by one social worker and kept by another without a hand in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.rounds.publish import keeping
from matchmaker.rounds.solve import repairs
from tests.quarter.office import get_round
from tests.quarter.pages import keep_on_page
from tests.quarter.people import Street
from tests.quarter.town import Town

_SEARCH_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Search:
    """A search that is worked on and not kept yet."""

    id: int
    number: int
    month: date


class Repairs:
    """The searches of a street's months."""

    def __init__(self, town: Town, street: Street) -> None:
        self.town, self.street = town, street

    def count_free(self, month: date) -> int:
        """How many places are free that nobody was looked for."""
        with self.town.reading():
            run = get_round(month).published_run
            return 0 if run is None else len(keeping.list_free(run, self.town.now))

    def search(self, month: date) -> Search | None:
        """The first asks; the worker answers. None: nothing is free, or nobody could keep it."""

        def start(*, actor: m.User, now: datetime) -> tuple[int, int, int]:
            match_round = get_round(month)
            keeping.require_keeper_left(match_round, actor, now)
            row = repairs.start_repair(
                match_round, limit_seconds=_SEARCH_SECONDS, actor=actor, now=now
            )
            return row.id, row.number, repairs.get_repair_job(row).id

        started = self.town.attempt(self.street.first, start) if self.count_free(month) else None
        if started is None:
            return None
        repair_id, number, job_id = started
        self.town.solve(job_id)
        return Search(repair_id, number, month)

    def keep(self, search: Search) -> list[int] | None:
        """The second keeps what was found; returns the new promises, None when it is refused.

        Every other search is kept on its page.
        """
        who = self.street.second
        if search.number % 2:
            found: list[int] | None = self.town.attempt(who, self._make_step(search))
            return found
        self.town.taken_on_pages += 1
        is_kept = keep_on_page(self.town, who, search.month, search.number)
        with self.town.reading():
            query = select(m.Promise.id).join(m.Promise.assignment)
            of_search = m.Assignment.round_repair_id == search.id
            return list(db.session.scalars(query.where(of_search))) if is_kept else None

    def _make_step(self, search: Search) -> Callable[..., list[int]]:
        def step(*, actor: m.User, now: datetime) -> list[int]:
            repair = db.session.get_one(m.RoundRepair, search.id)
            if not repairs.is_usable(repair):
                raise ConflictError("repair.not_verified", number=repair.number)
            rows = keeping.keep_repair(repair, actor=actor, now=now, accepts_unproved=True)
            return [row.id for row in rows]

        return step
