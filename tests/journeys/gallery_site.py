"""The gallery of components, served in this process to a real browser."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

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
    server = make_server("127.0.0.1", 0, _answer_whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer_whole(app: Flask) -> WSGIApplication:
    """``app``, with each body read and closed at once: this server leaves the file of an answer
    open when the browser breaks the connection off."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer
