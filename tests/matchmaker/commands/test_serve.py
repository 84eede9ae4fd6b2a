"""Behind a proxy the site knows who asks; nobody else can pretend."""

import pytest
from waitress.adjustments import Adjustments
from waitress.proxy_headers import proxy_headers_middleware

from matchmaker.base.config import load_settings
from matchmaker.commands.serve import list_proxy_options

PROXY = "10.0.0.2"


def ask(proxy: str, asked_by: str) -> tuple[str, str]:
    """Address and scheme as the site sees them, when ``asked_by`` names another address."""
    options = Adjustments(**list_proxy_options(proxy))
    seen = {}
    served = proxy_headers_middleware(
        lambda environ, _start: seen.update(environ) or [],
        trusted_proxy=options.trusted_proxy,
        trusted_proxy_count=options.trusted_proxy_count,
        trusted_proxy_headers=options.trusted_proxy_headers,
        clear_untrusted=options.clear_untrusted_proxy_headers,
    )
    environ = {
        "REMOTE_ADDR": asked_by,
        "wsgi.url_scheme": "http",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    served(environ, lambda *_: None)
    return seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]


def test_the_proxy_says_who_asks_and_how():
    assert ask(PROXY, PROXY) == ("203.0.113.9", "https")


@pytest.mark.parametrize("proxy", ["", PROXY])
def test_nobody_else_is_believed(proxy):
    assert ask(proxy, "198.51.100.7") == ("198.51.100.7", "http")


def test_the_proxy_is_named_in_the_environment(tmp_path):
    environ = {"MATCHMAKER_DEMO": "1", "MATCHMAKER_INSTANCE": str(tmp_path)}
    assert load_settings(environ)["TRUSTED_PROXY"] == ""
    assert load_settings({**environ, "MATCHMAKER_TRUSTED_PROXY": PROXY})["TRUSTED_PROXY"] == PROXY
