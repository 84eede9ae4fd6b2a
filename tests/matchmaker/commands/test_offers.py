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


def test_a_day_is_done_once(app, make):
    make.offer(
        make.organisation(),
        make.category(),
        valid_from=date(2020, 1, 1),
        valid_until=date(2020, 12, 31),
    )
    runner = app.test_cli_runner()
    nothing = (
        "needs: came back 0, asked about 0, ended 0, expired 0; "
        "promises: reminded of 0, expired 0, freed 0; "
        "packs: deleted 0; photos: deleted 0\n"
    )
    first = runner.invoke(args=["daily"])
    assert (first.exit_code, first.output) == (0, f"offers: opened 0, expired 1; {nothing}")
    assert runner.invoke(args=["daily"]).output == f"offers: opened 0, expired 0; {nothing}"
