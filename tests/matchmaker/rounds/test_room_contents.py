"""What the room of a round offers in each state, and what the forms of its steps take."""

import pytest

from matchmaker import models as m
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.models.limits import LONGEST_REASON
from matchmaker.rounds.freeze.overrides import Candidates
from matchmaker.rounds.pages import draw_views
from matchmaker.rounds.pages.forms import (
    DrawForm,
    FreezeForm,
    LineFilterForm,
    OpenRoundForm,
    OverrideForm,
    ReplaceDrawForm,
    WithdrawForm,
)
from tests.draws import A_WEEK_ON, DRAWN_FORM, fill_lock_form, lock_and_draw_on_pages
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.pricing import finish_prices

ROOM = "/rounds/2026-07/"
RUN = {"month": MONTH, "number": 1}
DECLARED = {"reason": "promised", "no_interest": "y"}


def key(number: int) -> dict[str, str]:
    return {"idempotency_key": f"{number:032x}"}


# --- The room.


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("open", ["Go on to the lock", "What is missing"]),
        ("lock", ["Its numbers can be entered from half past nine that evening."]),
        ("freeze", ["Solve", "What is fixed"]),
        ("start", ["Cancel the run", "You may close this page"]),
        ("solve", ["Review run 1", "You started run 1, so somebody else must publish it."]),
        ("publish", ["See what was published", "The public page", "Withdraw the publication"]),
    ],
)
def test_the_room_offers_the_next_step_to_who_may_take_it(bring, one, auditor, shown, step, words):
    bring(step)
    page = one.get("rounds.show", month=MONTH).text
    assert [word for word in words if word not in page] == []
    assert shown["template"] == "rounds/show.html"
    assert shown["can_run"] is True
    assert bool(shown["readiness"]) is (step == "open")
    assert shown["is_ready"] is True
    assert len(shown["runs"]) == (0 if step in ("open", "lock", "freeze") else 1)
    assert (shown["candidate"] is not None) is (step == "solve")
    assert shown["has_result"] is (step in ("solve", "publish"))
    assert (shown["progress"] is None) is (step in ("open", "lock", "freeze", "publish"))
    auditor.get("rounds.show", month=MONTH)
    assert shown["can_run"] is False


def test_who_may_start_a_run_reads_who_could_publish_it(bring, month, one, auditor):
    bring("solve")
    said = "If you start the next run, it can be published by:"
    assert f"{said} {month.second.name}." in one.get("rounds.show", month=MONTH).text
    assert said not in auditor.get("rounds.show", month=MONTH).text
    bring("publish_again")
    assert said not in one.get("rounds.show", month=MONTH).text


def test_a_month_without_needs_is_not_led_to_the_freeze(app, month, one, bring):
    bring("freeze")  # all needs are in this round
    with app.app_context():
        month.open(MONTH.replace(month=8))
        db.session.commit()
    page = one.get("rounds.show", month=MONTH.replace(month=8)).text
    assert "Something below stops the lock." in page
    assert "Go on to the lock" not in page


def test_the_months_are_listed_for_who_may_open_one_and_for_who_may_not(bring, one, auditor, shown):
    assert "Open the first month" in one.get("rounds.index").text
    assert "The social workers open the first month." in auditor.get("rounds.index").text
    bring("open")
    assert "Open a month" in one.get("rounds.index").text
    assert (len(shown["rounds"]), shown["can_run"]) == (1, True)
    assert "Open a month" not in auditor.get("rounds.index").text


def test_progress_is_a_fragment_of_its_own(bring, one, shown):
    bring("start")
    one.get("rounds.progress", month=MONTH)
    assert shown["template"] == "rounds/progress.html"
    assert shown["match_round"].month == MONTH
    assert shown["progress"].is_under_way is True


# --- Steps and their forms.


