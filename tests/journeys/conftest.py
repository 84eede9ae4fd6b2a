"""A real browser on a real site: the demo, prepared and served as `make demo` does it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.databases import SECRET

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 120
RESULTS = Path(__file__).resolve().parents[2] / "test-results"
HAS_FAILED = pytest.StashKey[bool]()


@dataclass(frozen=True)
class Site:
    """A served site: its address, and the folder its files are in."""

    url: str
    folder: Path


def run_command(
    folder: Path, *arguments: str, is_demo: bool = True
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, "-m", "matchmaker", *arguments],
        env=get_environment(folder, is_demo=is_demo),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{arguments}: {result.stdout}{result.stderr}"
    return result


def get_environment(folder: Path, *, is_demo: bool = True) -> dict[str, str]:
    """Where the site's files are, and the demo or an installation with secrets of its own."""
    mine = (
        {"MATCHMAKER_DEMO": "1"}
        if is_demo
        else {
            "MATCHMAKER_SECRET_KEY": SECRET,
            "MATCHMAKER_CONTACT_KEYS": SECRET,
            "MATCHMAKER_INSECURE_COOKIES": "1",  # plain http on this machine
        }
    )
    return {**os.environ, **mine, "MATCHMAKER_INSTANCE": str(folder)}


def serve(folder: Path, *, is_demo: bool = True) -> tuple[str, subprocess.Popen[bytes]]:
    """Serve the site of ``folder`` on a free port; wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker", "serve", "--port", str(port)],
        env=get_environment(folder, is_demo=is_demo),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url)
            return url, process
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    stop(process)
    pytest.fail("the site did not start")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and the worker it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine: see `make test`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory) -> Path:
    """The demo's files after its month was published: made once, copied by whoever serves it."""
    folder = tmp_path_factory.mktemp("prepared")
    run_command(folder, "db", "upgrade")
    run_command(folder, "demo", "prepare")
    return folder


@pytest.fixture(scope="session")
def published_site(prepared_folder, tmp_path_factory):
    """The demo with a published month. Tests only read it."""
    folder = tmp_path_factory.mktemp("published") / "instance"
    shutil.copytree(prepared_folder, folder)
    url, process = serve(folder)
    yield Site(url, folder)
    stop(process)


@pytest.fixture
def tab(chromium, request):
    """A function that opens a browser tab of its own person: ``tab(width=390, language="en")``."""
    contexts = []

    def open_tab(*, width: int = 1280, height: int = 900, language: str = "zh-CN"):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale=language)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield open_tab
    for number, context in enumerate(contexts, start=1):
        if request.node.stash.get(HAS_FAILED, False):
            picture = RESULTS / f"{request.node.name}-{number}.png"
            context.pages[0].screenshot(path=picture, full_page=True)
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed journey leaves pictures of its tabs in `test-results/`."""
    report = yield
    if report.when == "call":
        item.stash[HAS_FAILED] = report.failed
    return report
