"""One shape of view: what is valid acts once and goes on, what is refused comes back as typed."""

import pytest
from flask import render_template_string
from sqlalchemy import func, select
from wtforms import StringField
from wtforms.validators import ValidationError

from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.forms.base import BaseForm, IdempotentForm
from matchmaker.forms.validators import Required
from matchmaker.models import Role, Subdistrict
from matchmaker.web.act import answer_button, answer_form

PAGE = (
    "{% for f in form %}{{ f.data }}|{{ f.errors | join }}{% endfor %}{{ form.form_errors | join }}"
)


class NameForm(BaseForm):
    name = StringField(validators=[Required("A name is missing.")])


class OnceOnlyForm(IdempotentForm):
    name = StringField(validators=[Required("A name is missing.")])


@pytest.fixture
def site(app, browser):
    """A function that lets a view of this form and deed answer what is posted."""
    app.config["WTF_CSRF_ENABLED"] = False

    def serve(form_class, act, **options):
        def view():
            form = form_class()
            return answer_form(
                form, lambda: act(form), lambda: render_template_string(PAGE, form=form), **options
            )

        app.add_url_rule("/deed", endpoint="deed", view_func=view, methods=["GET", "POST"])
        return browser.client

    return serve


def write(name):
    """What every deed here does first, to see whether it is kept."""
    db.session.add(Subdistrict(code=name, name_zh="徐家汇街道", name_en="Xujiahui"))
    db.session.flush()


def count(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Subdistrict))


def keep(form):
    write(form.name.data)
    return "/done"


def refuse_with(error):
    def act(form):
        write(form.name.data)
        raise error

    return act


def test_looking_only_shows_the_form(app, site):
    assert site(NameForm, keep).get("/deed").status_code == 200
    assert count(app) == 0


def test_what_is_valid_is_kept_and_goes_on(app, site):
    answer = site(NameForm, keep).post("/deed", data={"name": "S1"})
    assert (answer.status_code, answer.location) == (303, "/done")
    assert count(app) == 1


def test_what_the_form_refuses_does_not_reach_the_deed(app, site):
    answer = site(NameForm, keep).post("/deed", data={"name": ""})
    assert answer.status_code == 422
    assert "A name is missing." in answer.text
    assert count(app) == 0


def test_what_the_service_refuses_is_shown_at_its_field_as_typed(app, site):
    act = refuse_with(InvalidError("offer.title_length", "name", most=7))
    client = site(NameForm, act)
    answer = client.post("/deed", data={"name": "S1"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "S1|Give the offer a name of at most 7 characters." in answer.text
    assert count(app) == 0


def test_a_refusal_of_a_field_that_is_left_out_is_still_said(app, site):
    act = refuse_with(InvalidError("need.tier_unknown", "tier"))
    client = site(NameForm, act)
    answer = client.post("/deed", data={"name": "S1"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "Choose how urgent it is." in answer.text


def test_a_conflict_has_its_page_and_keeps_nothing(app, site):
    client = site(NameForm, refuse_with(ConflictError("round.exists")))
    assert client.post("/deed", data={"name": "S1"}).status_code == 409
    assert count(app) == 0


def test_a_view_may_answer_a_conflict_itself(app, site):
    act = refuse_with(ConflictError("round.exists"))
    client = site(NameForm, act, answer_conflict=lambda error: (error.code, 409))
    answer = client.post("/deed", data={"name": "S1"})
    assert (answer.status_code, answer.text) == (409, "round.exists")
    assert count(app) == 0


def test_the_same_form_sent_twice_acts_once(app, site, browser, make):
    client = site(OnceOnlyForm, keep)
    browser.sign_in(make.user(Role.AUDITOR))
    data = {"name": "S1", "idempotency_key": "0" * 32}
    answers = [client.post("/deed", data=data) for _ in range(2)]
    assert [(a.status_code, a.location) for a in answers] == [(303, "/done")] * 2
    assert count(app) == 1


@pytest.mark.both_databases
def test_what_was_taken_in_leads_on_again_though_it_could_not_be_chosen_any_more(
    app, site, browser, make
):
    """As with a list of what is open: who taps twice sees the page of the first tap."""

    class OpenForm(OnceOnlyForm):
        def validate_name(self, field):
            if db.session.scalar(select(Subdistrict.id).where(Subdistrict.code == field.data)):
                raise ValidationError("Choose from the list.")

    client = site(OpenForm, keep)
    browser.sign_in(make.user(Role.AUDITOR))
    data = {"name": "S1", "idempotency_key": "0" * 32}
    answers = [client.post("/deed", data=data) for _ in range(2)]
    assert [(a.status_code, a.location) for a in answers] == [(303, "/done")] * 2
    assert client.post("/deed", data={**data, "idempotency_key": "1" * 32}).status_code == 422
    assert count(app) == 1


def test_a_refused_form_can_be_sent_again_with_its_key(app, site, browser, make):
    errors = iter([InvalidError("offer.title_length", "name", most=7), None])

    def act(form):
        write(form.name.data)
        if error := next(errors):
            raise error
        return "/done"

    client = site(OnceOnlyForm, act)
    browser.sign_in(make.user(Role.AUDITOR))
    data = {"name": "S1", "idempotency_key": "0" * 32}
    assert [client.post("/deed", data=data).status_code for _ in range(2)] == [422, 303]
    assert count(app) == 1


def test_a_button_acts_and_goes_on(app, browser):
    def act():
        write("S1")
        return "/done"

    app.add_url_rule("/button", endpoint="button", view_func=lambda: answer_button(act))
    answer = browser.client.get("/button")
    assert (answer.status_code, answer.location) == (303, "/done")
    assert count(app) == 1
