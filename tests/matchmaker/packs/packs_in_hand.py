"""A published month of two givers with needs of two kinds, whose pack is asked for and made."""

import io
import zipfile
from datetime import date

from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.commands.serve import MAKERS
from matchmaker.rounds.solve.worker import Worker
from tests.browser import Browser
from tests.factories import Factory
from tests.matchmaker.rounds.free_places import FreePlaces

JULY = date(2026, 7, 1)
ALL_PARTS = [part.value for part in m.PackPart]
VISITS, RICE, UNMET = 4, 18, 6  # needs
WISH = {"first": "2026-07", "last": "2026-07", "parts": ALL_PARTS, "language": "en"}


class PackMonth(FreePlaces):
    """Every visitor makes one visit, and there is rice for twelve.

    ``has_pairing``: one more visit is of a pairing, and one of the visits is not asked for.
    """

    def __init__(self, make: Factory, *, rice: int = RICE, has_pairing: bool = False) -> None:
        super().__init__(make, rice=6)
        self.needs = [self.ask() for _number in range(VISITS - has_pairing)]
        self.needs += [self.ask(self.goods, quantity=1) for _number in range(rice)]
        self.pairing = self.pair_up() if has_pairing else None
        self.publish()


def ask_for_pack(browser: Browser, **changes: object) -> TestResponse:
    return browser.submit("packs.index", {**WISH, **changes})


def work_on_packs(app: Flask) -> None:
    """What the worker does with every pack that waits."""
    worker = Worker(app, makers=MAKERS)
    worker.queue_overdue_jobs()
    while worker._queue.work_once():
        pass


def make_pack(app: Flask, browser: Browser, **changes: object) -> int:
    """The id of a pack that was asked for and worked on."""
    answer = ask_for_pack(browser, **changes)
    assert answer.status_code == 303, answer.text
    work_on_packs(app)
    with app.app_context():
        return db.session.scalars(select(m.MonthPack.id).order_by(m.MonthPack.id.desc())).first()


def take_files(browser: Browser, pack_id: int) -> dict[str, bytes]:
    """The files of a pack, downloaded after the purpose was said."""
    answer = browser.take("packs.download", pack_id=pack_id, file_format="zip")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read_book(files: dict[str, bytes]) -> Workbook:
    return load_workbook(io.BytesIO(files["workbook.xlsx"]))
