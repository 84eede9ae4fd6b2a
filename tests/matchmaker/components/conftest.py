import pytest

from tests.browser import Browser
from tests.databases import make_app
from tests.matchmaker.components.gallery import add_gallery


@pytest.fixture(scope="module")
def gallery_app(sqlite_copier, tmp_path_factory):
    """The site with the gallery; its pages read no rows, so one database serves them all."""
    folder = tmp_path_factory.mktemp("gallery")
    return add_gallery(make_app(sqlite_copier(folder), folder))


@pytest.fixture
def visitor(gallery_app):
    return Browser(gallery_app).use_language("en")
