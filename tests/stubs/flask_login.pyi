"""What the site uses of Flask-Login, which ships no types."""

from collections.abc import Callable

from flask import Flask
from flask.typing import ResponseReturnValue

from matchmaker.models.user import User

class UserMixin:
    @property
    def is_active(self) -> bool: ...
    @property
    def is_authenticated(self) -> bool: ...
    @property
    def is_anonymous(self) -> bool: ...
    def get_id(self) -> str: ...

class LoginManager:
    login_view: str
    session_protection: str | None
    def init_app(self, app: Flask) -> None: ...
    def request_loader(self, callback: Callable[..., User | None]) -> object: ...
    def user_loader(self, callback: Callable[[str], User | None]) -> object: ...
    def unauthorized_handler(self, callback: Callable[[], ResponseReturnValue]) -> object: ...

# Views that use it are behind a permission, so somebody is signed in.
current_user: User
