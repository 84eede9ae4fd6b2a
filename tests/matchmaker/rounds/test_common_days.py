"""Two who go to one door go on one day: what is left of their days is left for both."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from matchmaker import models as m
from matchmaker.promises.facts import Asked, Facts, HeldPromise
from matchmaker.promises.present import hold

JULY = date(2026, 7, 1)
DAYS = ["2026-07-13", "2026-07-14", "2026-07-15"]
OFFER = SimpleNamespace(
    id=1,
    state=m.OfferState.OPEN,
    committees=[],
    windows=[],
    statuses=[],
    valid_from=date(2026, 1, 1),
    valid_until=None,
    capacity_per_month=9,
)


def make_promise(number: int, **values: object) -> HeldPromise:
    given: dict[str, Any] = {
        "id": number,
        "run_id": 1,
        "month": JULY,
        "need_id": 1,
        "pairing_id": None,
        "offer_id": 1,
        "organisation_id": 1,
        "volunteer_id": number,
        "slot": "W2-WD-AM",
        "units": 1,
        "state": m.PromiseState.PROPOSED,
        "days": DAYS,
        "was_published": False,
    }
    return HeldPromise(**{**given, **values})


def make_volunteer(number: int, away: list[int]) -> SimpleNamespace:
    days = [date(2026, 7, day) for day in away]
    return SimpleNamespace(
        id=number,
        person_id=number,
        state=m.VolunteerState.ACTIVE,
        committees=[],
        windows=["WD-AM"],
        categories=["repair"],
        visits_per_month=9,
        absences=[m.VolunteerAbsence(first_day=day, last_day=day) for day in days],
    )


def make_facts(*away: list[int]) -> Facts:
    asked = Asked(1, "C01", "repair", None, 2, 2, False, m.NeedState.IN_ROUND)
    rows: dict[str, Any] = {
        "needs": {1: asked, 2: asked},
        "pairings": {},
        "offers": {1: OFFER},
        "organisations": {1: SimpleNamespace(state=m.OrganisationState.APPROVED)},
        "volunteers": {n: make_volunteer(n, days) for n, days in enumerate(away, start=1)},
        "persons": {},
        "statuses": {},
    }
    return Facts(**rows)


@pytest.mark.parametrize(
    ("one", "other", "broken"),
    [
        ([], [], []),
        ([13], [14], []),  # the 15th is left
        ([13, 14], [14, 13], []),
        ([13, 14], [15], [2]),
        ([13], [14, 15], [2]),
        ([13, 14, 15], [], [1]),
        ([13, 14, 15], [13], [1]),  # by itself, whatever the other does
    ],
)
def test_two_who_go_together_have_a_day_in_common(one, other, broken):
    promises = [make_promise(1), make_promise(2)]
    found = hold(promises, make_facts(one, other), JULY)
    assert [row.promise.id for row in found] == broken
    assert {row.reason for row in found} <= {m.RevokeReason.VOLUNTEER_AWAY}


@pytest.mark.parametrize(
    "values",
    [
        {"need_id": 2},
        {"slot": "W3-WD-AM"},
        {"state": m.PromiseState.REVOKED},
    ],
)
def test_who_goes_elsewhere_or_not_at_all_needs_no_common_day(values):
    promises = [make_promise(1), make_promise(2, **values)]
    assert hold(promises, make_facts([13, 14], [15]), JULY) == []