@pytest.mark.parametrize(
    ("form", "labels"),
    [
        (OpenRoundForm, ["Month"]),
        (
            FreezeForm,
            ["Which public draw makes the seed?", "Number of the draw", "Day of the draw"],
        ),
        (
            ReplaceDrawForm,
            [
                "Which public draw makes the seed?",
                "Number of the draw",
                "Day of the draw",
                "Why does another draw take its place?",
            ],
        ),
        (DrawForm, ["The drawn numbers", "The drawn numbers once more"]),
        (WithdrawForm, ["Why is it withdrawn?"]),
        (
            OverrideForm,
            [
                "What should the next run do?",
                "Only for this giver",
                "In place of this giver",
                "Reason, kept on record",
                "The resident is nobody of my family or friends, and I gain nothing by this.",
                "Keep it all the same",
            ],
        ),
        (
            LineFilterForm,
            [
                "Result",
                "Category",
                "Neighbourhood committee",
                "Urgency",
                "Ground",
                "Organisation",
                "Number of the need or resident",
            ],
        ),
    ],
)
def test_every_field_asks_for_what_it_takes(english, form, labels):
    hidden = ("idempotency_key", "csrf_token")
    fields = [field for field in form(formdata=None) if field.name not in hidden]
    assert [str(field.label.text) for field in fields] == labels


def test_opening_proposes_the_next_month(one, shown):
    one.get("rounds.open_round")
    assert shown["form"].month.data.day == 1


def test_the_lock_proposes_the_next_draw(bring, one, shown):
    bring("open")
    one.get("rounds.freeze", month=MONTH)
    form = shown["form"]
    assert (form.source.data, form.number.data) == ("double_colour_ball", "")
    assert form.draws_on.data > get_local_date(A_WEEK_ON)


@pytest.mark.parametrize(
    ("step", "endpoint", "address", "field", "longest", "rest"),
    [
        ("publish", "withdraw", {"month": MONTH}, "reason", LONGEST_REASON, {}),
        (
            "freeze",
            "override",
            {"month": MONTH, "reference": "N2607-0001"},
            "reason",
            LONGEST_REASON,
            {"kind": "forbid", "giver": "", "no_interest": "y"},
        ),
    ],
)
def test_a_form_takes_its_longest_text_and_no_more_and_no_less_than_one(
    bring, one, shown, step, endpoint, address, field, longest, rest
):
    if step:
        bring(step)
    missing = "Write the reason."
    too_long = f"Use at most {longest} characters."
    for text, message in (("", missing), ("x" * (longest + 1), too_long)):
        answer = one.submit(f"rounds.{endpoint}", {**key(1), **rest, field: text}, **address)
        assert answer.status_code == 422
        assert shown["form"].errors == {field: [message]}
    sent = {**key(2), **rest, field: "x" * longest}
    answer = one.submit(f"rounds.{endpoint}", sent, **address)
    assert (answer.status_code, answer.location) == (303, ROOM)


def test_the_list_is_not_locked_without_the_number_of_its_draw(bring, one, shown):
    bring("open")
    answer = one.submit("rounds.freeze", {**key(1), **fill_lock_form(), "number": ""}, month=MONTH)
    assert answer.status_code == 422
    assert shown["form"].errors == {"number": ["Enter the number of the draw."]}


def test_a_month_must_be_chosen(one, shown):
    answer = one.submit("rounds.open_round", {**key(1), "month": ""})
    assert answer.status_code == 422
    assert shown["form"].errors == {"month": ["Choose the month."]}


def test_an_override_must_be_a_pin_or_a_forbid_for_a_known_giver(bring, one, shown, month):
    bring("solve")
    address = {"month": MONTH, "reference": "N2607-0003"}
    goods = f"offer:{month.offers['goods'].id}"
    for values, errors in (
        ({"giver": ""}, {"kind": ["Choose one."]}),
        ({"kind": "away", "giver": ""}, {"kind": ["Choose from the list."]}),
        (
            {"kind": "swap", "giver": ""},
            {"giver": ["Choose who should help."], "instead": ["Choose who should not help."]},
        ),
        (
            {"kind": "swap", "giver": goods, "instead": goods},
            {"instead": ["Choose another giver than above."]},
        ),
        (
            {"kind": "pin", "giver": "", "instead": goods},
            {"instead": ["Leave this empty, or choose one giver for another."]},
        ),
        ({"kind": "pin", "giver": "offer:99"}, {"giver": ["Choose from the list."]}),
    ):
        sent = {**key(1), **values, "reason": "promised", "no_interest": "y"}
        assert one.submit("rounds.override", sent, **address).status_code == 422
        assert shown["form"].errors == errors
    form = shown["form"]
    assert [(c.value, str(c.label)) for c in form.kind.choices] == [
        ("pin", "Must be met"),
        ("forbid", "Must not be matched"),
        ("swap", "Must be met by one giver in place of another"),
    ]
    assert [choice.value for choice in form.giver.choices] == ["", goods]


def test_offers_are_named_by_their_giver_and_volunteers_by_their_own_name(english, month):
    offer, (one, two) = month.offers["visit"], (month.volunteers[1], month.volunteers[2])
    giver = month.organisations[1].name_en
    form = OverrideForm(formdata=None)
    form.fill_givers(Candidates((offer,), (one, two)))
    assert [(choice.value, str(choice.label)) for choice in form.giver.choices] == [
        ("", "Any giver"),
        (f"offer:{offer.id}", f"{giver}: Offer"),
        (f"volunteer:{one.id}", f"{one.name} ({giver})"),
        (f"volunteer:{two.id}", f"{two.name} ({giver})"),
    ]


@pytest.mark.parametrize(
    ("giver", "expected"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ("offer:7", (7, None)),
        ("volunteer:9", (None, 9)),
    ],
)
def test_the_chosen_giver_is_an_offer_or_a_volunteer(english, giver, expected):
    form = OverrideForm(formdata=None, data={"kind": "forbid", "giver": giver})
    decision = form.read_decision(m.Need(id=1))
    assert (decision.offer_id, decision.volunteer_id, decision.is_swap) == (*expected, False)


def test_a_swap_is_a_pin_with_the_giver_who_is_replaced(english):
    data = {"kind": "swap", "giver": "offer:7", "instead": "volunteer:9"}
    decision = OverrideForm(formdata=None, data=data).read_decision(m.Need(id=1))
    found = decision.kind, decision.offer_id, decision.instead_volunteer_id, decision.is_swap
    assert found == (m.OverrideKind.PIN, 7, 9, True)


def test_a_pin_of_an_offer_is_kept_with_its_offer(app, bring, one, month):
    bring("solve")
    goods = month.offers["goods"].id
    sent = {**key(1), "kind": "pin", "giver": f"offer:{goods}", **DECLARED}
    asked = one.submit("rounds.override", sent, month=MONTH, reference="N2607-0003")
    finish_prices(app)
    one.submit("rounds.keep_price", key(2), on=asked.location, month=MONTH, number=1)
    with app.app_context():
        (row,) = db.session.query(m.RoundOverride).all()
        found = (row.kind, row.need_id, row.offer_id, row.volunteer_id, row.reason, row.made_by_id)
    pin = m.OverrideKind.PIN
    assert found == (pin, month.needs[3].id, goods, None, "promised", month.first.id)


def test_a_run_is_queued_once_it_is_committed(app, bring, one, two, monkeypatch):
    put: list[tuple] = []
    monkeypatch.setattr("matchmaker.rounds.pages.step_views.put_job", lambda *job: put.append(job))
    bring("open")
    assert one.submit("rounds.solve", key(1), on=ROOM + "freeze", month=MONTH).status_code == 409
    assert put == []
    lock_and_draw_on_pages(one, two, MONTH, key(2), monkeypatch)
    app.config["SOLVE_LIMIT_SECONDS"] = 77
    assert one.submit("rounds.solve", key(3), on=ROOM, month=MONTH).status_code == 303
    with app.app_context():
        (job,) = db.session.query(m.Job).all()
        assert put == [(app.config["QUEUE_PATH"], job.id)]
        assert job.run.limit_seconds == 77


