"""The same work is never done twice: finished work is kept under a fingerprint of all that it depends on.

DVC keeps results by the path they are written to; here two stages that ask for the same thing under two names (the
sweep's student at T = 10, and the chosen student when `kd.temperature` is 10) share one training. The same
fingerprint names the checkpoint of unfinished work, so only an exact match is ever resumed.
"""

import shutil
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from filelock import FileLock

from hairline import io
from hairline.engine.parallel import World, gather_over_world, wait_for_all

KEPT = 64  # results; the least recently used go first


def once(
    out: Path, kind: str, key: dict[str, Any], work: Callable[[Path, Path], None], *, world: World | None = None
) -> None:
    """Fill the folder `out` by `work(out, scratch)`, or with what the same work gave before.

    `scratch` outlives an interruption: it is the place for checkpoints, and goes when the work is done. Of several
    processes all work, and only the main one copies and tidies; `work` itself leaves writing `out` to it.
    """
    world = world or World()
    name = io.fingerprint(key)
    finished, scratch = io.work_folder(f"finished-{kind}") / name, io.work_folder(f"unfinished-{kind}") / name
    # Two queued experiments may want the same thing at the same time: the second waits and takes it over.
    with FileLock(f"{scratch}.lock") if world.is_main else nullcontext():
        is_finished = gather_over_world([finished.exists()])[0]  # the main process decides for all
        if not is_finished:
            scratch.mkdir(parents=True, exist_ok=True)
            work(out, scratch)
        if world.is_main and is_finished:
            print(f"{out}: the same work was done before, its result is taken", file=sys.stderr)
            _copy(finished, out)
            finished.touch()
        elif world.is_main:
            _copy(out, finished)
            shutil.rmtree(scratch)
            _forget_oldest(finished.parent)
    wait_for_all()


def _copy(source: Path, target: Path) -> None:
    with io.replaced_folder(target) as folder:
        for file in sorted(source.iterdir()):
            io.link_or_copy(file, folder / file.name)


def _forget_oldest(folder: Path) -> None:
    results = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for result in results[:-KEPT]:
        shutil.rmtree(result, ignore_errors=True)
