"""What keeps somebody out of a page: axe's findings, and sideways scrolling."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # of rules that pass it need not describe every element
}


def find_barriers(page: Page) -> list[str]:
    """Faults of the page as it stands; a fragment without landmarks is part of another page."""
    page.wait_for_load_state()  # before its style sheets are there a page has another width
    faults = []
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"scrolls sideways at {page.viewport_size['width']} px")
    if page.evaluate("document.querySelector('main') !== null"):
        found = Axe().run(page, options=RULES).response["violations"]
        faults += [f"{v['id']} {[node['target'] for node in v['nodes'][:2]]}" for v in found]
    return faults
