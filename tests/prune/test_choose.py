import pytest
import torch

from hairline.errors import InputError
from hairline.prune import Group, Pruning
from hairline.prune.choose import choose, keep_count, refuse_impossible
from hairline.prune.groups import Slice


def group(name, width, *, fold=1, structure=()):
    every = torch.arange(width)
    return Group(name, width, (Slice(name, "out", every, every),), fold, structure)


def settings(ratio, **changes):
    return Pruning(criterion="l1", ratio=ratio, **changes)


def kept(groups, scores, chosen, *, share=1.0):
    first = {group.name: group.width for group in groups}
    values = {name: torch.tensor(numbers, dtype=torch.float) for name, numbers in scores.items()}
    return {name: left.tolist() for name, left in choose(groups, values, first, chosen, share=share).items()}


@pytest.mark.parametrize(
    ("width", "ratio", "round_to", "left"),
    [
        (64, 0.5, 1, 32),
        (64, 0.9, 1, 6),
        (10, 0.9, 1, 1),  # in floating point 10 * (1 - 0.9) is less than 1
        (64, 0.3, 1, 44),
        (3, 0.7, 1, 0),  # none: to be refused
        (1, 0.9, 1, 1),  # alone it stays
        (64, 0.0, 16, 64),
        (20, 0.0, 16, 20),  # nothing to cut, nothing to round
        (64, 0.5, 16, 32),
        (64, 0.6, 16, 32),  # 25.6 is nearer to 32 than to 16
        (64, 0.7, 16, 16),  # 19.2
        (16, 0.5, 16, 16),  # a half goes up
        (16, 0.5, 8, 8),
        (64, 0.99, 16, 16),  # never none
        (6, 0.9, 8, 6),  # never more than there were
    ],
)
def test_how_many_channels_stay(width, ratio, round_to, left):
    assert keep_count(width, ratio, round_to=round_to) == left


def test_local_takes_the_same_share_of_each_group_and_its_lowest_channels():
    groups = [group("a", 4), group("b", 2)]
    assert kept(groups, {"a": [1, 4, 2, 3], "b": [9, 8]}, settings(0.5)) == {"a": [1, 3], "b": [0]}


def test_global_takes_the_lowest_of_all_but_leaves_each_group_its_best():
    groups = [group("a", 4), group("b", 4)]
    scores = {"a": [1, 2, 3, 4], "b": [5, 6, 7, 8]}
    assert kept(groups, scores, settings(0.5, scope="global")) == {"a": [3], "b": [1, 2, 3]}
    assert kept(groups, scores, settings(0.75, scope="global")) == {"a": [3], "b": [3]}


def test_isomorphic_ranks_groups_of_one_structure_together():
    groups = [
        group("a", 4, structure=(("Conv2d", "out"),)),
        group("b", 4, structure=(("Conv2d", "out"),)),
        group("c", 4),
    ]
    scores = {"a": [1, 2, 3, 4], "b": [5, 6, 7, 8], "c": [0.1, 0.4, 0.2, 0.3]}
    assert kept(groups, scores, settings(0.5, scope="isomorphic")) == {"a": [3], "b": [1, 2, 3], "c": [1, 3]}


def test_global_widths_are_rounded_to_the_nearest_multiple():
    groups = [group("a", 32), group("b", 32)]
    scores = {"a": list(range(32)), "b": list(range(10, 42))}
    left = kept(groups, scores, settings(0.5, scope="global", round_to=8))
    assert {name: len(channels) for name, channels in left.items()} == {"a": 8, "b": 24}  # unrounded 11 and 21


def test_of_equal_channels_the_first_stay():
    assert kept([group("a", 4)], {"a": [1, 1, 1, 1]}, settings(0.5)) == {"a": [0, 1]}


def test_a_part_has_its_own_ratio_and_the_longest_name_counts():
    groups = [group("encoder.one", 4), group("encoder.two", 4), group("decoder", 4), group("encoders", 4)]
    scores = {name.name: [1, 2, 3, 4] for name in groups}
    chosen = settings(0.5, parts={"encoder": 0.25, "encoder.two": 0.0})
    left = {name: len(channels) for name, channels in kept(groups, scores, chosen).items()}
    assert left == {"encoder.one": 3, "encoder.two": 4, "decoder": 2, "encoders": 2}


@pytest.mark.parametrize("scope", ["local", "global"])
def test_channels_made_by_several_parts_get_the_gentlest_ratio(scope):
    every = torch.arange(8)
    shared = Group("stem", 8, tuple(Slice(name, "out", every, every) for name in ("stem", "first", "second")))
    chosen = settings(0.75, scope=scope, parts={"second": 0.25, "first": 0.5})
    assert len(kept([shared], {"stem": list(range(8))}, chosen)["stem"]) == 6


def test_parts_are_ranked_apart():
    groups = [group("a", 4), group("b", 4)]
    chosen = settings(0.5, scope="global", parts={"a": 0.5})
    assert kept(groups, {"a": [1, 2, 3, 4], "b": [5, 6, 7, 8]}, chosen) == {"a": [2, 3], "b": [2, 3]}


def test_a_grouped_convolution_loses_the_same_channels_in_each_of_its_groups():
    folded = group("a", 8, fold=2)
    assert kept([folded], {"a": [1, 5, 2, 6, 9, 1, 1, 1]}, settings(0.5)) == {"a": [0, 3, 4, 7]}
    assert len(kept([group("a", 32, fold=4)], {"a": list(range(32))}, settings(0.4, round_to=16))["a"]) == 16


def test_a_share_of_the_way_is_counted_from_the_first_width():
    now = group("a", 8)
    left = choose([now], {"a": torch.arange(8.0)}, {"a": 10}, settings(0.5), share=0.8)
    assert len(left["a"]) == 6


@pytest.mark.parametrize(
    ("groups", "chosen", "told"),
    [
        ([group("thin", 3)], settings(0.7), "layer thin: of its 3 channels none .* ratio of 0.7; choose at most 0.666"),
        ([group("a", 8, fold=4)], settings(0.6), "layer a: of its 8 channels none .* at most 0.5"),
        ([group("a", 4), group("b", 4)], settings(0.8, scope="global"), "a and 1 more: .* 1 channels; .* at most 0.75"),
        (
            [group("a", 32), group("b", 32)],
            settings(0.8, scope="global", round_to=16),
            "not each of them can keep 16 channels; choose at most 0.5",
        ),
        ([group("a.b", 4)], settings(0.5, parts={"a.c": 0.1}), "no layer of a.c can be cut; known parts begin with a"),
    ],
)
def test_a_ratio_that_leaves_a_layer_without_channels_is_refused(groups, chosen, told):
    with pytest.raises(InputError, match=told):
        refuse_impossible(groups, chosen)


@pytest.mark.parametrize(
    ("groups", "chosen"),
    [
        ([group("thin", 3)], settings(0.666)),
        ([group("thin", 3)], settings(0.9, round_to=8)),
        ([group("thin", 3)], settings(0.9, parts={"thin": 0.5})),
        ([group("gate", 1)], settings(0.9)),
        ([group("a", 4), group("b", 4)], settings(0.75, scope="global")),
    ],
)
def test_what_leaves_at_least_one_channel_is_not(groups, chosen):
    refuse_impossible(groups, chosen)
    scores = {group.name: torch.ones(group.width) for group in groups}
    first = {group.name: group.width for group in groups}
    assert all(len(left) for left in choose(groups, scores, first, chosen, share=1).values())
