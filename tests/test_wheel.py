"""The wheel, built from the tree as it is and installed far from it, works without the tree."""

import os
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from matchmaker.base.clock import add_months, get_month, get_now
from tests.architecture.source import ROOT
from tests.databases import SECRET
from tests.processes import running
from tests.sites import SERVED, read_until_served

SECRETS = {"MATCHMAKER_SECRET_KEY": SECRET, "MATCHMAKER_CONTACT_KEYS": SECRET}
PACKAGES = ("matchmaker", "optimizer")
MADE = ("__pycache__", "*.mo", "*.py[co]")  # what a fresh clone does not have
SHOW_WHERE = "import matchmaker, optimizer; print(matchmaker.__file__, optimizer.__file__)"
SHOW_HOME_PAGE = """
from matchmaker import create_app
page = create_app().test_client().get("/", headers={"Accept-Language": "zh-CN"})
print(page.status_code, page.text)
"""
COUNT_SEEDS = """
from matchmaker import create_app, models
from matchmaker.base.extensions import db
with create_app().app_context():
    print(db.session.query(models.Committee).count(), db.session.query(models.User).count())
"""


@dataclass(frozen=True)
class Installation:
    """Packages in ``packages``, a user whose home is ``home``; the tests' packages behind them."""

    packages: Path
    home: Path

    def ask(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", *arguments],
            cwd=self.home,
            env=self.get_environment() | environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, *arguments: str, **environ: str) -> str:
        done = self.ask(*arguments, **environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def get_environment(self) -> dict[str, str]:
        """Nothing of ours: no secret, no MATCHMAKER_DEMO, no other data folder."""
        return {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "PYTHONPATH": str(self.packages),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
        }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built in a copy: a build leaves folders behind, and would find what an earlier one left."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for folder in (*PACKAGES, "seeds"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns(*MADE))
    target = tmp_path_factory.mktemp("wheel")
    run_pip("wheel", "--no-build-isolation", "-w", str(target), str(copy))
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def packages(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    run_pip("install", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture
def installation(packages, tmp_path) -> Iterator[Installation]:
    before = list_files(packages)
    yield Installation(packages, tmp_path)
    assert list_files(packages) == before, "nothing is ever written beside the code"


def run_pip(command: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", command, "-q", "--no-deps", "--no-index", *arguments],
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        check=True,
    )


def list_files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_file_of_the_tree_travels(wheel):
    travelling = set(zipfile.ZipFile(wheel).namelist())
    tree = {f"{name}/{file}" for name in PACKAGES for file in list_files(ROOT / name)}
    tree |= {f"matchmaker/seeds/{file}" for file in list_files(ROOT / "seeds")}
    assert {name for name in tree - travelling if "__pycache__" not in name} == set()
    assert "matchmaker/translations/zh_Hans_CN/LC_MESSAGES/messages.mo" in travelling
    strangers = {name for name in travelling if "dist-info" not in name} - tree
    assert {name for name in strangers if not name.endswith(".mo")} == set()


@pytest.mark.slow
def test_help_and_routes_need_no_setting_and_write_nothing(installation):
    assert str(installation.packages) in installation.run("-c", SHOW_WHERE)
    helped = installation.run("-m", "matchmaker", "--help")
    assert {"demo", "db", "routes", "rounds", "serve"} <= set(helped.split())
    assert "/results/" in installation.run("-m", "matchmaker", "routes")
    assert "--port" in installation.run("-m", "matchmaker", "demo", "--help")
    assert "--show" in installation.run("-m", "matchmaker", "demo", "prepare", "--help")
    assert list_files(installation.home) == set()


def test_without_secrets_a_real_office_is_refused_and_nothing_is_made(installation):
    refused = installation.ask("-m", "matchmaker", "serve")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "MATCHMAKER_SECRET_KEY must be set" in refused.stderr
    assert list_files(installation.home) == set()


def test_database_seeds_and_chinese_come_with_it(installation):
    installation.run("-m", "matchmaker", "db", "upgrade", **SECRETS)
    said = installation.run("-m", "matchmaker", "setup", **SECRETS)
    assert "One-time code" in said
    assert installation.run("-c", COUNT_SEEDS, **SECRETS).split() == ["29", "0"]
    page = installation.run("-c", SHOW_HOME_PAGE, **SECRETS)
    assert page.startswith("200")
    assert "登录" in page
    assert ".local/share/leshan-matchmaker/office/matchmaker.db" in list_files(installation.home)


def test_the_formulation_and_the_formats_lie_beside_the_optimizer(packages):
    for name in ("FORMULATION.md", "problem.schema.json", "fund.schema.json"):
        text = (packages / "optimizer" / name).read_text(encoding="utf-8")
        assert text == (ROOT / "optimizer" / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_one_command_makes_and_serves_a_published_month(installation, tmp_path):
    month = f"{add_months(get_month(get_now()), 1):%Y-%m}"
    command = ("-P", "-m", "matchmaker", "demo", "--month", month, "--port", "0")
    data = {"XDG_DATA_HOME": str(tmp_path / "data")}
    environ = installation.get_environment() | data
    with (
        (tmp_path / "log").open("wb") as log,
        running(
            *command, cwd=installation.home, env=environ, stdout=subprocess.PIPE, stderr=log
        ) as server,
    ):
        said = list(read_until_served(server))
        assert f"{month}: run 1 published" in said, (tmp_path / "log").read_text()
        address = said[-1].removeprefix(SERVED)
        page = get(f"{address}/results/{month}/")
    assert f"{month[:4]}年{int(month[5:])}月结果公示" in page
    assert (tmp_path / "data/leshan-matchmaker/demo/matchmaker.db").is_file()
    again = installation.run("-m", "matchmaker", "demo", "prepare", "--show", **data)
    assert "run 1" in again, "what is done stays as it is"
    assert "started" not in again


def get(address: str) -> str:
    request = urllib.request.Request(address, headers={"Accept-Language": "zh-CN"})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()
