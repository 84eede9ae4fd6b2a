"""A street office small enough to follow: one committee, one giver, the people of one month."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from matchmaker import create_app
from matchmaker import models as m
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from tests.databases import opened
from tests.factories import Factory
from tests.sites import get_environment


@dataclass(frozen=True)
class Town:
    """Phones to sign in with, and the one kind of help that is asked for."""

    resident: str
    coordinator: str
    committee_worker: str
    social_worker: str
    second_social_worker: str
    heading_code: str
    category_id: int


def build_town(folder: Path) -> Town:
    """Rows an administrator would have made by invitations, in the migrated database."""
    with opened(create_app(environ=get_environment(folder, is_demo=False))) as app:
        return _build(Factory(app))


def let_draw_pass(folder: Path) -> None:
    """Days go by: the announced draw took place yesterday."""
    app = create_app(environ=get_environment(folder, is_demo=False))
    with opened(app), app.app_context():
        yesterday = get_local_date(get_now()) - timedelta(days=1)
        db.session.query(m.RoundDraw).one().draws_on = yesterday
        db.session.commit()


def _build(make: Factory) -> Town:
    street = make.subdistrict()
    committee = make.committee(street)
    organisation = make.organisation(street)
    category = make.category(
        kind=m.OfferKind.GOODS, unit="item", name_zh="大米", name_en="Rice", usual_minutes=None
    )
    heading = make.get(m.ServiceCategory, category.parent_id)
    resident = make.resident(make.household(committee))
    return Town(
        resident=make.user(m.Role.RESIDENT, resident_id=resident.id).phone,
        coordinator=make.user(m.Role.COORDINATOR, organisation_id=organisation.id).phone,
        committee_worker=make.user(m.Role.COMMITTEE_WORKER, committee_id=committee.id).phone,
        social_worker=make.user(m.Role.SOCIAL_WORKER, subdistrict_id=street.id).phone,
        second_social_worker=make.user(m.Role.SOCIAL_WORKER, subdistrict_id=street.id).phone,
        heading_code=heading.code,
        category_id=category.id,
    )
