"""The page of the memory: its counts are those of the rows behind them, counted plainly."""

import csv
import html
import io
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_instant
from matchmaker.base.extensions import db
from matchmaker.promises import memory
from matchmaker.promises.memory import COUNTED, Group, Span
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.assignments.published_world import World
from tests.matchmaker.assignments.test_memory import Living, load
from tests.worlds import kept

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
TODAY = date(2026, 8, 20)
_S = m.PromiseState
ENDED = {_S.DECLINED, _S.EXPIRED, _S.REVOKED}


@pytest.fixture
@kept
def month(make, world):
    make.offer(world.organisation, world.goods, capacity_per_month=30)
    world.one = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    return world


def live_july(make, month) -> Living:
    """July is lived and closed: some was given, in whole or in part, some failed or ended."""
    needs = [month.ask(month.goods, quantity=number % 3 + 1) for number in range(6)]
    needs += [month.ask() for _ in range(4)]
    run = month.publish(JULY)
    living = Living(make, month)
    for number, need in enumerate(map(load, needs)):
        for row in living.accept(need, but=0 if number == 3 else None):
            if number % 5 != 4:
                living.report(row, None if number % 5 == 1 else max(row.units - number % 2, 1))
    living.close(run)
    db.session.commit()
    return living


def live_august(month, living: Living) -> None:
    """Of August some is agreed to, some waits."""
    new = [month.ask(month.goods, quantity=2) for _ in range(2)]
    db.session.commit()
    month.publish(AUGUST)
    living.accept(load(new[0]))
    db.session.commit()


