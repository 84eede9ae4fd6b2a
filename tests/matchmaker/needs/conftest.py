"""One neighbourhood: a committee with its worker, a resident with an account, a catalogue."""

from types import SimpleNamespace

import pytest

from matchmaker import models as m
from tests.reach import get_start, reach
from tests.worlds import kept


@pytest.fixture
@kept
def place(make):
    """Rows by name: people of every role and one category of every kind."""
    subdistrict = make.subdistrict()
    committee = make.committee(subdistrict)
    other = make.committee(subdistrict)
    resident = make.resident(make.household(committee))
    visiting = make.category(parent_id=None, code="visiting", name_zh="上门关爱", name_en="Visits")
    goods = make.category(parent_id=None, code="goods", name_zh="物资", name_en="Goods aid")
    wishes = make.category(parent_id=None, code="wishes", name_zh="微心愿", name_en="Wishes")
    return SimpleNamespace(
        subdistrict=subdistrict,
        committee=committee,
        other=other,
        resident=resident,
        account=make.user(m.Role.RESIDENT, resident_id=resident.id),
        worker=make.user(m.Role.COMMITTEE_WORKER, committee_id=committee.id),
        stranger=make.user(m.Role.COMMITTEE_WORKER, committee_id=other.id),
        social=make.user(m.Role.SOCIAL_WORKER, subdistrict_id=subdistrict.id),
        visit=make.category(parent_id=visiting.id, name_zh="助老探访", name_en="Elder visit"),
        rice=make.category(
            parent_id=goods.id, kind=m.OfferKind.GOODS, unit="item", name_en="Rice and oil"
        ),
        money=make.category(
            parent_id=goods.id, kind=m.OfferKind.FUNDS, unit="fen", name_en="Hardship money"
        ),
        wish=make.category(parent_id=wishes.id, kind=m.OfferKind.GOODS, unit="item"),
    )


@pytest.fixture
def post(make, place):
    """A need of the resident in any state it can reach: ``post(state=NeedState.RETURNED)``.

    A draft is the resident's own; what was sent was entered by the committee worker. ``reason``:
    why it is returned.
    """

    def post_need(
        resident=None, category=None, committee=None, state=m.NeedState.OPEN, reason=None, **values
    ):
        resident = resident or place.resident
        need = make.need(
            resident,
            category or place.visit,
            find_account(resident) if state is m.NeedState.DRAFT else place.worker,
            (committee or place.committee).id,
            state=get_start(state),
            **values,
        )
        return reach(make, need, state, **({"reason": reason} if reason else {}))

    def find_account(resident):
        if resident is place.resident:
            return place.account
        return make.user(m.Role.RESIDENT, resident_id=resident.id)

    return post_need
