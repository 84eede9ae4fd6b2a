"""The strict reader of JSON text, the same for every command that reads a month or a fund."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

import optimizer
from optimizer.checker.__main__ import main as check_main
from optimizer.checker.bundle import make_bundle
from optimizer.checker.month.text import MOST_DEPTH, TextError, parse_json
from optimizer.checker.verdict import BROKEN
from optimizer.cli.months import main
from optimizer.policy import Stage, StageKind
from optimizer.search.solve import solve
from tests.optimizer.builders import goods, month, want
from tests.optimizer.checker.forgeries import reseal
from tests.optimizer.checker.spent import measure_check

DEEP = "[" * (MOST_DEPTH + 2) + "]" * (MOST_DEPTH + 2)
REFUSED = {
    b'{"a": 1, "b": 2, "a": 3}': "key a occurs twice",
    b'{"\\ud800": 1, "\\ud800": 2}': "key '\\ud800' occurs twice",
    b'{"a": NaN}': "NaN is not a number",
    b'{"a": -Infinity}': "-Infinity is not a number",
    b'{"a": [1, 1.0]}': "$.a[1]: 1.0 is not a whole number",
    b'{"a": {"b": 1e400}}': "$.a.b: inf is not a whole number",
    b"2.5": "$: 2.5 is not a whole number",
    b'{"a": ["x", "\\ud800y"]}': "$.a[1]: '\\ud800y' is not Unicode text",
    b'{"\\uDC00": 1}': "$: key '\\udc00' is not Unicode text",
    b'{"a": ' + b"1" * 5000 + b"}": "4300 digits",
    b'{"a": [1, -' + b"1" * 1001 + b"]}": "$.a[1]: a number of more than 1000 digits",
    DEEP.encode(): "nested more than",
    b"[" * 100_000: "nested more than",
    b"\xff": "not UTF-8 at byte 0",
    '{"a": 1}'.encode("utf-16"): "not UTF-8",
    b"": "Expecting value",
    b"{} {}": "Extra data",
}


@pytest.mark.parametrize("data", REFUSED)
def test_what_has_no_single_meaning_is_refused(data):
    with pytest.raises(TextError) as refused:
        parse_json(data)
    assert REFUSED[data] in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ["\\ud83d\\ude00", -1, null, true, {}]}',
        "[]",
        '"\\\\ud"',
        f'["{"9" * 1001}", -{"9" * 1000}]',
    ],
)
def test_all_else_is_read_as_json_reads_it(text):
    assert parse_json(text.encode()) == parse_json(b"\xef\xbb\xbf" + text.encode())
    assert parse_json(text.encode()) == json.loads(text)


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    question, answer = tmp_path / "q.json", tmp_path / "a.json"
    question.write_text('{"name": "m", "seed": "00", "seed": "01"}')
    answer.write_text("{}")
    return question, answer


def test_every_checker_refuses_the_same_file_in_the_same_words(files, capsys, tmp_path):
    printed = []
    question, answer = map(str, files)
    for run, arguments in (
        (main, ["verify", question, answer]),
        (check_main, [question, answer]),
        (main, ["divide", question, "--check", answer]),
    ):
        assert run(arguments) == 2
        printed.append(capsys.readouterr().err)
    (tmp_path / "checker.pyz").write_bytes(make_bundle())
    verify_files = Path(optimizer.__file__).parent / "verify_files.py"
    for program in (str(tmp_path / "checker.pyz"), str(verify_files)):
        done = subprocess.run(
            [sys.executable, program, question, answer], capture_output=True, text=True
        )
        assert done.returncode == 2
        printed.append(done.stderr)
    assert set(printed) == {f"broken input: {question}: key seed occurs twice in one object\n"}


def test_the_bundle_holds_the_reader():
    assert "checker/month/text.py" in zipfile.ZipFile(BytesIO(make_bundle())).namelist()


def test_what_adds_up_to_more_digits_than_python_writes_is_refused_in_words(tmp_path, capsys):
    """The units of two lines, or a bound by multipliers, once were a traceback."""
    problem = month(goods(), goods("more"), want("a"), stages=(Stage("p", StageKind.MAX_POINTS),))
    plain, true = problem.to_json(), json.loads(json.dumps(solve(problem).to_json()))
    (tmp_path / "q.json").write_text(json.dumps(plain))
    nines = int("9" * 4300)
    lines = [{"need": "a", "stock": stock, "units": nines} for stock in ("more", "rice")]
    steep = {**true, "stages": [true["stages"][0] | {"proof": "search", "bound": None}]}
    steep["certificate"] = true["certificate"] | {"stages": [[["sum", 1, 1, [0, -nines]]]]}
    for answer in ({**true, "assignments": lines}, steep):
        (tmp_path / "a.json").write_text(json.dumps(reseal(answer)))
        assert check_main([str(tmp_path / "q.json"), str(tmp_path / "a.json")]) == 2
        assert "a number of more than 1000 digits" in capsys.readouterr().err


HOSTILE = {
    "runs": b"[" + (b"9" * 1000 + b",") * 9990 + b"0]",
    "lists": b"[" + b"[]," * 3_300_000 + b"[]]",
    "objects": b"[" + b'{"":0},' * 1_400_000 + b"0]",
    "repeats": b"{" + b",".join(b'"%d":0' % k for k in range(900_000)) + b',"0":1}',
    "digits": b"[" + (b"9" * 4300 + b",") * 2300 + b"0]",
    "floats": b"[" + b"[0]," * 2_400_000 + b"1.5]",
    "surrogates": b"[" + b'"x",' * 2_400_000 + b'"\\ud800"]',
    "answer": b'{"assignments":[' + b'{"need":"","stock":""},' * 430_000 + b"0]}",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_ten_hostile_megabytes_take_less_than_ten_seconds_and_500_mib(name, tmp_path):
    (tmp_path / "q.json").write_bytes(HOSTILE[name])
    (tmp_path / "a.json").write_bytes(HOSTILE["answer"])
    for pair in (["q.json", "a.json"], ["a.json", "q.json"]):
        spent = measure_check([tmp_path / file for file in pair])
        assert spent.code == BROKEN, spent.errors
        assert spent.mebibytes < 500
        assert spent.seconds < 10  # of the processor: the machine of a test may be busy
