"""Who is perhaps registered already: one table of what is typed against one registered person."""

import pytest
from sqlalchemy import event

from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.residents.twins import Described, find_twins, is_near_address
from matchmaker.words.folding import fold, fold_address
from matchmaker.words.phone_numbers import normalise_phone
from tests.matchmaker.residents.conftest import PHONE

REGISTERED = {"full_name": "王秀英", "address": "乐山路8弄3号201室", "birth_year": 1946}
OTHER_PHONE = "13777776666"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def describe(committee_id: int, **typed) -> Described:
    rest = {"phone": OTHER_PHONE, **REGISTERED, **typed}
    return Described(committee_id=committee_id, **rest)


@pytest.fixture
def twin(make, committee):
    return make.resident(make.household(committee), phone=PHONE, **REGISTERED)


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        # the phone, whoever it is
        ({"phone": PHONE}, True),
        ({"phone": f"{PHONE}-802"}, True),
        ({"phone": PHONE, "full_name": "李大明", "address": "x", "birth_year": 2001}, True),
        ({"phone": normalise_phone(f"+86 {PHONE}"), "full_name": "李大明"}, True),
        ({"phone": normalise_phone(PHONE.translate(FULL_WIDTH)), "full_name": "李大明"}, True),
        ({"full_name": "李大明", "address": "番禺路1号", "birth_year": 1950}, False),
        # the same name with the address or the year of birth
        ({}, True),
        ({"birth_year": None}, True),
        ({"birth_year": 1947}, True),
        ({"address": "番禺路1号"}, True),
        ({"address": "番禺路1号", "birth_year": None}, False),
        ({"address": "番禺路1号", "birth_year": 1947}, False),
        ({"address": ""}, True),
        ({"address": "", "birth_year": None}, False),
        ({"address": "", "birth_year": 1947}, False),
        # a name as others type it
        ({"full_name": " 王 秀 英 ", "birth_year": None}, True),
        ({"full_name": "王\u3000秀英", "birth_year": None}, True),
        ({"full_name": "王\u200b秀\u202e英", "birth_year": None}, True),
        ({"full_name": "王·秀英", "birth_year": None}, True),
        # an address as others type it
        ({"address": "乐山路 8弄 3号 201", "birth_year": None}, True),
        ({"address": "乐山路８弄３号２０１室", "birth_year": None}, True),
        ({"address": "乐山路8弄3-201", "birth_year": None}, True),
        ({"address": "上海市乐山路8弄3号201室", "birth_year": None}, True),
        ({"address": "徐汇区乐山路8弄3号201室", "birth_year": None}, True),
        ({"address": "乐山路八弄3号201室", "birth_year": None}, True),
        ({"address": "乐山路八弄三号二〇一室"}, True),
        ({"address": "乐山路8弄3號201室", "birth_year": None}, True),
        ({"address": "乐山二村3号201室", "birth_year": None}, False),
        ({"address": "上海市徐汇区徐家汇街道乐山路8弄3号201室", "birth_year": None}, True),
        ({"address": "上海市乐山路８弄３号２０１", "birth_year": None}, True),
        ({"address": "3号201室", "birth_year": None}, False),
        # a character of the name written otherwise: the same home, and no other year
        ({"full_name": "王秀瑛"}, True),
        ({"full_name": "王秀瑛", "birth_year": None}, True),
        ({"full_name": "王秀瑛", "birth_year": 1970}, False),
        ({"full_name": "王秀瑛", "address": "番禺路1号"}, False),
        ({"full_name": "黄秀英"}, True),
        ({"full_name": "汪秀英"}, True),
        ({"full_name": "汪秀英", "birth_year": 1970}, False),
        ({"full_name": "黄秀英", "address": "番禺路1号"}, False),
        # the name in another order, with a word more, or half of it
        ({"full_name": "秀英王"}, True),
        ({"full_name": "王秀英（小）", "birth_year": None}, True),
        ({"full_name": "王秀英阿姨", "birth_year": None}, True),
        ({"full_name": "陈王秀英"}, True),
        ({"full_name": "秀英", "birth_year": None}, True),
        # others of the same home
        ({"full_name": "李国强"}, False),
        ({"full_name": "王国强"}, False),
        ({"full_name": "王国强", "birth_year": None}, False),
        ({"full_name": "李秀英", "birth_year": 1948}, False),
    ],
)
def test_what_is_typed_finds_the_person_or_not(context, make, twin, worker, typed, is_found):
    found = find_twins(worker, describe(worker.committee_id, **typed))
    assert [row.resident.id for row in found.own] == ([twin.id] if is_found else [])
    assert found.elsewhere == 0
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("乐善路118弄3号201", "上海市乐善路118弄3号201室", True),
        ("徐家汇街道乐善小区12号楼3单元502", "乐善小区12号楼3单元502", True),
        ("乐善路118弄3号201", "18弄3号201", False),
        ("上海市徐汇区天平路12号楼3单元502", "2号楼3单元502", False),
        ("上海市乐善路108弄23号1201", "8弄23号1201", False),
        ("上海市乐善路108弄23号1201", "108弄23号1201", False),
        ("上海市徐汇区乐善路8弄3号", "乐善路8弄13号", False),
    ],
)
def test_an_address_is_another_with_more_before_it(one, other, is_near):
    assert is_near_address(fold_address(one), fold_address(other)) is is_near
    assert is_near_address(fold_address(other), fold_address(one)) is is_near


