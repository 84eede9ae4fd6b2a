"""The web application. ``create_app`` is the only entry point."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from matchmaker.accounts import sessions
from matchmaker.base import logs
from matchmaker.base.config import SettingsError, load_settings
from matchmaker.base.database import init_database
from matchmaker.base.extensions import (
    babel,
    bootstrap,
    contact_cipher,
    csrf,
    db,
    login_manager,
    migrate,
)
from matchmaker.blueprints import BLUEPRINTS
from matchmaker.commands.main import COMMANDS
from matchmaker.rounds.matching import PUBLISHED
from matchmaker.template_filters import register_template_filters
from matchmaker.web import error_pages, navigation, security_headers
from matchmaker.web.addresses import register_converters
from matchmaker.web.preferences import select_locale

LARGEST_UPLOAD = 8 * 1024 * 1024  # bytes, of a whole request with a photo


def create_app(
    overrides: dict[str, Any] | None = None, environ: Mapping[str, str] = os.environ
) -> Flask:
    """Build the app with its settings, extensions, pages, commands and error pages.

    Settings come from ``environ``; ``overrides`` replaces single ones (tests use it).
    Raises ``SettingsError`` if a setting is missing or unusable.
    """
    settings = load_settings(environ)
    app = Flask(__name__, instance_path=str(settings["INSTANCE_DIR"]))
    app.config.update(settings)
    app.config.update(overrides or {})
    _require_published(app.config["POLICY"])
    _take_photos(app)
    _init_extensions(app)
    register_converters(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    navigation.register(app)
    register_template_filters(app)
    error_pages.register_error_pages(app)
    security_headers.register(app)
    return app


def _take_photos(app: Flask) -> None:
    """Let the page that takes a photo take a larger request, before anything reads the form."""

    @app.before_request
    def widen() -> None:
        if request.endpoint == "assignments.report_done":
            request.max_content_length = LARGEST_UPLOAD


def _require_published(policy: str) -> None:
    if policy and policy not in PUBLISHED:
        raise SettingsError(f"MATCHMAKER_POLICY must be one of {', '.join(PUBLISHED)}")


def _init_extensions(app: Flask) -> None:
    logs.init_logging(app)
    contact_cipher.init_app(app)
    init_database(app)
    migrate.init_app(app, db, directory=os.path.join(app.root_path, "migrations"))
    login_manager.init_app(app)
    sessions.register(login_manager)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=select_locale)
    bootstrap.init_app(app)
