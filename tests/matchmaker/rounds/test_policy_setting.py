"""The setting that says by which rules new months are decided."""

import pytest

from matchmaker import create_app
from matchmaker.base.config import SettingsError
from matchmaker.base.extensions import db
from matchmaker.rounds import queries
from matchmaker.rounds.matching import DEFAULT_POLICY
from tests.browser import Browser
from tests.databases import SECRET
from tests.matchmaker.rounds.small_month import MONTH

FORM = {"month": "2026-07", "idempotency_key": "3" * 32}


def make_environ(folder, policy: str) -> dict[str, str]:
    return {
        "MATCHMAKER_SECRET_KEY": SECRET,
        "MATCHMAKER_CONTACT_KEYS": SECRET,
        "MATCHMAKER_INSTANCE": str(folder),
        "MATCHMAKER_POLICY": policy,
    }


@pytest.mark.parametrize("policy", ["community/3", "community", " community/2"])
def test_a_policy_that_was_never_published_stops_the_start(tmp_path, policy):
    with pytest.raises(SettingsError, match=r"^MATCHMAKER_POLICY must be one of community/1, "):
        create_app(environ=make_environ(tmp_path, policy))


@pytest.mark.parametrize("policy", ["", "community/1", "community/2"])
def test_a_published_policy_is_taken(tmp_path, policy):
    assert create_app(environ=make_environ(tmp_path, policy)).config["POLICY"] == policy


@pytest.mark.parametrize("policy", ["", "community/1", "community/2"])
def test_a_month_is_opened_with_the_policy_of_the_setting(app, month, policy):
    app.config["POLICY"] = policy
    worker = Browser(app).sign_in(month.first)
    assert worker.submit("rounds.open_round", FORM).status_code == 303
    with app.app_context():
        opened = queries.find_round(MONTH, db.session.merge(month.one))
        assert opened.policy == (policy or DEFAULT_POLICY)
