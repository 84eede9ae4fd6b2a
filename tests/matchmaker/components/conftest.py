import pytest

from tests.browser import Browser
from tests.databases import make_app, opened
from tests.matchmaker.components.gallery import add_gallery


@pytest.fixture(scope="module")
def gallery_app(sqlite_copier, tmp_path_factory):
    """The site with the gallery; its pages read no rows, so one database serves them all."""
    folder = tmp_path_factory.mktemp("gallery")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        yield add_gallery(app)


@pytest.fixture
def visitor(gallery_app):
    return Browser(gallery_app).use_language("en")
