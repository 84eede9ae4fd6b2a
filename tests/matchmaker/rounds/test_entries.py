"""Shares of dangers and of entries on behalf: by committee and worker, and what everyone reads."""

from dataclasses import replace

import pytest

from matchmaker import models as m
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze.entries import (
    EntryShares,
    list_open_shares,
    list_shares_of_run,
)
from matchmaker.rounds.pages.figures import PublicRow, hide_small_entries
from matchmaker.rounds.words.names import Names
from matchmaker.web.charts import Share
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH


@pytest.mark.usefixtures("context")
def test_shares_count_dangers_and_entries_on_behalf(month):
    """Needs 1 to 6, all entered by the first social worker; 3 and 6 are of urgency 1."""
    account = month.make.user(m.Role.RESIDENT, resident_id=month.residents[1].id)
    need = db.session.get_one(m.Need, month.needs[1].id)
    need.entered_by_id, need.verified_by_id = account.id, month.second.id
    db.session.flush()
    office = month.subdistrict.id
    committees, workers = list_open_shares(office, MONTH, get_local_date(NOW))
    assert committees == [EntryShares("C01", 3, 1, 3), EntryShares("C02", 3, 1, 2)]
    one, two = month.first.name, month.second.name
    assert workers == [EntryShares(one, 5, 2, 5), EntryShares(two, 1, 0, 0)]


@pytest.mark.usefixtures("context")
def test_a_run_keeps_the_urgency_of_its_locked_list(month):
    run = month.solve()
    before = list_shares_of_run(run)
    db.session.get_one(m.Need, month.needs[1].id).tier = 1
    db.session.flush()
    assert list_shares_of_run(run) == before
    assert sum(row.urgent for row in before) == 2


@pytest.mark.parametrize(
    ("row", "is_shown"),
    [
        (EntryShares("C01", 20, 10, 5), True),
        (EntryShares("C01", 20, 0, 20), True),
        (EntryShares("C01", 4, 0, 0), False),
        (EntryShares("C01", 20, 4, 10), False),
        (EntryShares("C01", 20, 16, 10), False),  # the four others could be told
        (EntryShares("C01", 20, 10, 1), False),
        (EntryShares("C01", 20, 10, 19), False),
    ],
)
def test_everyone_reads_no_small_number_nor_its_rest(english, row, is_shown):
    beside = [PublicRow("First", Share(10, 20))]
    (found,) = hide_small_entries([row], beside, Names({"C01": "First"}))
    assert (found.label, found.shares is not None) == ("First", is_shown)


PLAIN = EntryShares("", 30, 10, 10)
SMALL = EntryShares("", 30, 2, 10)
NAMES = Names({"C01": "First", "C02": "Second", "C03": "Third"})


@pytest.mark.parametrize(
    ("rows", "hidden_beside", "shown"),
    [
        ([PLAIN, PLAIN, PLAIN], set(), ["First", "Second", "Third"]),
        # one hidden row is the total less the others: the smallest other goes too
        ([SMALL, PLAIN, replace(PLAIN, asked=20)], set(), ["Second"]),
        # the number of requests that the table beside it hides does not stand here
        ([PLAIN, PLAIN, PLAIN], {"First", "Second"}, ["Third"]),
        ([PLAIN, PLAIN, PLAIN], {"Third"}, ["Second"]),
        # two hidden rows whose sum is small say as much as one
        ([replace(SMALL, urgent=1), replace(SMALL, urgent=2), PLAIN], set(), []),
    ],
)
def test_no_hidden_share_can_be_computed(english, rows, hidden_beside, shown):
    labels = NAMES.committees
    rows = [replace(row, group=code) for code, row in zip(labels, rows, strict=True)]
    beside = [
        PublicRow(label, None if label in hidden_beside else Share(20, 30))
        for label in labels.values()
    ]
    found = hide_small_entries(rows, beside, NAMES)
    assert [row.label for row in found if row.shares] == shown


def test_the_page_of_the_lock_shows_the_shares(bring, one):
    bring("open")
    assert "By worker who entered or checked it" in one.get("rounds.freeze", month=MONTH).text


def test_the_public_page_has_the_shares_by_committee(bring, browser):
    bring("publish")
    page = browser.use_language("en").get("results.show", month=MONTH).text
    assert "How requests came in, by committee" in page
