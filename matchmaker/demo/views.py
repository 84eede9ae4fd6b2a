"""The demo's list of persons, with a button to sign in as each. Without demo mode it is a 404."""

from flask import abort, current_app, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from matchmaker.accounts import own_service, sessions, signing_in
from matchmaker.accounts.views import bp, leave_present_session
from matchmaker.base.clock import get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.demo.world.personas import DEMO_PERSONS, DemoPersona
from matchmaker.web.act import answer_button
from matchmaker.web.permissions import public


@bp.get("/demo")
@public
def demo() -> str:
    _check_demo_mode()
    here = [person for person in DEMO_PERSONS if own_service.find_user_by_phone(person.phone)]
    return render_template("accounts/demo.html", persons=[_describe(person) for person in here])


@bp.post("/demo/sign-in")
@public
def demo_sign_in() -> Response:
    _check_demo_mode()
    number = request.form.get("person", "")
    known = {str(index): person for index, person in enumerate(DEMO_PERSONS, start=1)}
    user = own_service.find_user_by_phone(known[number].phone) if number in known else None
    if user is None:
        raise NotFoundError("demo.person_unknown")
    user_id = user.id

    def act() -> str:
        leave_present_session()
        sessions.hold_token(signing_in.enter_as(user_id=user_id, now=get_now()))
        return url_for("pages.home")

    return answer_button(act)


def _check_demo_mode() -> None:
    if not current_app.config["DEMO_MODE"]:
        abort(404)


def _describe(person: DemoPersona) -> dict[str, object]:
    """Return a person's number, role, name and what to try, in the reader's language."""
    is_english = str(get_locale()) == "en"
    return {
        "number": DEMO_PERSONS.index(person) + 1,
        "role": person.role,
        "name": person.name_en if is_english else person.name_zh,
        "tries": person.tries_en if is_english else person.tries_zh,
    }
