import pytest
from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.models import Organisation
from matchmaker.words.names import get_sort_key, match_name

pytestmark = pytest.mark.both_databases

NAME = "乐汇为老服务中心"


@pytest.fixture
def organisation(context, make):
    return make.organisation(name_zh=NAME, name_en="Lehui 100%", sort_key=get_sort_key(NAME))


def find(text):
    names = [Organisation.name_zh, Organisation.name_en]
    query = select(Organisation).where(match_name(text, names, Organisation.sort_key))
    return db.session.scalars(query).all()


@pytest.mark.parametrize("text", ["乐汇", "为老", "LEHUI", "le hui", "lehuiwei", "lhwl", " lhwl "])
def test_a_name_is_found_as_people_type_it(organisation, text):
    assert find(text) == [organisation]


@pytest.mark.parametrize("text", ["银杏", "hl", "_", "l%w", "'"])
def test_other_texts_find_nothing(organisation, text):
    assert find(text) == []


def test_a_percent_sign_is_only_a_sign(organisation):
    assert find("100%") == [organisation]
