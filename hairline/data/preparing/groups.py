"""Which pictures must stay together: those of one source photograph, and copies of each other."""

import re
from collections.abc import Iterable, Sequence

from hairline.data.pairs import enumerate_names
from hairline.errors import InputError


def name_groups(stems: Sequence[str], pattern: str) -> list[str]:
    """The first bracket of `pattern` in each stem; an empty pattern makes each image its own group."""
    if not pattern:
        return list(stems)
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise InputError(f"params.yaml: split.group {pattern!r} is no regular expression ({error})") from None
    if not compiled.groups:
        raise InputError(f"params.yaml: split.group {pattern!r} has no bracket; write such as ^(.+)-[0-9]+$")
    matches = [compiled.search(stem) for stem in stems]
    unnamed = [stem for stem, match in zip(stems, matches, strict=True) if match is None or not match[1]]
    if unnamed:
        raise InputError(
            f"params.yaml: split.group {pattern!r} names no group in {len(unnamed)} of {len(stems)} stems "
            f"({enumerate_names(unnamed)}); widen it, such as ^(.+?)(?:-[0-9]+)?$"
        )
    return [match[1] for match in matches if match]


def join_groups(groups: Sequence[str], together: Iterable[Sequence[int]]) -> list[str]:
    """Merge the groups of pictures that belong together; the merged one takes the first name in the alphabet."""
    leader = {name: name for name in groups}

    def leader_of(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]  # halve the path, so that long chains stay fast
            name = leader[name]
        return name

    for positions in together:
        names = sorted({leader_of(groups[position]) for position in positions})
        for name in names:
            leader[name] = names[0]
    return [leader_of(name) for name in groups]
