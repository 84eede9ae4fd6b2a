"""The shapes of docs/how-a-month-works.md: a small month walked through the product's own steps.

A resident posts a need on the site, the committee confirms it, the office freezes, solves and
publishes. Every text here is what the product stored or showed; the clock alone is fixed.
"""

import csv
import json
import re
import tempfile
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from sqlalchemy import inspect, select

from matchmaker import models as m
from matchmaker.base.extensions import db
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import Factory, make_lot
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth

POSTED, UNMET, DUTY = "N2607-0007", "N2607-0002", "P0001#1"  # the needs that the document follows
WORDS = "我一个人住五楼，想有人来坐坐"
_COLUMNS_OF_NEED = (
    "reference", "form", "quantity", "windows", "tier", "waiting_rounds", "state",
)  # fmt: skip


class FixedTime(datetime):
    """The clock of the walk: always the same Monday morning in Shanghai."""

    @classmethod
    def now(cls, tz: Any = UTC) -> "FixedTime":
        return cls(2026, 7, 6, 2, 0, tzinfo=tz)


def write_month() -> dict[str, str]:
    """The generated parts of the document, by name."""
    with (
        mock.patch("matchmaker.base.clock.datetime", FixedTime),
        tempfile.TemporaryDirectory() as folder,
        opened(make_app(f"sqlite:///{folder}/month.db", Path(folder))) as app,
    ):
        with app.app_context():
            db.create_all()
        return _Walk(app).write()


class _Walk:
    def __init__(self, app: Flask) -> None:
        self.app, self.make = app, Factory(app)
        self.month = SmallMonth(self.make)
        self._name_rows()
        self._add_pairing()
        self.account = self.make.user(m.Role.RESIDENT, resident_id=self.month.residents[1].id)
        committee_id = self.month.committees[2].id
        self.worker = self.make.user(m.Role.COMMITTEE_WORKER, committee_id=committee_id)

    def write(self) -> dict[str, str]:
        posted = self._post()
        parts = {"posted": _show_each(posted), "need-row": self._show_need()}
        decided = self._verify()
        parts |= {"decided": _show_each([decided]), "need-row-open": self._show_need()}
        with self.app.app_context():
            run = self.month.publish()
            db.session.commit()
            parts |= _show_frozen(run) | _show_question(run) | _show_answer(run) | _show_rows(run)
            number = run.number
        return parts | {"line": self._show_lines(number), "page": self._show_page()}

    def _name_rows(self) -> None:
        month = self.month
        names = {
            "Elder visit": month.visit,
            "Leshan No. 2": month.committees[2],
            "Leshan No. 1": month.committees[1],
            "Yide Social Work": month.organisations[1],
        }
        for name, row in names.items():
            row.name_en = name
            self.make.add(row)

    def _add_pairing(self) -> None:
        volunteer = self.make.volunteer(
            self.month.organisations[1],
            reference="V0003",
            visits_per_month=1,
            categories=["elder_visit"],
        )
        self.make.add(
            m.Pairing(
                reference="P0001",
                organisation_id=volunteer.organisation_id,
                volunteer_id=volunteer.id,
                resident_id=self.month.residents[4].id,
                category_id=self.month.visit.id,
                programme=m.Programme.ELDER_VISIT,
                frequency=m.VisitFrequency.MONTHLY,
                starts_on=date(2026, 1, 1),
                review_on=date(2026, 12, 31),
                lot=make_lot("P0001"),
            )
        )

    def _post(self) -> list[tuple[str, dict[str, Any]]]:
        """What the resident's browser sends, page by page."""
        browser = self._sign_in(self.account)
        pages: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("needs.choose", {"code": "heading"}, {"category_id": str(self.month.visit.id)}),
            ("needs.ask", {"question": "when"}, {"answer": ["SAT-AM", "SAT-PM"]}),
            ("needs.ask", {"question": "words"}, {"answer": WORDS}),
            ("needs.check", {}, {"has_consent": "y", "idempotency_key": "0" * 32}),
        ]
        sent = []
        for endpoint, values, data in pages:
            if endpoint != "needs.choose":
                values = {**values, "need_id": self._get_need_id()}
            _send(browser, endpoint, data, **values)
            sent.append((browser.get_url(endpoint, **values), data))
        self._fix_lot()
        return sent

    def _fix_lot(self) -> None:
        """A random name would be another one every time that the document is written."""
        with self.app.app_context():
            db.session.get_one(m.Need, self._get_need_id()).lot = make_lot(POSTED)
            db.session.commit()

    def _verify(self) -> tuple[str, dict[str, Any]]:
        browser, need_id = self._sign_in(self.worker), self._get_need_id()
        with self.app.app_context():
            version = db.session.get_one(m.Need, need_id).version
        data = {
            "verify-version": str(version),
            "verify-tier": "1",
            "verify-reply_promised_on": "2026-08-31",
            "verify-idempotency_key": "1" * 32,
        }
        on = browser.get_url("needs.show", need_id=need_id)
        _send(browser, "needs.verify", data, on=on, need_id=need_id)
        return browser.get_url("needs.verify", need_id=need_id), data

    def _show_need(self) -> str:
        with self.app.app_context():
            columns = inspect(m.Need).local_table.columns
            row = db.session.execute(
                select(*(columns[name] for name in _COLUMNS_OF_NEED)).where(
                    columns["reference"] == POSTED
                )
            ).one()
            return _show(dict(row._mapping))

    def _show_lines(self, number: int) -> str:
        """The lines of both needs in the file that the office downloads."""
        browser = self._sign_in(self.month.first)
        page = browser.take("rounds.download_lines", month=MONTH, number=number, file_format="csv")
        head, *lines = csv.reader(page.text.lstrip("\ufeff").splitlines())
        found = [dict(zip(head, line, strict=True)) for line in lines if line[0] in (POSTED, UNMET)]
        return _show(*reversed(found))

    def _show_page(self) -> str:
        """What the resident reads, without its frame."""
        page = self._sign_in(self.account).get("needs.follow", need_id=self._get_need_id())
        main = re.search(r"<main.*?</main>", page.text, re.DOTALL)[0]
        begin = main.index("Where it is now")
        text = unescape(re.sub(r"<[^>]+>", "\n", main[begin : main.index("What happened so far")]))
        lines = [" ".join(line.split()) for line in text.splitlines()]
        return "```text\n" + "\n".join(filter(None, lines)) + "\n```"

    def _sign_in(self, user: m.User) -> Browser:
        return Browser(self.app).use_language("en").sign_in(user)

    def _get_need_id(self) -> int:
        with self.app.app_context():
            return db.session.scalars(select(m.Need.id).where(m.Need.reference == POSTED)).one()