SAID = {
    "freeze": "The list is locked. Its hash and the announced draw are public now.",
    "draw": "The seed is drawn. The month can be solved now.",
    "replace_draw": "The other draw is announced. Both stand on the public page.",
    "cancel": "The run was cancelled.",
    "publish": "The month is published. On the site:",
    "withdraw": "The publication is withdrawn. The next one will be a new version.",
}


@pytest.mark.parametrize(
    ("before", "step", "who", "values", "address", "on", "after"),
    [
        ("open", "freeze", "one", fill_lock_form(), {"month": MONTH}, None, "FROZEN"),
        (
            "lock",
            "replace_draw",
            "two",
            {**fill_lock_form(), "reason": "slip"},
            {"month": MONTH},
            None,
            "FROZEN",
        ),
        ("lock", "draw", "two", DRAWN_FORM, {"month": MONTH}, None, "DRAWN"),
        ("start", "cancel", "one", {}, RUN, ROOM, "DRAWN"),
        ("solve", "publish", "two", {}, RUN, None, "PUBLISHED"),
        ("publish", "withdraw", "one", {"reason": "wrong"}, {"month": MONTH}, None, "REVIEW"),
    ],
)
def test_each_step_is_taken_leads_back_to_the_room_and_says_what_it_did(
    app, bring, request, month, monkeypatch, before, step, who, values, address, on, after
):
    browser = request.getfixturevalue(who)
    bring(before)
    if step == "replace_draw":  # before the day of the announced draw
        monkeypatch.setattr(draw_views, "get_now", lambda: NOW)
    answer = browser.submit(f"rounds.{step}", {**key(1), **values}, on=on, **address)
    assert (answer.status_code, answer.location) == (303, ROOM)
    page = browser.client.get(ROOM).text
    assert SAID[step] in page
    assert 'data-flash="success"' in page
    with app.app_context():
        assert db.session.query(m.MatchRound).one().state is m.RoundState[after]
        event = db.session.query(m.AuditEvent).order_by(m.AuditEvent.id.desc()).first()
        actor = {"one": month.first, "two": month.second}[who]
        assert (event.action, event.actor_id) == (f"round.{step.replace('_', '-')}", actor.id)


@pytest.mark.parametrize(
    ("before", "step", "who", "address", "template"),
    [
        ("open", "freeze", "one", {"month": MONTH}, "freeze"),
        ("lock", "replace_draw", "one", {"month": MONTH}, "replace_draw"),
        ("lock", "draw", "two", {"month": MONTH}, "draw"),
        ("freeze", "solve", "one", {"month": MONTH}, "show"),
        ("start", "cancel", "one", RUN, "show"),
        ("solve", "publish", "two", RUN, "publish"),
        ("publish", "withdraw", "one", {"month": MONTH}, "withdraw"),
        ("solve", "override", "one", {"month": MONTH, "reference": "N2607-0001"}, "override"),
        ("solve", "lift_override", "one", {"month": MONTH, "override_id": 1}, "show"),
    ],
)
def test_a_form_with_a_broken_key_is_shown_again_and_changes_nothing(
    app, bring, request, shown, monkeypatch, before, step, who, address, template
):
    browser = request.getfixturevalue(who)
    bring(before)
    if step == "replace_draw":  # before the day of the announced draw
        monkeypatch.setattr(draw_views, "get_now", lambda: NOW)
    with app.app_context():
        events = db.session.query(m.AuditEvent).count()
    on = browser.get_url("rounds.show", month=MONTH) if template == "show" else None
    answer = browser.submit(f"rounds.{step}", {"idempotency_key": "cut"}, on=on, **address)
    assert answer.status_code == 422
    assert shown["template"] == f"rounds/{template}.html"
    assert shown["form"].errors["idempotency_key"] == [
        "This form was incomplete. Check it and send it again."
    ]
    with app.app_context():
        assert db.session.query(m.AuditEvent).count() == events
