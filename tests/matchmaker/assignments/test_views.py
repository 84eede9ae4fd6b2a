import csv
import io
from datetime import date

import openpyxl

from matchmaker.models import Assignment, NeedType, Pairing, Programme, Role, VisitFrequency
from tests.browser import Browser
from tests.run_factories import publish_run, solve_again

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def test_without_a_published_month_the_list_says_so(app, coordinator, world, make):
    run = world.publish(JULY)
    unpublished = make.organisation()  # of another street office
    other = make.user(Role.COORDINATOR, organisation_id=unpublished.id)
    page = Browser(app).sign_in(other).use_language("en").get("assignments.given")
    assert page.status_code == 200
    assert "No month is published yet" in page.text
    assert coordinator.get("assignments.given").status_code == 200
    assert run.id


def test_the_list_shows_when_what_and_where_but_no_person(coordinator, world):
    run = world.publish(JULY)
    need = world.promise(run, slot="W2-WD-AM", volunteer=world.volunteer)
    page = coordinator.get("assignments.given").text
    for words in (need.reference, "Elder visit", "Wutong", "Lane 8", "Ann Li", "July 2026"):
        assert words in page
    assert "Weekday mornings" in page
    for hidden in ("王阿婆", "王秀英", "13800000000", need.description):
        assert hidden not in page


def test_slots_stand_in_the_order_of_the_week(coordinator, world):
    run = world.publish(JULY)
    references = {
        slot: world.promise(run, slot=slot).reference
        for slot in (None, "W2-WD-AM", "W1-SUN-AM", "W1-SAT-AM", "W1-WD-PM")
    }
    page = coordinator.get("assignments.given").text
    order = ["W1-WD-PM", "W1-SAT-AM", "W1-SUN-AM", "W2-WD-AM", None]
    places = [page.index(references[slot]) for slot in order]
    assert places == sorted(places)


def test_only_the_published_run_and_the_own_organisation_count(coordinator, world, make):
    first = world.review(JULY)
    run = publish_run(make, solve_again(make, first))
    own = world.promise(run)
    rejected = world.promise(first)
    foreign = world.promise(run, organisation=make.organisation(world.subdistrict))
    page = coordinator.get("assignments.given").text
    assert own.reference in page
    assert rejected.reference not in page
    assert foreign.reference not in page


def test_filters_and_months_are_read_from_the_address(coordinator, world):
    july, august = world.publish(JULY), world.publish(AUGUST)
    visit = world.promise(july, slot="W1-WD-AM", volunteer=world.volunteer)
    rice = world.promise(july, world.goods, units=3)
    later = world.promise(august)

    def find(**filters):
        page = coordinator.get("assignments.given", **filters).text
        return [need.reference in page for need in (visit, rice, later)]

    assert find() == [False, False, True]  # the latest month
    assert find(month="2026-07") == [True, True, False]
    assert find(month="2026-07", week=1) == [True, False, False]
    assert find(month="2026-07", week=0) == [False, True, False]
    assert find(month="2026-07", category=world.goods.code) == [False, True, False]
    assert find(month="2026-07", volunteer=world.volunteer.id) == [True, False, False]
    assert find(month="1999-01", week="never") == [False, False, True]


def test_a_due_visit_of_a_pairing_stands_in_the_list(coordinator, world, make):
    run = world.publish(JULY)
    pairing = make.add(
        Pairing(
            reference="P0007",
            organisation_id=world.organisation.id,
            resident_id=world.resident.id,
            category_id=world.visits.id,
            programme=Programme.ELDER_VISIT,
            frequency=VisitFrequency.MONTHLY,
            starts_on=JULY,
            review_on=AUGUST,
        )
    )
    make.add(
        Assignment(
            round_run_id=run.id,
            pairing_id=pairing.id,
            organisation_id=world.organisation.id,
            slot="W1-SAT-AM",
            units=1,
        )
    )
    page = coordinator.get("assignments.given").text
    assert "P0007" in page
    assert "Wutong" in page


def test_the_same_lines_come_as_workbook_csv_and_paper(coordinator, world):
    run = world.publish(JULY)
    need = world.promise(run, slot="W1-WD-AM", volunteer=world.volunteer)
    book = coordinator.get("assignments.download", file_format="xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.data)).active.values)
    assert rows[0][:2] == ("When", "Volunteer")
    assert need.reference in rows[1]
    text = coordinator.get("assignments.download", file_format="csv").data.decode("utf-8-sig")
    assert need.reference in next(csv.reader(text.splitlines()[1:]))
    sheet = coordinator.get("assignments.given_sheet").text
    assert "Signature" in sheet
    assert need.reference in sheet


def test_there_is_nothing_to_print_before_a_publication(coordinator):
    assert coordinator.get("assignments.given_sheet").status_code == 404
    assert coordinator.get("assignments.download", file_format="csv").status_code == 404


def test_a_volunteer_sees_the_own_visits_alone(app, world, make):
    run = world.publish(JULY)
    mine = world.promise(run, slot="W1-WD-AM", volunteer=world.volunteer)
    colleague = make.volunteer(world.organisation)
    theirs = world.promise(run, slot="W1-WD-PM", volunteer=colleague)
    user = make.user(Role.VOLUNTEER, volunteer_id=world.volunteer.id)
    page = Browser(app).sign_in(user).use_language("en").get("assignments.visits").text
    assert mine.reference in page
    assert theirs.reference not in page
    assert "王阿婆" not in page


def test_a_volunteer_without_visits_is_told_so(app, world, make):
    user = make.user(Role.VOLUNTEER, volunteer_id=world.volunteer.id)
    browser = Browser(app).sign_in(user).use_language("en")
    assert "No month is published yet" in browser.get("assignments.visits").text
    world.publish(JULY)
    assert "No visits for you in July 2026" in browser.get("assignments.visits").text


def test_wishes_are_promised_like_needs(coordinator, world, make):
    run = world.publish(JULY)
    need = world.promise(run, world.goods, units=2)
    need.type = NeedType.MICRO_WISH
    make.add(need)
    page = coordinator.get("assignments.given").text
    assert "2 items" in page
    assert "Without an appointed time" in page
