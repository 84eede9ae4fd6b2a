"""Who gets many people at once is on record: asked of every route, by canaries in its answers.

A person's canary is a reference or a name that stands nowhere else. An answer with more than
``FEW`` people must have left a record of each of them, with a purpose; else the route shows that
many people without a trace.
"""

import io
import re
import zipfile

import pytest
from sqlalchemy import select, update

from matchmaker import models as m
from matchmaker.audit import disclosures
from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.rounds.solve.packs import PackWish, ask_for_pack
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.matchmaker.packs.packs_in_hand import work_on_packs
from tests.matchmaker.small_world import make_small_world
from tests.matchmaker.test_permissions import list_calls

FEW = 2
REPORT = {"purpose": "report", "next": "/"}  # what each form for a purpose asks


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    """A published month with more than a few people in every list."""
    folder = tmp_path_factory.mktemp("lists")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        make = Factory(app)
        world = make_small_world(make)
        _fill_lists(make, world)
        _make_pack(app, world)
        yield app, world, _plant_canaries(app)


def _fill_lists(make, world) -> None:
    giver = world.users[Role.COORDINATOR].organisation_id
    with make.context():
        organisation = db.session.get_one(m.Organisation, giver)
        committee = db.session.get_one(m.Committee, world.need.committee_id)
        needs = db.session.scalars(select(m.Need)).all()
        households = db.session.scalars(
            select(m.Household.id).where(m.Household.committee_id == committee.id)
        ).all()
        for number in range(4):
            twin = make.organisation(make.get(m.Subdistrict, committee.subdistrict_id))
            phone = f"1370000000{number}"
            index = make.user(Role.VOLUNTEER).phone_index  # any, the same for both
            for of in (organisation, twin):
                row = make.volunteer(of, phone=phone, phone_index=index)
                make.user(Role.VOLUNTEER, volunteer_id=row.id)
            household = db.session.get_one(m.Household, households[0])
            resident = make.resident(household, phone=f"1360000000{number}")
            make.user(Role.RESIDENT, resident_id=resident.id)
            make.follow_up(needs[number])


def _make_pack(app, world) -> None:
    with app.app_context():
        worker = db.session.get_one(m.User, world.users[Role.SOCIAL_WORKER].id)
        [month] = db.session.scalars(select(m.MatchRound.month))
        wish = PackWish(month, month, list(m.PackPart), "en")
        ask_for_pack(wish, actor=worker, now=NOW)
        db.session.commit()
    work_on_packs(app)


def _plant_canaries(app) -> dict[str, int]:
    """What stands for each person, and the person."""
    with app.app_context():
        db.session.execute(update(m.Resident).values(display_name="阿婆" + m.Resident.reference))
        db.session.commit()
        rows = [
            *db.session.execute(select(m.Resident.reference, m.Resident.person_id)),
            *db.session.execute(
                select(m.Need.reference, m.Resident.person_id).join(m.Need.resident)
            ),
            *db.session.execute(select(m.Volunteer.reference, m.Volunteer.person_id)),
            *db.session.execute(select(m.User.name, m.User.person_id)),
        ]
    return dict(map(tuple, rows))


def find_people(answer, canaries: dict[str, int]) -> set[int]:
    """The persons whose canary is in an answer; a workbook or bundle is unpacked first."""
    body = answer.get_data()
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    text = body.decode("utf-8", "replace")
    return {person for name, person in canaries.items() if name in text and is_whole(name, text)}


def is_whole(name: str, text: str) -> bool:
    """Whether the name is in the text and not the beginning or the end of a longer number."""
    return re.search(rf"(?<![0-9]){re.escape(name)}(?![0-9])", text) is not None


def list_recorded(app, user) -> set[int]:
    """The persons whom the user got in lists with a purpose."""
    with app.app_context():
        query = (
            select(m.ListedPerson.person_id)
            .join(m.ListDisclosure, m.ListDisclosure.id == m.ListedPerson.list_disclosure_id)
            .where(m.ListDisclosure.user_id == user.id, m.ListDisclosure.purpose.is_not(None))
        )
        return set(db.session.scalars(query))


# The lists that the walk below must have found to be long, for each role; by address and method.
LONG = {
    Role.COORDINATOR: {
        "accounts.members",
        "assignments.given",
        "assignments.given_sheet",
        "assignments.download",
        "volunteers.index",
        "volunteers.download",
    },
    Role.COMMITTEE_WORKER: {"accounts.members", "residents.index", "residents.download"},
    Role.SOCIAL_WORKER: {
        "needs.index",
        "needs.download",
        "needs.list_follow_ups",
        "needs.paper_list",
        "needs.paper_sheet",
        "needs.print_letters",
        "packs.download",
        "people.index",
        "residents.index",
        "residents.download",
        "rounds.list_lines",
        "rounds.download_lines",
        "rounds.download_proof",
        "volunteers.office",
        "volunteers.download_office",
        "workbench.rows",
        "workbench.download",
    },
    # The first page of the log is full of the lists that others took just before.
    Role.ADMINISTRATOR: {"accounts.index", "audit.download"},
    Role.AUDITOR: {
        "audit.download",
        "rounds.list_lines",
        "rounds.download_lines",
        "rounds.download_proof",
    },
}


@pytest.mark.slow
def test_no_route_gives_many_people_without_a_record_of_each(site, monkeypatch):
    """Every role in turn, for what one does is in the lists of the next."""
    monkeypatch.setattr(disclosures, "UNASKED", FEW)
    for role in (None, *Role):
        wrong, long = _read_everything(*site, role)
        assert wrong == [], role
        assert LONG.get(role, set()) <= long, role


def _read_everything(app, world, canaries, role) -> tuple[list[tuple], set[str]]:
    """Read all; then say what for wherever it is asked, and read what was held back."""
    browser, user = Browser(app), world.users.get(role)
    if user is not None:
        browser.sign_in(user)
    calls = [call for call in list_calls(app) if call[0].endpoint != "accounts.sign_out"]
    by_method = {way: [call for call in calls if call[1] == way] for way in ("GET", "POST")}
    wrong: list[tuple] = []
    long: set[str] = set()
    held_back: list[tuple] = []
    for round_ in (by_method["GET"], by_method["POST"], held_back):
        for rule, method, address in round_:
            answer = browser.client.open(address, method=method, data=REPORT)
            if round_ is by_method["GET"] and b"/purpose" in answer.get_data():
                held_back.append((rule, method, address))
            found = find_people(answer, canaries) - {user.person_id if user else 0}
            if len(found) > FEW:
                long.add(rule.endpoint)
                if user is None or not found <= list_recorded(app, user):
                    wrong.append((method, rule.endpoint, len(found)))
    return wrong, long


def test_who_tries_every_filter_and_page_is_asked_what_for(app, make, monkeypatch):
    """A list in small pieces: first pages of many filters, and pages one after another."""
    monkeypatch.setattr(disclosures, "UNASKED", 20)
    committee = make.committee()
    names = [chr(0x4E00 + number) for number in range(30)]
    for name in names:
        make.resident(make.household(committee), display_name=f"{name}阿婆", sort_key=name)
    worker = make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)
    reader, got = Browser(app).sign_in(worker), set()
    for filters in (
        *({"search": name} for name in names),
        {"page": 1},
        {"page": 2},
        {"committee_id": committee.id},
    ):
        got |= set(re.findall(r"R[0-9]{4,}", reader.get("residents.index", **filters).text))
    assert len(got) == 20
    assert not re.findall(r"R[0-9]{4,}", reader.get("residents.download", file_format="csv").text)
