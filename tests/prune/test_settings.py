import math

import pytest

from hairline.errors import InputError
from hairline.prune import Pruning


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ratio": 1.0}, "ratio: expected the share of channels that goes, from 0 to below 1, got 1.0"),
        ({"ratio": -0.1}, "from 0 to below 1, got -0.1"),
        ({"ratio": 50}, r"got 50; did you mean 0\.5\?"),  # the original's readme says 0 to 99
        ({"ratio": math.nan}, "got nan"),
        ({"parts": {"stem": 1.5}}, "ratio of stem: expected"),
        ({"criterion": "l3"}, "no pruning criterion l3; .*known: bn_scale, l1, l2, random, taylor"),
        ({"scope": "layer"}, "no pruning scope layer; known: local, global, isomorphic"),
        ({"round_to": 0}, "round_to: expected one of 1, 8, 16, got 0"),
        ({"steps": 0}, "steps: expected a whole number of at least 1, got 0"),
        ({"steps": 2.0}, "steps: .* got 2.0"),
    ],
)
def test_what_makes_no_sense_is_refused(change, told):
    with pytest.raises(InputError, match=told):
        Pruning(**{"criterion": "l1", "ratio": 0.5, **change})


def test_a_ratio_of_0_is_allowed():
    assert Pruning(criterion="random", ratio=0, parts={"stem": 0.99}).ratio == 0
