"""The demo's personas: one of every role, each bound to something that exists."""

from collections import Counter

from matchmaker.catalogue import SEEDS_DIR, read_seed
from matchmaker.demo.world.homes import FIXED_NEEDS, make_fixed_homes
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import Role
from tests.matchmaker.demo.test_world import AS_OF, MONTH, generate_world


def test_every_role_can_be_tried_and_a_round_has_two_social_workers():
    roles = Counter(persona.role for persona in DEMO_PERSONS)
    assert set(roles) == set(Role)
    assert roles[Role.SOCIAL_WORKER] == 2
    assert roles[Role.RESIDENT] == 3
    assert roles[Role.COMMITTEE_WORKER] == 2


def test_personas_speak_both_languages_and_have_their_own_number():
    assert len({persona.phone for persona in DEMO_PERSONS}) == len(DEMO_PERSONS)
    for persona in DEMO_PERSONS:
        assert persona.name_zh
        assert persona.tries_zh
        assert persona.name_en.isascii()
        assert persona.tries_en.isascii()


def test_personas_are_bound_to_what_the_seeds_hold():
    names = ("subdistrict", "committees", "organisations", "enterprises")
    codes = {row["code"] for name in names for row in read_seed(SEEDS_DIR, name)}
    for persona in DEMO_PERSONS:
        if persona.role in (Role.SOCIAL_WORKER, Role.COORDINATOR, Role.COMMITTEE_WORKER):
            assert persona.scope in codes


def test_resident_personas_live_in_the_world_and_have_posted_needs():
    homes = make_fixed_homes(MONTH)
    residents = {r.reference: r for home in homes for r in home.residents}
    for persona in DEMO_PERSONS:
        if persona.role is Role.RESIDENT:
            assert residents[persona.scope].phone == persona.phone
            assert residents[persona.scope].display_name == persona.name_zh
            assert any(need.resident == persona.scope for need in FIXED_NEEDS)


def test_the_volunteer_persona_is_of_the_first_coordinators_organisation():
    world = generate_world(MONTH, AS_OF, 7)
    (persona,) = (p for p in DEMO_PERSONS if p.role is Role.VOLUNTEER)
    (volunteer,) = (v for v in world.volunteers if v.reference == persona.scope)
    assert (volunteer.name, volunteer.giver) == (persona.name_zh, "S01")
    assert "elder_visit" in volunteer.categories
