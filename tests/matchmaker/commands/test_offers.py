from datetime import date

from matchmaker.base.extensions import db
from matchmaker.models import Offer, OfferState


def test_the_calendar_is_followed_once(app, make):
    offer = make.offer(
        make.organisation(),
        make.category(),
        valid_from=date(2020, 1, 1),
        valid_until=date(2020, 12, 31),
    )
    runner = app.test_cli_runner()
    first = runner.invoke(args=["offers", "follow-calendar"])
    assert (first.exit_code, first.output) == (0, "opened 0, expired 1\n")
    assert runner.invoke(args=["offers", "follow-calendar"]).output == "opened 0, expired 0\n"
    with app.app_context():
        assert db.session.get(Offer, offer.id).state is OfferState.EXPIRED
