"""The proof of a run leaves the site as files that prove it anywhere."""

import io
import json
import zipfile

from matchmaker.base.extensions import db
from matchmaker.models import RoundRun
from matchmaker.rounds.publish.proof_file import make_proof_zip
from optimizer.checker.check import check_draw, verify
from tests.browser import Browser
from tests.matchmaker.rounds.small_month import MONTH

RUN = {"month": MONTH, "number": 1, "file_format": "zip"}


def read_zip(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_anybody_who_holds_the_files_can_check_them(app, month):
    with app.app_context():
        month.solve()
        db.session.commit()
    auditor = Browser(app).sign_in(month.auditor)
    answer = auditor.take("rounds.download_proof", **RUN)
    assert answer.headers["Content-Disposition"].endswith('"round-2026-07-run-1-proof.zip"')
    assert answer.headers["Cache-Control"] == "no-store"
    files = read_zip(answer.data)
    problem, solution = json.loads(files["problem.json"]), json.loads(files["solution.json"])
    assert solution["certificate"]["stages"]
    assert verify(problem, solution) is None
    draw = json.loads(files["draw.json"])
    assert check_draw(problem, draw) is None
    assert (draw["source"], draw["draws_on"]) == ("double_colour_ball", "2026-07-07")
    assert check_draw(problem, {**draw, "public_value": "x"}).code == "draw"
    assert check_draw(problem, {**draw, "list_sha256": "0" * 64}).code == "draw"
    assert solution["result_sha256"] in files["README.txt"]
    again = auditor.take("rounds.download_proof", **RUN)
    assert again.data == answer.data


def test_a_run_without_an_answer_has_no_proof(app, month):
    with app.app_context():
        month.solve()
        run = db.session.scalars(db.select(RoundRun)).one()
        run.solution_json = None
        db.session.commit()
    auditor = Browser(app).sign_in(month.auditor)
    assert auditor.get("rounds.download_proof", **RUN).status_code == 404


def test_the_files_of_a_proof_have_the_same_time_for_ever(app, month):
    """The ZIP of a run is the same byte for byte, and so is its hash, whenever it is asked for."""
    with app.app_context(), zipfile.ZipFile(io.BytesIO(make_proof_zip(month.solve()))) as archive:
        times = {entry.date_time for entry in archive.infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}
