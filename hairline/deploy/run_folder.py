"""RUN on a command line: the folder of a trained network."""

from pathlib import Path
from typing import TYPE_CHECKING

from hairline.errors import InputError

if TYPE_CHECKING:
    from hairline.engine import Run


def open_run(folder: Path) -> "Run":
    """The network, or a clear word that this is no run folder."""
    if not (folder / "model.json").is_file():
        what = "has no model.json, so it is no run folder" if folder.is_dir() else "is no folder"
        raise InputError(
            f"{folder}: {what}; expected that of a trained network, such as data/runs/distill/chosen-s0-f0"
        )
    from hairline.engine import load_run

    return load_run(folder)
