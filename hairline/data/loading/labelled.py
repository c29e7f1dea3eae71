"""Which few samples a person would draw by hand: any number of them is part of every larger number."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from hairline.data.manifest import Sample
from hairline.errors import InputError


def choose_labelled(samples: Sequence[Sample], count: int, *, seed: int) -> list[Sample]:
    """The first `count` of a seeded order of labelled samples, whatever order they come in.

    One of each source photograph comes before a second one of any, and so on: neighbours teach less than strangers.
    """
    if not 0 < count <= len(samples):
        raise InputError(f"{count} labelled samples are asked for, but there are {len(samples)}; choose from 1 to that")
    rng = np.random.default_rng(seed & 0xFFFFFFFF)
    by_id = sorted(samples, key=lambda sample: sample.id)
    members: dict[str, list[Sample]] = {sample.group: [] for sample in by_id}
    for position in rng.permutation(len(by_id)):
        members[by_id[position].group].append(by_id[position])
    groups = [members[name] for name in rng.permutation(sorted(members))]
    turns = zip_longest(*groups)
    return [sample for turn in turns for sample in turn if sample is not None][:count]