def test_what_is_the_same_is_said(context, twin, worker):
    (found,) = find_twins(worker, describe(worker.committee_id, birth_year=1950)).own
    assert (found.has_phone, found.has_name, found.has_address) == (False, True, True)
    assert not found.has_birth_year


def test_a_name_in_another_committee_is_another_person(context, make, twin, social_worker):
    other = make.committee(subdistrict_id=social_worker.subdistrict_id)
    assert not find_twins(social_worker, describe(other.id))
    assert find_twins(social_worker, describe(other.id, phone=PHONE)).own


def test_a_phone_of_another_committee_is_counted_and_nothing_else_is(
    context, make, twin, social_worker
):
    beside = make.committee(subdistrict_id=social_worker.subdistrict_id)
    worker = make.user(Role.COMMITTEE_WORKER, committee_id=beside.id)
    found = find_twins(worker, describe(beside.id, phone=PHONE))
    assert (list(found.own), found.elsewhere) == ([], 1)
    assert not find_twins(worker, describe(beside.id))


def test_a_phone_of_another_street_office_is_not_even_counted(context, make, twin):
    stranger = make.committee()
    for actor in (
        make.user(Role.COMMITTEE_WORKER, committee_id=stranger.id),
        make.user(Role.SOCIAL_WORKER, subdistrict_id=stranger.subdistrict_id),
    ):
        assert not find_twins(actor, describe(stranger.id, phone=PHONE))


def test_the_few_that_are_compared_are_found_by_an_index(context, make, twin, worker):
    """Ten thousand residents cost no more than ten: nobody else's contact is read or decrypted."""
    for number in range(30):
        make.resident(twin.household, phone=f"136{number:08d}", full_name="赵一", address="y")
    db.session.expire_all()
    sent: list[tuple] = []

    def note(_connection, _cursor, text, values, *_rest) -> None:
        sent.append((text, values))

    typed = describe(worker.committee_id)
    event.listen(db.engine, "before_cursor_execute", note)
    find_twins(worker, typed)
    event.remove(db.engine, "before_cursor_execute", note)
    plan = [
        row[-1]
        for text, values in sent
        for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
    ]
    assert plan
    assert [line for line in plan if line.startswith("SCAN resident_contact")] == []
    assert [line for line in plan if line.startswith("SCAN resident")] == []
    assert len(sent) <= 4, "the account, its scope, those alike, those elsewhere"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海春晖食品（集团）有限公司", "上海春晖食品(集团)有限公司"),
        ("上海春晖食品（集团）有限公司", " 上海春晖食品 （集团） 有限公司"),
        ("上海春晖食品（集团）有限公司", "上海春晖\u200b食品（集团）有限公司\u202e"),
        ("ＡＢＣ公司", "abc公司"),
        ("古丽·艾比", "古丽•艾比"),
        ("古丽·艾比", "古丽艾比"),
    ],
)
def test_texts_that_people_type_differently_are_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize("other", ["春晖食品（集团）公司", "上海春晖食品集团有限公司", ""])
def test_other_names_stay_other(other):
    assert fold("上海春晖食品（集团）有限公司") != fold(other)


def test_a_room_is_a_room_with_or_without_the_word():
    assert fold_address("乐山路8弄3号201室") == fold_address("乐山路 8弄 3号 201")
    assert fold_address("乐山路8弄3号201室") != fold_address("乐山路8弄3号202室")
