"""A published policy stays as it was published, under a later constant too."""

import pytest

from optimizer.codec import ProblemError, sha256_of
from optimizer.policy import COMMUNITY_POLICY, POLICIES, get_policy
from optimizer.problem import Problem

PUBLISHED = {
    "community/1": "dd529b372476a08796bdbd203d02bf65f976d25b5e611edcd264e0e71e603834",
    "community/2": "5d986df7f24c08a1e5c7ee3660db1ddb8fb3b072927170d9967d2b839e23cea4",
}


def test_every_published_policy_holds_the_bytes_it_was_published_with():
    assert {label: sha256_of(policy.to_json()) for label, policy in POLICIES.items()} == PUBLISHED


def test_a_new_month_follows_a_published_policy():
    assert get_policy(COMMUNITY_POLICY.label) is COMMUNITY_POLICY


def test_a_policy_that_was_never_published_is_refused_by_its_place():
    with pytest.raises(ProblemError, match=r"\$\.policy: community/0 was never published"):
        get_policy("community/0")


def test_a_published_policy_travels_inside_its_problem():
    for policy in POLICIES.values():
        problem = Problem("tiny", "5eed", policy=policy)
        assert Problem.from_json(problem.to_json()).policy == policy
