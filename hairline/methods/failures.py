"""A point of a sweep that cannot be made is marked in its folder, so that the sweep goes on; a last stage then fails.

Only what was refused with a reason is marked. A crash, a full disk or Ctrl-C stops the sweep as anything else.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from hairline import io
from hairline.errors import InputError

MARK = "failed.json"


def or_mark(out: Path, work: Callable[[], None], *, is_main: bool = True) -> None:
    """Do the work that fills the folder `out`; where it is refused, the main process fills it with the reason."""
    try:
        work()
    except InputError as refusal:
        if not is_main:
            return
        print(f"failed: {out.name}: {refusal}", file=sys.stderr, flush=True)
        with io.replaced_folder(out) as folder:
            io.write_json(folder / MARK, {"reason": str(refusal)})


def reason_of(run: Path) -> str | None:
    """Why a run could not be made; None for one that was."""
    return io.read_json(run / MARK)["reason"] if (run / MARK).exists() else None