def count_plainly(rows: list[m.Promise]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        gave = row.delivered_units or 0
        found["promised"] += 1
        found["delivered"] += row.state in (_S.DELIVERED, _S.FED_BACK)
        found["failed"] += row.state is _S.FAILED
        found["ended"] += row.state in ENDED
        is_unanswered = row.state is _S.AWAITING_GIVER and row.answer_by < TODAY
        found["late"] += is_unanswered or (
            row.state is _S.CONFIRMED and row.day is not None and row.day < TODAY
        )
        is_short = row.state in ENDED | {_S.FAILED} or (gave and gave < row.units)
        waits = row.need.state in (m.NeedState.OPEN, m.NeedState.IN_ROUND)
        found["waits_on"] += bool(is_short and waits)
        found["units"] += gave
    return found


def find_group(row: m.Promise, by: Group) -> Any:
    home = row.need.resident.household
    return {
        Group.CATEGORY: row.need.category_id,
        Group.COMMITTEE: row.need.committee_id,
        Group.ORGANISATION: row.organisation_id,
        Group.VOLUNTEER: row.volunteer_id,
        Group.HOUSEHOLD: home.id,
    }[by]


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
def test_each_count_is_that_of_its_rows_by_every_group_and_over_any_months(make, month):
    living, office = live_july(make, month), month.subdistrict.id
    check(Span(office, JULY, JULY))
    assert min(memory.count_all(Span(office, JULY, JULY), TODAY)[n] for n in COUNTED if n != "late")
    live_august(month, living)
    assert list(memory.list_months(office)) == [AUGUST, JULY]
    for first, last in ((JULY, JULY), (AUGUST, AUGUST), (JULY, AUGUST)):
        check(Span(office, first, last))


def check(span: Span) -> None:
    every = db.session.scalars(select(m.Promise).order_by(m.Promise.id))
    rows = [row for row in every if span.first <= row.run.match_round.month <= span.last]
    whole = count_plainly(rows)
    assert memory.count_all(span, TODAY) == {name: whole[name] for name in COUNTED}
    for by in Group:
        check_groups(span, by, rows)


def check_groups(span: Span, by: Group, rows: list[m.Promise]) -> None:
    found = [
        memory.read_group(row) for row in db.session.execute(memory.select_groups(span, by, TODAY))
    ]
    ids = {find_group(row, by) for row in rows} - {None}
    assert {line.group.id for line in found} == ids
    for line in found:
        own = [row for row in rows if find_group(row, by) == line.group.id]
        counted = count_plainly(own)
        assert line.counts == {name: counted[name] for name in COUNTED}, (by, line.group)
        assert line.units_promised == sum(row.units for row in own)
        assert line.units_given == counted["units"]
        for name in COUNTED:
            behind = memory.select_rows(span, by, line.group.id, name, TODAY)
            listed = db.session.scalars(behind).unique().all()
            assert len(listed) == line.counts[name], (by, name)
            assert {row.id for row in listed} <= {row.id for row in own}


def test_the_page_leads_to_the_rows_and_both_leave_under_the_rules_of_lists(
    app, make, month, monkeypatch
):
    now = get_instant(TODAY, 600)
    monkeypatch.setattr("matchmaker.rounds.pages.memory_address.get_now", lambda: now)
    office = Browser(app).sign_in(month.one).use_language("en")
    assert "No month is published yet" in office.get("rounds.memory").text
    assert "No month is published yet" in office.get("rounds.memory_rows").text
    with app.app_context():
        live_july(make, month)
        references = set(db.session.scalars(select(m.Need.reference)))
    for by in (*Group, "nothing"):
        page = office.get("rounds.memory", first="2026-07", last="2026-07", by=by).text
        assert "What was promised and what was given" in page
    page = office.get("rounds.memory", first="2026-07", last="2026-07", by="category").text
    assert "Rice" in page
    assert "items" in page
    usual = office.get("rounds.memory").text
    assert usual.count('<option selected value="2026-07">July 2026</option>') == 2
    keys = {"first": "2026-07", "last": "2026-07", "by": "category"}
    rows = office.get("rounds.memory_rows", **keys, counted="waits_on").text
    assert any(reference in rows for reference in references)
    for page in ("rounds.download_memory", "rounds.download_memory_rows"):
        answer = office.get(page, file_format="csv", **keys)
        assert answer.status_code == 200
        assert "What" in answer.text, "a purpose is asked first"
        on = office.get_url(page, file_format="csv", **keys)
        data = {"purpose": "report"}
        answer = office.submit(page, data, on=on, file_format="csv", **keys)
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        assert page != "rounds.download_memory" or ",item\r\n" in answer.text
    with app.app_context():
        listed = set(db.session.scalars(select(m.ListedPerson.person_id)))
        assert month.volunteer.person_id in listed, "who came is in the list as well"
    every = office.get("rounds.memory_rows", **keys, counted="promised").text
    assert "<h1>Promised</h1>" in re.sub(r"<h1[^>]*>\s*", "<h1>", every), "of every group"
    assert "badge" in every
    assert office.get("rounds.memory", first="1999-13", last="x", by="household").status_code == 200
    assert now > NOW


def test_each_figure_of_the_page_leads_to_as_many_promises(app, make, month, monkeypatch):
    now = get_instant(TODAY, 600)
    monkeypatch.setattr("matchmaker.rounds.pages.memory_address.get_now", lambda: now)
    with app.app_context():
        live_july(make, month)
        span = Span(month.subdistrict.id, JULY, JULY)
        counts = memory.count_all(span, TODAY)
    office = Browser(app).sign_in(month.one).use_language("en")
    page = office.get("rounds.memory", first="2026-07", last="2026-07").text
    tiles = re.findall(r'<dt><a href="([^"]+)">[^<]+</a></dt>\s*<dd[^>]*>(\d*)</dd>', page)
    assert [number for _url, number in tiles] == [str(counts[name]) for name in COUNTED]
    for url, number in tiles:
        listed = office.client.get(html.unescape(url)).text
        assert str(listed.count('<th scope="row"')) == number


def test_a_promise_is_listed_by_its_need_and_its_state_leaves_with_the_file(
    app, make, month, monkeypatch
):
    now = get_instant(TODAY, 600)
    monkeypatch.setattr("matchmaker.rounds.pages.memory_address.get_now", lambda: now)
    with app.app_context():
        live_july(make, month)
        [row] = db.session.scalars(select(m.Promise).filter_by(state=_S.DECLINED))
        need_id, reference = row.need_id, row.need.reference
    office = Browser(app).sign_in(month.one).use_language("en")
    keys = {"first": "2026-07", "last": "2026-07", "counted": "ended"}
    page = office.get("rounds.memory_rows", **keys).text
    url = office.get_url("needs.show", need_id=need_id)
    assert f'<a href="{url}" class="text-nowrap">{reference}</a>' in page
    answer = office.take("rounds.download_memory_rows", **keys, file_format="csv")
    lines = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (reference, "Declined") in {(line["Need or pairing"], line["State"]) for line in lines}


def test_the_record_of_a_list_names_who_is_helped_and_who_came(app, make, month, monkeypatch):
    now = get_instant(TODAY, 600)
    monkeypatch.setattr("matchmaker.rounds.pages.memory_address.get_now", lambda: now)
    with app.app_context():
        live_july(make, month)
        visits = db.session.scalars(select(m.Promise).where(m.Promise.volunteer_id.is_not(None)))
        people = {row.volunteer.person_id: row.asked.resident.person_id for row in visits}
    assert people
    office = Browser(app).sign_in(month.one).use_language("en")
    keys = {"first": "2026-07", "last": "2026-07", "by": "category", "counted": "promised"}
    page = "rounds.download_memory_rows"
    on = office.get_url(page, file_format="csv", **keys)
    office.submit(page, {"purpose": "report"}, on=on, file_format="csv", **keys)
    with app.app_context():
        listed = set(db.session.scalars(select(m.ListedPerson.person_id)))
        assert {*people, *people.values()} <= listed


@pytest.mark.parametrize("by", Group)
def test_a_group_of_another_office_does_not_exist(app, make, month, by):
    with app.app_context():
        living = live_july(make, month)
        other = World(make)
        need = other.ask()
        other.publish(JULY)
        rows = load(need), db.session.scalars(select(m.Promise).filter_by(need_id=need.id)).one()
        own = db.session.scalars(select(m.Promise).where(m.Promise.volunteer_id.is_not(None)))
        foreign, known = find_group(rows[1], by), find_group(own.first(), by)
        assert living
    office = Browser(app).sign_in(month.one)
    keys = {"first": "2026-07", "last": "2026-07", "by": by.value}
    assert office.get("rounds.memory_rows", **keys, group=known).status_code == 200
    for group in (foreign, 999_999_999):
        assert office.get("rounds.memory_rows", **keys, group=group).status_code == 404
