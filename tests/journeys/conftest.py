"""A real browser on a real site: the demo, prepared and served as `make demo` does it."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright

from tests.sites import get_environment, run_command, serving

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RESULTS = Path(__file__).resolve().parents[2] / "test-results"
HAS_FAILED = pytest.StashKey[bool]()


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
def prepared_folder(tmp_path_factory, worker_id) -> Path:
    """The demo's files after its month was published: made once a run, by the first who asks."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "prepared"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            run_command(folder.with_name("preparing"), "demo", "prepare")
            folder.with_name("preparing").rename(folder)
    return folder


@pytest.fixture(scope="module")
def demo_copy(prepared_folder, tmp_path_factory) -> Path:
    """The demo's files, for tests that write to them."""
    return shutil.copytree(prepared_folder, tmp_path_factory.mktemp("copied") / "instance")


@pytest.fixture(scope="session")
def published_site(prepared_folder, tmp_path_factory):
    """The demo with a published month. Tests only read it."""
    folder = tmp_path_factory.mktemp("published") / "instance"
    shutil.copytree(prepared_folder, folder)
    with serving(folder, get_environment(folder)) as site:
        yield site


@pytest.fixture(scope="module")
def lived_site(tmp_path_factory):
    """The demo in the middle of its month, served as `make demo` does it. Tests only read it."""
    folder = tmp_path_factory.mktemp("lived") / "instance"
    run_command(folder, "demo", "prepare", "--lived")
    with serving(folder, get_environment(folder)) as site:
        yield site


@pytest.fixture
def tab(chromium, request):
    """A function that opens a browser tab of its own person: ``tab(width=390, language="en")``."""
    contexts = []

    def open_tab(*, width: int = 1280, height: int = 900, language: str = "zh-CN", helped=False):
        """``helped``: the site's own script may answer while the line is down."""
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            service_workers="allow" if helped else "block",
        )
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