def _send(browser: Browser, endpoint: str, data: dict[str, Any], **values: Any) -> None:
    answer = browser.submit(endpoint, data, **values)
    assert answer.status_code == 303, f"{endpoint} refused {data}: {answer.text}"


def _show_frozen(run: m.RoundRun) -> dict[str, str]:
    match_round = run.match_round
    frozen = json.loads(match_round.snapshot.canonical_json)
    offer = _find(frozen["offers"], "name", "O01/elder_visit/1")
    hashes = {
        "snapshot_sha256": match_round.snapshot.sha256,
        "public_value": match_round.public_value,
        "seed": match_round.seed,
    }
    return {
        "frozen-need": _show(_find(frozen["needs"], "reference", POSTED)),
        "frozen-rest": _show(offer, _find(frozen["volunteers"], "reference", "V0001")),
        "frozen-visit": _show(_find(frozen["due_visits"], "pairing", "P0001")),
        "seed": _show(hashes),
    }


def _show_question(run: m.RoundRun) -> dict[str, str]:
    question = json.loads(run.problem_json)
    stock = _find(question["stocks"], "id", "O01/elder_visit/1")
    return {
        "question-need": _show(_find(question["needs"], "id", POSTED)),
        "question-rest": _show(stock, _find(question["people"], "id", "V0001")),
        "question-pair": _show(
            _find(question["needs"], "id", DUTY),
            *(row for row in question["pairs"] if row["need"] == DUTY),
        ),
    }


def _show_answer(run: m.RoundRun) -> dict[str, str]:
    answer = json.loads(run.solution_json)
    kept = ("status", "needs_asked", "needs_met", "problem_sha256", "result_sha256")
    return {
        "answer-line": _show(_find(answer["assignments"], "need", POSTED)),
        "answer-ground": _show(_find(answer["grounds"], "need", UNMET)),
        "answer-stage": _show(answer["stages"][0], {name: answer[name] for name in kept}),
    }


def _show_rows(run: m.RoundRun) -> dict[str, str]:
    """The rows that pages read."""
    shown = []
    for reference in (POSTED, UNMET):
        outcome = db.session.scalars(
            select(m.NeedOutcome)
            .join(m.NeedOutcome.need)
            .where(m.NeedOutcome.round_run_id == run.id, m.Need.reference == reference)
        ).one()
        names = ("is_met", "received_units", "ground", "numbers")
        shown.append({"need": reference, **{name: getattr(outcome, name) for name in names}})
    given = db.session.scalars(
        select(m.Promise)
        .join(m.Promise.need)
        .where(m.Promise.round_run_id == run.id, m.Need.reference == POSTED)
    ).one()
    assignment = {
        "need": POSTED,
        "organisation": given.organisation.code,
        "volunteer": given.volunteer.reference,
        "slot": given.slot,
        "units": given.units,
        "state": given.state,
    }
    return {"outcome": _show(*shown), "assignment": _show(assignment)}


def _find(rows: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    return next(row for row in rows if row[key] == value)


def _show_each(sent: list[tuple[str, dict[str, Any]]]) -> str:
    lines = [f"POST {url}\n     {json.dumps(data, ensure_ascii=False)}" for url, data in sent]
    return "```text\n" + "\n".join(lines) + "\n```"


def _show(*rows: dict[str, Any]) -> str:
    """Each row as JSON, one key a line."""
    return "```json\n" + "\n".join(_write_row(row) for row in rows) + "\n```"


def _write_row(row: dict[str, Any]) -> str:
    lines = [
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in row.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}"
