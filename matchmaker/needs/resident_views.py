"""A resident's pages: the list of needs, one need, its changes, and posting by questions."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_month, get_now
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.models import Need, NeedState
from matchmaker.needs import desk_service, queries, resident_service
from matchmaker.needs.blueprint import bp
from matchmaker.needs.categories import get_heading, list_categories, list_headings
from matchmaker.needs.corrections import list_corrections
from matchmaker.needs.desk_forms import ChangeForm
from matchmaker.needs.follow_ups import list_of_need
from matchmaker.needs.history import list_results, list_timeline
from matchmaker.needs.queries import list_own_needs
from matchmaker.needs.referrals import list_referrals
from matchmaker.needs.repeating import find_repeat, may_repeat
from matchmaker.needs.resident_forms import (
    AnswerForm,
    CategoryForm,
    DescriptionForm,
    SendForm,
    WindowsForm,
    make_answer_form,
)
from matchmaker.needs.resident_service import Question, find_next, find_previous, list_questions
from matchmaker.needs.states import EDITABLE, WITHDRAWABLE, get_need
from matchmaker.web.act import Answer, answer_button, answer_form
from matchmaker.web.permissions import Permission, requires

# The list of own needs, one of them, withdrawing one.


@bp.get("/mine")
@requires(Permission.NEED_READ_OWN)
def mine() -> str:
    return render_template("needs/mine.html", needs=queries.list_own_needs(current_user))


@bp.get("/<id:need_id>/follow")
@requires(Permission.NEED_READ_OWN)
def follow(need_id: int) -> str:
    need = get_need(need_id, current_user)
    results = list_results(need)
    return render_template(
        "needs/follow.html",
        need=need,
        results=results,
        steps=list_timeline(need, results),
        questions=list_of_need(need),
        is_entered_for_them=need.entered_by_id != current_user.id,
        is_editable=need.state in EDITABLE,
        is_changeable=need.state is NeedState.SUBMITTED,
        corrections=list_corrections(need),
        referrals=list_referrals(need),
        is_withdrawable=need.state in WITHDRAWABLE,
        later=find_repeat(need) if need.repeats_until else None,
    )


@bp.route("/<id:need_id>/change", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def change(need_id: int) -> Answer:
    need = get_need(need_id, current_user, is_locked=request.method == "POST")
    if need.state is not NeedState.SUBMITTED and request.method == "GET":
        raise ConflictError("need.not_waiting", state=need.state.value)
    form = ChangeForm(data=ChangeForm.get_typed_values(need)).fill_choices(list_categories())

    def act() -> str:
        desk_service.change_sent(
            actor=current_user, need_id=need_id, answers=form.read_answers(), now=get_now()
        )
        flash(_("Changed. Your committee reads it as it is now."), "success")
        return url_for("needs.follow", need_id=need_id)

    return answer_form(
        form, act, lambda: render_template("needs/change.html", form=form, need=need)
    )


@bp.post("/<id:need_id>/withdraw")
@requires(Permission.NEED_POST_OWN)
def withdraw(need_id: int) -> Response:
    def act() -> str:
        desk_service.withdraw_need(actor=current_user, need_id=need_id, now=get_now())
        flash(_("You took it back."), "success")
        return url_for("needs.follow", need_id=need_id)

    return answer_button(act)


@bp.post("/<id:need_id>/discard")
@requires(Permission.NEED_POST_OWN)
def discard(need_id: int) -> Response:
    def act() -> str:
        resident_service.discard_draft(actor=current_user, need_id=need_id, now=get_now())
        flash(_("Thrown away."), "success")
        return url_for("needs.mine")

    return answer_button(act)


GO_BACK = "back"  # the second button: save the answer if it is valid, go one page back


def _lead_to_sent(need_id: int) -> Response | None:
    """Redirect a GET of a page of the posting to the need's page if the need was sent already.

    The browser's Back button leads there. None if the need can still be edited, and for a POST.
    """
    need = get_need(need_id, current_user)
    if need.state in EDITABLE or request.method != "GET":
        return None
    flash(_("You have sent this already. Here you see where it is."), "info")
    return redirect(url_for("needs.follow", need_id=need_id), 303)


def _get_edited(need_id: int) -> Need:
    """The draft; a POST locks it, since what is sent is compared with what is stored."""
    is_sent = request.method == "POST"
    return resident_service.get_draft(need_id, current_user, is_locked=is_sent)


@bp.get("/new")
@bp.get("/<id:need_id>/kind")
@requires(Permission.NEED_POST_OWN)
def start(need_id: int | None = None) -> str | Response:
    if need_id and (sent := _lead_to_sent(need_id)):
        return sent
    need = resident_service.get_draft(need_id, current_user) if need_id else None
    begun = [row for row in list_own_needs(current_user) if row.state in EDITABLE]
    return render_template(
        "needs/start.html", headings=list_headings(), need=need, begun=[] if need else begun
    )


@bp.route("/new/<code>", methods=["GET", "POST"])
@bp.route("/<id:need_id>/kind/<code>", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def choose(code: str, need_id: int | None = None) -> Answer:
    if need_id and (sent := _lead_to_sent(need_id)):
        return sent
    heading = get_heading(code)
    need = _get_edited(need_id) if need_id else None
    form = CategoryForm(data={"category_id": need.category_id} if need else {})
    form.fill_choices(list_categories(heading))

    def act() -> str:
        chosen = {
            "actor": current_user,
            "category_id": form.category_id.data,
            "now": get_now(),
        }
        if need is None:
            return _get_next_url(resident_service.start_draft(**chosen), None)
        return _get_next_url(resident_service.change_category(need_id=need.id, **chosen), None)

    return answer_form(
        form,
        act,
        lambda: render_template("needs/choose.html", form=form, heading=heading, need=need),
    )


@bp.route("/<id:need_id>/ask/<question>", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def ask(need_id: int, question: str) -> Answer:
    if sent := _lead_to_sent(need_id):
        return sent
    need = _get_edited(need_id)
    asked = _get_question(question, need)
    form = make_answer_form(asked, need)
    is_going_back = request.form.get("go") == GO_BACK

    def act() -> str:
        _keep_answer(need, form)
        return _get_back_url(need, asked) if is_going_back else _get_next_url(need, asked)

    def show() -> str | Response:
        if is_going_back:  # an invalid answer is dropped
            return redirect(_get_back_url(need, asked), 303)
        return render_template(
            f"needs/ask_{asked.name.lower()}.html",
            form=form,
            need=need,
            number=list_questions(need).index(asked) + 3,  # after two pages for the kind of help
            total=len(list_questions(need)) + 3,  # the check is the last page
        )

    return answer_form(form, act, show)


@bp.route("/<id:need_id>/check", methods=["GET", "POST"])
@requires(Permission.NEED_POST_OWN)
def check(need_id: int) -> Answer:
    if sent := _lead_to_sent(need_id):
        return sent
    form = SendForm()

    def act() -> str:
        resident_service.submit_need(actor=current_user, need_id=need_id, now=get_now())
        flash(_("Sent. Your committee will check it."), "success")
        return url_for("needs.follow", need_id=need_id)

    def show() -> str | Response:
        need = resident_service.get_draft(need_id, current_user)
        if not need.description:
            return redirect(_get_next_url(need, None), 303)
        return render_template(
            "needs/check.html",
            form=form,
            need=need,
            questions=list_questions(need),
            can_repeat=may_repeat(need.category),
            twins=queries.list_duplicates(need, current_user, get_month(get_now())),
        )

    return answer_form(form, act, show)


def _keep_answer(need: Need, form: AnswerForm) -> None:
    where: dict[str, Any] = {"actor": current_user, "need_id": need.id, "now": get_now()}
    if isinstance(form, WindowsForm):
        resident_service.answer_windows(windows=form.read_windows(), **where)
    elif isinstance(form, DescriptionForm):
        resident_service.answer_description(description=form.answer.data, **where)
    else:
        resident_service.answer_quantity(quantity=int(form.answer.data), **where)


def _get_question(text: str, need: Need) -> Question:
    for question in list_questions(need):
        if question.value == text:
            return question
    raise NotFoundError("need.question_unknown")


def _get_next_url(need: Need, present: Question | None) -> str:
    following = find_next(need, present)
    if following is None:
        return url_for("needs.check", need_id=need.id)
    return url_for("needs.ask", need_id=need.id, question=following.value)


def _get_back_url(need: Need, present: Question) -> str:
    earlier = find_previous(need, present)
    if earlier is None:
        parent = need.category.parent or need.category
        code = parent.code
        return url_for("needs.choose", need_id=need.id, code=code)
    return url_for("needs.ask", need_id=need.id, question=earlier.value)
