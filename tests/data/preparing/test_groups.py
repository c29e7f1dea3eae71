import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairline.data.preparing.groups import join_groups, name_groups
from hairline.errors import InputError


def test_without_a_pattern_each_image_is_its_own_group():
    assert name_groups(["a-1", "a-2"], "") == ["a-1", "a-2"]


def test_the_first_bracket_names_the_group():
    assert name_groups(["x_a-1", "y_a-2", "x_b-1"], "^[xy]_(.+)-([0-9])$") == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(unclosed", "is no regular expression"),
        ("^[a-z]+$", "has no bracket"),
        ("^(.+)-[0-9]$", r"names no group in 1 of 2 stems \(plain\)"),
        ("^(q?)", r"names no group in 2 of 2"),
    ],
)
def test_a_pattern_that_names_no_group_is_refused(pattern, message):
    with pytest.raises(InputError, match=message):
        name_groups(["a-1", "plain"], pattern)


def test_joined_groups_take_the_first_name_and_chains_become_one():
    assert join_groups(["a", "b", "c", "d"], [(1, 2), (2, 3)]) == ["a", "b", "b", "b"]
    assert join_groups(["d", "c", "b", "a"], [(0, 1), (2, 3), (1, 2)]) == ["a"] * 4


@given(
    names=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=20),
    links=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=20),
)
def test_what_belongs_together_stays_together_and_nothing_else_does(names, links):
    links = [(one % len(names), other % len(names)) for one, other in links]
    joined = join_groups(names, links)
    reachable = {position: {position} for position in range(len(names))}  # by brute force
    for _ in names:
        for one in range(len(names)):
            for other in range(len(names)):
                if names[one] == names[other] or (one, other) in links or (other, one) in links:
                    reachable[one] |= reachable[other]
    for one in range(len(names)):
        for other in range(len(names)):
            assert (joined[one] == joined[other]) == (other in reachable[one])
