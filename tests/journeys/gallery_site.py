"""The gallery of components, served in this process to a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from tests.databases import make_app, opened
from tests.matchmaker.components.gallery import add_gallery


@contextmanager
def serve_gallery(database_url: str, folder: Path) -> Iterator[str]:
    """The address of the gallery on a free port, for as long as the block lasts."""
    with opened(make_app(database_url, folder)) as app, serve_app(add_gallery(app)) as url:
        yield url


@contextmanager
def serve_app(app: Flask) -> Iterator[str]:
    """The address of ``app`` on a free port, for as long as the block lasts."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
