"""A round's run and what it decided, for tests of those who read them."""

from datetime import date
from typing import Any

from matchmaker import models as m
from tests.factories import NOW, Factory


def make_run(make: Factory, subdistrict_id: int, started_by: m.User, **values: Any) -> m.RoundRun:
    """The first run of a new round of July 2026."""
    match_round = make.add(
        m.MatchRound(
            subdistrict_id=subdistrict_id,
            month=date(2026, 7, 1),
            policy="test",
            seed_rule="test",
            opened_by_id=started_by.id,
            opened_at=NOW,
        )
    )
    defaults = {"number": 1, "limit_seconds": 60, "problem_json": "{}", "problem_sha256": ""}
    keys = {"match_round_id": match_round.id, "started_by_id": started_by.id}
    return make.add(m.RoundRun(**keys, created_at=NOW, **{**defaults, **values}))


def make_assignment(
    make: Factory, run: m.RoundRun, need: m.Need, offer: m.Offer, **values: Any
) -> m.Assignment:
    """One unit of ``offer`` for ``need``."""
    keys = {"round_run_id": run.id, "need_id": need.id, "offer_id": offer.id}
    defaults = {"organisation_id": offer.organisation_id, "units": 1}
    return make.add(m.Assignment(**keys, **{**defaults, **values}))
