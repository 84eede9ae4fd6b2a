from io import BytesIO

from wtforms import FileField, PasswordField, StringField

from matchmaker.forms.base import BaseForm, FilterForm, IdempotentForm
from matchmaker.forms.validators import MaxLength, Required

KEY = "0123456789abcdef" * 2


class NameForm(BaseForm):
    name = StringField("Name", [Required(), MaxLength(5)], filters=[lambda v: v and v.title()])
    password = PasswordField("Password")


class UploadForm(NameForm):
    takes_files = True
    sheet = FileField("Sheet")


class NameFilter(FilterForm):
    name = StringField("Name")


def test_text_is_stripped_composed_and_freed_of_nul(post):
    assert post(NameForm, name="  Jose\u0301\x00 ").name.data == "José"


def test_own_filters_still_run_every_time(post):
    assert [post(NameForm, name=" wang ").name.data for _ in range(2)] == ["Wang", "Wang"]


def test_a_password_is_left_as_typed(post):
    assert post(NameForm, name="a", password=" a b ").password.data == " a b "


def test_blanks_are_not_an_answer(post):
    assert post(NameForm, name="   ").errors == {"name": ["This field must be filled in."]}


def test_too_long_a_text_is_refused_with_its_limit(post):
    assert post(NameForm, name="abcdef").errors == {"name": ["Use at most 5 characters."]}


def test_a_file_cannot_arrive_in_a_text_field(post):
    form = post(NameForm, files={"name": BytesIO(b"text")})
    assert form.errors == {"name": ["This field must be filled in."]}


def test_a_form_that_takes_files_reads_them(post):
    form = post(UploadForm, name="a", files={"sheet": BytesIO(b"text")})
    assert form.sheet.data.filename == "x.txt"


def test_an_empty_submission_is_still_a_submission(post):
    assert "name" in post(NameForm).errors


def test_an_error_of_the_service_is_shown_at_its_field(post):
    form = post(NameForm, name="a")
    form.add_error("name", "That name is taken.")
    assert form.errors == {"name": ["That name is taken."]}


def test_a_filter_reads_the_address_and_needs_no_token(show):
    form = show(NameFilter, "/?name=Wang")
    assert (form.name.data, form.errors, "csrf_token" in form) == ("Wang", {}, False)


def test_every_showing_of_a_form_has_its_own_key(show):
    keys = {show(IdempotentForm).idempotency_key.data for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)


def test_a_refused_form_keeps_its_key(post):
    assert post(IdempotentForm, idempotency_key=KEY).idempotency_key.data == KEY


def test_a_form_without_a_proper_key_is_refused_and_gets_one(post):
    for broken in ("", "short", KEY.upper(), KEY + "0"):
        form = post(IdempotentForm, idempotency_key=broken)
        assert "idempotency_key" in form.errors
        assert len(form.idempotency_key.data) == 32


def test_a_form_knows_that_signs_were_taken_out(post):
    assert post(NameForm, name="王\u202e阿婆").name.data == "王阿婆"
    assert post(NameForm, name="王\u202e阿婆").lost_unseen_signs()
    assert not post(NameForm, name=" 王阿婆 ").lost_unseen_signs()
    assert not post(NameForm, name="王", password="a\u200bb").lost_unseen_signs()
