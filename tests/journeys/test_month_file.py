"""A reader of the results takes the file of the month, proves it, and computes a ticket."""

import hashlib
import hmac
import json
import subprocess
import sys
import zipfile

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.one_in(2)
def test_the_month_is_proved_and_a_ticket_computed_in_the_browser(
    published_site, tab, tmp_path, language
):
    page = tab(width=390, language=language)
    page.goto(f"{published_site.url}/results/")
    page.locator("main a[href^='/results/2']").first.click()
    with page.expect_download() as found:
        page.locator("a[href$='month.zip']").click()
    path = tmp_path / "month.zip"
    found.value.save_as(path)
    shown = page.locator("main").inner_text()
    assert hashlib.sha256(path.read_bytes()).hexdigest() in shown
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    question = json.loads((tmp_path / "question.json").read_text())
    name = question["needs"][0]["recipient"]
    page.locator("#ticket-name").press_sequentially(name)
    ticket = hmac.new(question["seed"].encode(), name.encode(), hashlib.sha256).hexdigest()
    page.get_by_text(ticket).wait_for()
    page.locator("#ticket-name").press("Backspace")  # no name any more, so no ticket
    page.locator("output", has_text="–").wait_for()
    if language == "en":
        command = ["-I", "-S", "checker.pyz", "question.json", "answer.json", "draw.json"]
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout
