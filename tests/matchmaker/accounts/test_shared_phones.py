"""Two people with one phone have an account each, and no answer says that there is another."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.accounts import invitations, passwords, sessions, signing_in
from matchmaker.accounts.scopes import Scope
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import LoginSession, Role, User
from tests.browser import Browser
from tests.factories import NOW

pytestmark = [pytest.mark.both_databases]

PHONE = "13911112222"
HIS, HERS = "the old pear tree", "a kettle on the stove"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "METHOD", "scrypt:512:8:1")


class Home:
    """A couple of one home, whose worker invites both."""

    def __init__(self, make) -> None:
        committee = make.committee()
        self.worker = make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)
        home = make.household(committee)
        self.he, self.she = make.resident(home, PHONE), make.resident(home, PHONE)

    def invite(self, resident) -> str:
        return invitations.invite(
            actor=db.session.get_one(User, self.worker.id),
            role=Role.RESIDENT,
            scope=Scope(resident_id=resident.id),
            lasts=timedelta(days=3650),
            now=NOW,
        )

    def join(self, resident, password) -> User:
        code = self.invite(resident)
        db.session.commit()
        signing_in.accept_invitation(
            code=code,
            name=resident.reference,
            phone=PHONE,
            password=password,
            address="10.0.0.1",
            now=NOW,
        )
        return db.session.scalars(select(User).where(User.resident_id == resident.id)).one()


@pytest.fixture
def home(make):
    return Home(make)


def sign_in(password, phone=PHONE, mark="") -> int:
    token = signing_in.sign_in(
        phone=phone, mark=mark, password=password, address="10.0.0.2", now=NOW
    )
    digest = sessions.get_digest(token)
    query = select(LoginSession.user_id).where(LoginSession.token_sha256 == digest)
    return db.session.scalars(query).one()


def test_each_signs_in_with_the_phone_and_the_own_password(context, home):
    he, she = home.join(home.he, HIS), home.join(home.she, HERS)
    assert he.phone_index == she.phone_index == contact_cipher.get_index(PHONE)
    assert he.letter != she.letter
    assert (sign_in(HIS), sign_in(HERS)) == (he.id, she.id)


@pytest.mark.parametrize("spell", [str.upper, str.lower])
def test_with_one_password_the_letter_or_the_reference_chooses(context, home, spell):
    he, she = home.join(home.he, HIS), home.join(home.she, HIS)
    with pytest.raises(InvalidError, match="sign_in_failed"):
        sign_in(HIS)
    for user, resident in ((he, home.he), (she, home.she)):
        assert sign_in(HIS, mark=spell(user.letter)) == user.id
        assert sign_in(HIS, mark=spell(resident.reference)) == user.id


@pytest.mark.parametrize("mark", ["Z", "R99999", ""])
def test_a_wrong_password_or_mark_is_the_same_failure(context, home, mark):
    user = home.join(home.he, HIS)
    other = mark if mark != user.letter else "Y"
    with pytest.raises(InvalidError) as refusal:
        sign_in(HIS if mark else HERS, mark=other)
    assert refusal.value.code == "account.sign_in_failed"


def test_one_hash_is_computed_however_many_share_the_phone(context, home, monkeypatch):
    home.join(home.he, HIS)
    home.join(home.she, HERS)
    computed = []
    compute = passwords.compute_hash
    monkeypatch.setattr(
        passwords, "compute_hash", lambda *given: computed.append(1) or compute(*given)
    )
    sign_in(HERS)
    assert len(computed) == 1


def test_a_changed_password_is_found_by_the_phone_alone(context, home):
    home.join(home.he, HIS)
    she = home.join(home.she, HERS)
    signing_in.change_password(
        user_id=she.id, old_password=HERS, new_password="three ducks by the bridge",
        kept_token="", now=NOW,
    )  # fmt: skip
    assert sign_in("three ducks by the bridge") == she.id


def test_joining_with_a_known_phone_is_answered_like_joining_with_a_new_one(app, home):
    """The page says a letter to everyone: it is drawn, and tells nothing of others."""
    pages = []
    for resident, password in ((home.he, HIS), (home.she, HERS)):
        with app.app_context():
            code = home.invite(resident)
            db.session.commit()
        browser = Browser(app).use_language("en")
        typed = {
            "code": code,
            "name": "王",
            "phone": PHONE,
            "password": password,
            "password_again": password,
        }
        assert browser.submit("accounts.join", typed).status_code == 303
        with app.app_context():
            account = select(User).where(User.resident_id == resident.id)
            letter = db.session.scalars(account).one().letter
        page = browser.get("accounts.own").text
        pages.append(page.replace(letter, "?").replace(resident.reference, "?"))
        assert f"write {letter} behind it" in page
    assert [page.count("phone number") for page in pages] == [pages[0].count("phone number")] * 2


def test_the_letters_of_a_phone_come_to_an_end_in_words(context, home, make):
    index = contact_cipher.get_index(PHONE)
    for letter in invitations.LETTERS:
        make.user(Role.AUDITOR, phone=PHONE, phone_index=index, letter=letter)
    with pytest.raises(InvalidError) as refusal:
        home.join(home.he, HIS)
    assert (refusal.value.code, refusal.value.field) == ("account.phone_full", "phone")


@pytest.mark.parametrize(
    ("typed", "is_read"),
    [
        (f"{PHONE} {{}}", True),
        (f"{PHONE}{{}}", True),
        ("139-1111-2222 {}", True),
        ("１３９ １１１１ ２２２２　{}", True),
        (f"{{}} {PHONE}", False),
        (f"{PHONE} {{}} {{}}", False),
    ],
)
def test_the_letter_is_typed_behind_the_phone(app, home, typed, is_read):
    with app.app_context():
        letter = home.join(home.he, HIS).letter
    browser = Browser(app).use_language("en")
    answer = browser.submit(
        "accounts.sign_in", {"phone": typed.format(letter, letter), "password": HIS}
    )
    assert answer.status_code == (303 if is_read else 422)
