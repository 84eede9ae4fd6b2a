"""A test client that goes by endpoint name and sends forms with their token, as a person does."""

import re
from typing import Any

from flask import Flask, has_app_context, url_for
from werkzeug.test import TestResponse

from matchmaker.accounts import sessions
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import User
from matchmaker.web.preferences import LOCALE_COOKIE

_SEEN = re.compile(r'name="(seen)"[^>]*value="([^"]*)"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """One person's browser. Use it outside an application context: locale and user live there."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client = app, app.test_client()

    def sign_in(self, user: User) -> "Browser":
        """Hold a session of ``user`` without the sign-in form (its own tests use the form)."""
        with self.app.app_context():
            token = sessions.open_session(db.session.get(User, user.id), now=get_now())
            db.session.commit()
        with self.client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        return self

    def use_language(self, language: str) -> "Browser":
        self.client.set_cookie(LOCALE_COOKIE, language)
        return self

    def get_url(self, endpoint: str, **values: Any) -> str:
        with self.app.test_request_context():
            return url_for(endpoint, **values)

    def get(self, endpoint: str, **values: Any) -> TestResponse:
        self._check_context()
        return self.client.get(self.get_url(endpoint, **values))

    def submit(self, endpoint: str, data: dict, *, on: str | None = None, **values) -> TestResponse:
        """Post ``data`` with the token of the form's page (``on``: another page holding it)."""
        self._check_context()
        page = self.client.get(on or self.get_url(endpoint, **values))
        token = _TOKEN.search(page.text)
        assert token, f"no form with a token on {on or endpoint} (status {page.status_code})"
        hidden = {"csrf_token": token[1]} | dict(_SEEN.findall(page.text))
        return self.client.post(self.get_url(endpoint, **values), data={**hidden, **data})

    def take(self, endpoint: str, **values: Any) -> TestResponse:
        """Take a list of people, as a file or to print, having said what for."""
        return self.submit(endpoint, {"purpose": "report"}, **values)

    def open(self, address: str) -> TestResponse:
        """The page at an address; one that asks what it is for is given a purpose."""
        self._check_context()
        answer = self.client.get(address)
        if b'name="purpose"' not in answer.data:
            return answer
        token = _TOKEN.search(answer.text)
        assert token, f"no form with a token on {address}"
        data = {"csrf_token": token[1], "purpose": "report"}
        return self.client.post(address, data=data, follow_redirects=True)

    def _check_context(self) -> None:
        assert not has_app_context(), "a browser inside an app context keeps the first locale"
