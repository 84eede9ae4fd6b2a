import csv
import io
import re
from datetime import date

import openpyxl
import pytest

from matchmaker.models import (
    Need,
    NeedState,
    NeedType,
    Pairing,
    Programme,
    Role,
    VisitFrequency,
    Window,
)
from tests.browser import Browser
from tests.matchmaker.assignments.published_world import ALL_WINDOWS
from tests.run_factories import publish_run, solve_again, solve_month

pytestmark = pytest.mark.both_databases

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def test_without_a_published_month_the_list_says_so(app, coordinator, world, make):
    world.ask()
    world.publish(JULY)
    elsewhere = make.organisation()  # of another street office
    other = make.user(Role.COORDINATOR, organisation_id=elsewhere.id)
    page = Browser(app).sign_in(other).use_language("en").get("assignments.given")
    assert page.status_code == 200
    assert "No month is published yet" in page.text
    assert "No month is published yet" not in coordinator.get("assignments.given").text


def test_the_list_shows_when_what_and_where_but_no_person(coordinator, world):
    need = world.ask(windows=[Window.WEEKDAY_AM.value])
    world.publish(JULY)
    page = coordinator.get("assignments.given").text
    for words in (need.reference, "Elder visit", "Wutong", "Lane 8", "Ann Li", "July 2026"):
        assert words in page
    assert re.search(r"\w+day \d+ July 2026, 9:00", page)
    for hidden in ("王阿婆", "王秀英", "13800000000", need.description):
        assert hidden not in page


def test_slots_stand_in_the_order_of_the_week(coordinator, world):
    rice = world.ask(world.goods)
    windows = (Window.SUNDAY_AM, Window.SATURDAY_AM, Window.WEEKDAY_PM, Window.WEEKDAY_AM)
    visits = [world.ask(windows=[window.value]) for window in windows]
    world.publish(JULY)

    def get_place(need):
        week, _, window = world.find_slot(need).partition("-")
        return week, ALL_WINDOWS.index(window)

    page = coordinator.get("assignments.given").text
    in_time = [*sorted(visits, key=get_place), rice]
    places = [page.index(need.reference) for need in in_time]
    assert places == sorted(places)


def test_only_the_published_run_and_the_own_organisation_count(coordinator, world, make):
    neighbours = make.organisation(world.subdistrict)
    blankets = make.category(kind=world.goods.kind, unit="item")
    make.offer(neighbours, blankets)
    own, foreign = world.ask(), world.ask(blankets)
    first = solve_month(make, world.subdistrict.id, JULY)
    publish_run(make, solve_again(make, first))
    assert make.get(Need, foreign.id).state is NeedState.MATCHED  # by the neighbours
    text = coordinator.take("assignments.download", file_format="csv").data.decode("utf-8-sig")
    assert [row[7] for row in csv.reader(text.splitlines()[1:])] == [own.reference]


def test_filters_and_months_are_read_from_the_address(coordinator, world):
    visit, rice = world.ask(), world.ask(world.goods, quantity=3)
    world.publish(JULY)
    later = world.ask()
    world.publish(AUGUST)
    week = int(world.find_slot(visit)[1])

    def find(**filters):
        page = coordinator.get("assignments.given", **filters).text
        return [need.reference in page for need in (visit, rice, later)]

    assert find() == [False, False, True]  # the latest month
    assert find(month="2026-07") == [True, True, False]
    assert find(month="2026-07", week=week) == [True, False, False]
    assert find(month="2026-07", week=week % 4 + 1) == [False, False, False]
    assert find(month="2026-07", week=0) == [False, True, False]
    assert find(month="2026-07", category=world.goods.code) == [False, True, False]
    assert find(month="2026-07", volunteer=world.volunteer.id) == [True, False, False]
    assert find(month="1999-01", week="never") == [False, False, True]
    assert find(month="2026-07", state="awaiting_giver") == [True, True, False]
    assert find(month="2026-07", state="confirmed") == [False, False, False]
    assert find(month="2026-07", state="proposed") == [True, True, False], "is no choice"


def test_a_due_visit_of_a_pairing_is_in_the_list(coordinator, world, make):
    visited = world.ask(world.goods).resident_id
    make.add(
        Pairing(
            reference="P0007",
            organisation_id=world.organisation.id,
            resident_id=visited,
            category_id=world.visits.id,
            programme=Programme.ELDER_VISIT,
            frequency=VisitFrequency.MONTHLY,
            starts_on=JULY,
            review_on=date(2027, 7, 1),
        )
    )
    world.publish(JULY)
    page = coordinator.get("assignments.given", category=world.visits.code).text
    assert "P0007" in page
    assert "Wutong" in page


def test_the_same_lines_come_as_workbook_csv_and_paper(coordinator, world):
    need = world.ask()
    world.publish(JULY)
    book = coordinator.take("assignments.download", file_format="xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.data)).active.values)
    assert rows[0][:2] == ("When", "Volunteer")
    assert need.reference in rows[1]
    text = coordinator.take("assignments.download", file_format="csv").data.decode("utf-8-sig")
    assert need.reference in next(csv.reader(text.splitlines()[1:]))
    sheet = coordinator.take("assignments.given_sheet").text
    assert "Signature" in sheet
    assert need.reference in sheet


def test_there_is_nothing_to_print_before_a_publication(coordinator):
    assert coordinator.get("assignments.given_sheet").status_code == 404
    assert coordinator.get("assignments.download", file_format="csv").status_code == 404


def test_a_volunteer_sees_the_own_visits_alone(app, world, make):
    errands = make.category()
    make.offer(world.organisation, errands)
    make.volunteer(world.organisation, categories=[errands.code])
    mine, theirs = world.ask(), world.ask(errands)
    world.publish(JULY)
    user = make.user(Role.VOLUNTEER, volunteer_id=world.volunteer.id)
    page = Browser(app).sign_in(user).use_language("en").get("assignments.visits").text
    assert world.find_slot(theirs)
    assert mine.reference in page
    assert theirs.reference not in page
    assert "王阿婆" not in page


def test_a_volunteer_without_visits_reads_so(app, world, make):
    user = make.user(Role.VOLUNTEER, volunteer_id=world.volunteer.id)
    browser = Browser(app).sign_in(user).use_language("en")
    assert "No month is published yet" in browser.get("assignments.visits").text
    world.ask(world.goods)
    world.publish(JULY)
    assert "No visits for you in July 2026" in browser.get("assignments.visits").text


def test_wishes_are_promised_like_needs(coordinator, world):
    world.ask(world.goods, quantity=2, type=NeedType.MICRO_WISH)
    world.publish(JULY)
    page = coordinator.get("assignments.given").text
    assert "2 items" in page
    assert "Without an appointed time" in page
