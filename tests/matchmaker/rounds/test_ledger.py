"""The memory of fairness: which months count, for whom, and what a publication writes."""

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.memory.ledger import (
    Contest,
    Coverage,
    GiverLoad,
    erase_ledger,
    freeze_history,
    freeze_loads,
    write_ledger,
)
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.snapshot import CommitteeHistory, FrozenLoad
from tests.factories import NOW, Factory
from tests.matchmaker.rounds.second_month import freeze_second_month
from tests.worlds import kept

JULY = date(2026, 7, 1)
COMMITTEE, HOUSEHOLD, ORGANISATION = (
    m.LedgerScope.COMMITTEE,
    m.LedgerScope.HOUSEHOLD,
    m.LedgerScope.ORGANISATION,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


class Office:
    """A street office with rounds, whose publications write the ledger."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.subdistrict = make.subdistrict()
        self.worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)

    def round(self, month: date, subdistrict: m.Subdistrict | None = None) -> m.MatchRound:
        row = m.MatchRound(
            subdistrict_id=(subdistrict or self.subdistrict).id,
            month=month,
            policy="community/1",
            opened_by_id=self.worker.id,
            opened_at=NOW,
        )
        return self.make.add(row)

    def write(self, match_round: m.MatchRound, **counts) -> None:
        nothing: dict = {"households": {}, "committees": {}, "contests": {}, "loads": {}}
        write_ledger(match_round, **{**nothing, **counts})

    def freeze_history(self) -> tuple[CommitteeHistory, ...]:
        return freeze_history(self.subdistrict.id, JULY)


@pytest.fixture
@kept
def office(make):
    return Office(make)


@pytest.mark.parametrize(
    ("month", "is_remembered"),
    [
        (date(2026, 8, 1), False),
        (date(2026, 7, 1), False),
        (date(2026, 6, 1), True),
        (date(2026, 2, 1), True),
        (date(2026, 1, 1), True),  # six months before
        (date(2025, 12, 1), False),
        (date(2025, 7, 1), False),
    ],
)
def test_six_earlier_months_are_remembered(office, month, is_remembered):
    office.write(office.round(month), committees={"C01": Coverage(asked=9, possible=5, met=3)})
    expected = (CommitteeHistory("C01", possible=5, received=3),) if is_remembered else ()
    assert office.freeze_history() == expected


def test_months_add_up_by_committee_in_the_order_of_codes(office):
    may, june = office.round(date(2026, 5, 1)), office.round(date(2026, 6, 1))
    office.write(may, committees={"C02": Coverage(9, 5, 3), "C01": Coverage(1, 1, 1)})
    office.write(june, committees={"C02": Coverage(4, 2, 1)})
    assert office.freeze_history() == (
        CommitteeHistory("C01", possible=1, received=1),
        CommitteeHistory("C02", possible=7, received=4),
    )


def test_households_and_organisations_are_no_part_of_the_history(office):
    june = office.round(date(2026, 6, 1))
    office.write(
        june, households={"H1": Coverage(2, 2, 2)}, loads={"O1": {"visits": GiverLoad(5, 4)}}
    )
    assert office.freeze_history() == ()


def test_another_street_office_has_its_own_memory(office):
    elsewhere = office.round(date(2026, 6, 1), office.make.subdistrict())
    office.write(elsewhere, committees={"C01": Coverage(9, 5, 3)})
    assert office.freeze_history() == ()


def test_a_publication_writes_a_line_for_each_group_with_every_number(office):
    office.write(
        office.round(JULY),
        households={"H1": Coverage(asked=4, possible=3, met=2)},
        committees={"C01": Coverage(asked=9, possible=8, met=7)},
        contests={"C01": Contest(open=6, met=4), "": Contest(open=2, met=1)},
        loads={"O1": {"visits": GiverLoad(pledged=6, used=5), "rice_oil": GiverLoad(3, 2)}},
    )
    assert list_lines() == {
        (HOUSEHOLD, "H1", 4, 3, 2, 0),
        (COMMITTEE, "C01", 9, 8, 7, 0),
        (COMMITTEE, "", 0, 0, 0, 0),
        (ORGANISATION, "O1", 0, 0, 0, 5),
        (ORGANISATION, "O1", 0, 0, 0, 2),
    }
    rows = db.session.scalars(select(m.FairnessLedger))
    added = {(r.reference, r.measure, r.pledged, r.contested_open, r.contested_met) for r in rows}
    assert added == {
        ("H1", "", 0, 0, 0),
        ("C01", "", 0, 6, 4),
        ("", "", 0, 2, 1),
        ("O1", "visits", 6, 0, 0),
        ("O1", "rice_oil", 3, 0, 0),
    }


def add_rounds(office, *months: date, **counts) -> None:
    for month in months:
        office.write(office.round(month), **counts)


def test_contested_needs_of_the_five_rounds_before_are_remembered(office):
    months = [date(2025, 11, 1), *(date(2026, month, 1) for month in (1, 2, 3, 5, 6))]
    committees = {"C01": Coverage(9, 9, 9), "C02": Coverage(9, 9, 9)}
    add_rounds(office, *months, committees=committees, contests={"C01": Contest(open=3, met=2)})
    add_rounds(office, date(2026, 7, 1), contests={"C01": Contest(open=70, met=70)})
    found = freeze_history(office.subdistrict.id, JULY, contested=True)
    assert found == (CommitteeHistory("C01", possible=15, received=10),)


def test_a_giver_carried_five_rounds_and_agreed_to_the_mean_of_twelve_months(office):
    def load(month: date, pledged: int, used: int) -> None:
        loads = {"O1": {"visits": GiverLoad(pledged, used), "rice_oil": GiverLoad(9, 9)}}
        office.write(office.round(month), loads=loads)

    load(date(2025, 6, 1), 1000, 1000)  # more than twelve months ago
    load(date(2025, 7, 1), 20, 9)  # a pledge that counts, but not among the last five rounds
    for month in (2, 3, 4, 5, 6):
        load(date(2026, month, 1), 10, 4)
    load(JULY, 1000, 1000)  # the month itself, published before and to be frozen again
    found = freeze_loads(office.subdistrict.id, JULY, {("O1", "visits"), ("O2", "visits")})
    # 70 units in six pledges; five rounds and this one: 70 units
    assert found == (FrozenLoad("O1", "visits", carried=20, agreed=70),)


def test_a_giver_that_was_away_has_agreed_to_the_rounds_that_it_took_part_in(office):
    add_rounds(office, *(date(2026, month, 1) for month in (2, 3, 5, 6)))
    loads = {"O1": {"visits": GiverLoad(pledged=7, used=3)}}
    add_rounds(office, date(2026, 4, 1), loads=loads)
    found = freeze_loads(office.subdistrict.id, JULY, {("O1", "visits")})
    assert found == (FrozenLoad("O1", "visits", carried=3, agreed=14),)


def test_a_withdrawn_month_is_forgotten_and_no_other(office):
    july, june = office.round(JULY), office.round(date(2026, 6, 1))
    elsewhere = office.round(JULY, office.make.subdistrict())
    for number, match_round in enumerate((july, june, elsewhere), start=1):
        office.write(match_round, committees={f"C{number}": Coverage(1, 1, 1)})
    erase_ledger(july)
    assert {line[1] for line in list_lines()} == {"C2", "C3"}


def list_lines() -> set[tuple[m.LedgerScope, str, int, int, int, int]]:
    rows = db.session.scalars(select(m.FairnessLedger))
    return {(r.scope, r.reference, r.asked, r.possible, r.received, r.given) for r in rows}


@pytest.mark.parametrize(("policy", "has_loads"), [("community/1", False), ("community/2", True)])
def test_loads_of_givers_are_frozen_by_the_second_policy_alone(make, policy, has_loads):
    snapshot = read_snapshot(freeze_second_month(make, policy=policy))
    assert bool(snapshot.loads) is has_loads
