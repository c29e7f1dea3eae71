"""What the results are called: like their pictures, and never two alike."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def name_results(pictures: Sequence[Path]) -> dict[Path, str]:
    """The stem, such as `IMG_7`; where two share it, with their folders too: `north-IMG_7`, `south-IMG_7`.

    Upper and lower case count as the same, because some file systems think so.
    """
    full = {picture: picture.absolute() for picture in pictures}
    beside = Counter(_alike(path.with_suffix("")) for path in full.values())
    stems = {
        picture: path.stem if beside[_alike(path.with_suffix(""))] == 1 else f"{path.stem}-{path.suffix[1:]}"
        for picture, path in full.items()
    }
    names = dict(stems)
    for depth in range(1, max((len(path.parts) for path in full.values()), default=0)):
        clashing = _clashing(names)
        for picture in clashing:
            folders = full[picture].parts[1:-1][-depth:]
            names[picture] = "-".join([*folders, stems[picture]])
    for picture in _clashing(names):  # folders with dashes in their names
        names[picture] += f"-{hashlib.sha256(str(full[picture]).encode()).hexdigest()[:12]}"
    return names


def _clashing(names: dict[Path, str]) -> list[Path]:
    count = Counter(_alike(name) for name in names.values())
    return [picture for picture, name in names.items() if count[_alike(name)] > 1]


def _alike(name: Path | str) -> str:
    return str(name).casefold()
