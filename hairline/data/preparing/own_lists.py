"""The split that a data set brings along: `splits/{train,val,test}.txt`, one stem a line."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hairline.data.manifest import SPLITS
from hairline.data.pairs import composed, enumerate_names
from hairline.errors import InputError


def read_own_lists(folder: Path, stems: Sequence[str], *, unlabelled: set[str]) -> dict[str, str] | None:
    """Stem -> split; None when the set brings no lists. `val.txt` may be missing, and unlabelled stems may be too."""
    paths = {split: folder / "splits" / f"{split}.txt" for split in SPLITS}
    present = {split: path for split, path in paths.items() if path.exists()}
    if not present:
        return None
    for split in ("train", "test"):
        if split not in present:
            raise InputError(
                f"{paths[split]}: no such file, but {present and next(iter(present.values())).name} is "
                "there; add it, or set `split.lists: ours`"
            )
    known, chosen = set(stems), {}
    for split, path in present.items():
        listed = [composed(line.strip()) for line in _lines(path) if line.strip()]
        if not listed:
            raise InputError(f"{path}: empty; list at least one stem, or set `split.lists: ours`")
        strange = sorted(set(listed) - known)
        if strange:
            raise InputError(
                f"{path}: {len(strange)} of its stems are no image ({enumerate_names(strange)}); "
                "correct the list (stems have no ending), or set `split.lists: ours`"
            )
        twice = sorted(stem for stem, count in Counter(listed).items() if count > 1 or stem in chosen)
        if twice:
            raise InputError(
                f"{path}: {len(twice)} stems are listed twice, here or for another split "
                f"({enumerate_names(twice)}); list each once, or set `split.lists: ours`"
            )
        chosen.update(dict.fromkeys(listed, split))
    unlisted = sorted(known - unlabelled - chosen.keys())
    if unlisted:
        raise InputError(
            f"{folder / 'splits'}: {len(unlisted)} images are in no list ({enumerate_names(unlisted)}); "
            "add them to one, or set `split.lists: ours`"
        )
    return chosen


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file in UTF-8; save it as one stem a line") from None
