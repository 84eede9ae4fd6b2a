"""Forms are tried without a site: an application with languages and nothing else."""

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import FileStorage


@pytest.fixture
def post():
    """A function that binds a form to posted data: ``post(NeedForm, name="Wang")``."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for tests", WTF_CSRF_ENABLED=False)
    Babel(app)

    def bind(form_class, files=None, **data):
        body = {**data, **{k: FileStorage(v, "x.txt") for k, v in (files or {}).items()}}
        with app.test_request_context(method="POST", data=body):
            form = form_class()
            form.validate()
            return form

    return bind


@pytest.fixture
def show():
    """A function that shows a form from an address: ``show(NeedFilter, "/?name=Wang")``."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for tests")
    Babel(app)

    def bind(form_class, address="/", **values):
        with app.test_request_context(address):
            form = form_class(**values)
            form.validate()
            return form

    return bind
