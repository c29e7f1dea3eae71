import numpy as np
import pytest

from hairline.data.synthetic.crack import MOST_STRANDS, SPACING, Course, draw_course, draw_strands

SIZE = 256


def course(**changes) -> Course:
    values = {
        "width": 3.0,
        "pull": 0.8,
        "jitter": 0.1,
        "roughness": 0.3,
        "slow": 0.3,
        "ragged": 0.3,
        "branches": 0.0,
        "gaps": 0.0,
        "thinnest": 1.0,
    }
    return Course(**{**values, **changes})


@pytest.mark.parametrize("seed", range(8))
def test_the_trunk_runs_through_the_picture(seed):
    trunk = draw_strands(np.random.default_rng(seed), course(), size=SIZE)[-1]
    inside = ((trunk.points > 0) & (trunk.points < SIZE)).all(axis=1)
    assert inside.sum() * SPACING > 0.1 * SIZE


def test_points_are_evenly_spaced_but_for_the_roughness():
    trunk = draw_strands(np.random.default_rng(0), course(roughness=0.0, jitter=0.0), size=SIZE)[-1]
    steps = np.hypot(*np.diff(trunk.points, axis=0).T)
    assert np.median(steps) == pytest.approx(SPACING, abs=0.01)


def test_no_edge_comes_nearer_than_the_thinnest_crack():
    for strand in draw_strands(np.random.default_rng(1), course(width=1.2, thinnest=1.0, branches=2.0), size=SIZE):
        assert strand.left.min() >= 0.5
        assert strand.right.min() >= 0.5


def test_the_width_varies_along_a_strand_and_keeps_its_mean():
    widths = []
    for seed in range(40):
        trunk = draw_strands(np.random.default_rng(seed), course(width=6.0), size=SIZE)[-1]
        middle = slice(len(trunk.left) // 3, 2 * len(trunk.left) // 3)
        widths.append(trunk.left[middle] + trunk.right[middle])
    assert np.mean([width.mean() for width in widths]) == pytest.approx(6, rel=0.25)
    assert all(width.std() > 0.2 for width in widths)


def test_branches_are_thinner_than_the_trunk_and_drawn_before_it():
    strands = draw_strands(np.random.default_rng(3), course(width=8.0, branches=3.0, slow=0.0, ragged=0.0), size=SIZE)
    assert len(strands) > 2
    assert all(branch.left.max() < strands[-1].left.max() for branch in strands[:-1])


def test_a_net_ends_somewhere():
    assert len(draw_strands(np.random.default_rng(0), course(branches=50.0), size=1024)) == MOST_STRANDS


def test_gaps_come_only_when_asked_for():
    whole = draw_strands(np.random.default_rng(4), course(), size=SIZE)[-1]
    broken = draw_strands(np.random.default_rng(4), course(gaps=20.0), size=SIZE)[-1]
    assert (whole.strength > 0).all()
    assert (broken.strength == 0).any()


def test_mean_widths_fill_the_range_with_thin_ones_most_frequent():
    rng = np.random.default_rng(6)
    widths = np.array([draw_course(rng, width=(1.0, 25.0)).width for _ in range(400)])
    assert widths.min() >= 1
    assert widths.max() > 20
    assert 1.5 < np.median(widths) < 3  # below the root of 25, where an even draw of the logarithm has its middle
