"""Drawn pictures onto disk, on many cores: images/NNNNNN.png and masks/NNNNNN.png."""

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hairline.data.synthetic.draw import Drawing
from hairline.errors import InputError
from hairline.io import write_bytes
from hairline.progress import Progress

CHUNK = 16  # pictures a process draws before it reports: about half a second
PNG_LEVEL = 1  # noise hardly compresses: level 6 takes five times as long for a twentieth of the bytes


@dataclass(frozen=True)
class Artist:
    """What draws; sent to each process, so its functions are those of a module."""

    source: str
    """Named to the reader."""
    draw: Callable[[Any, int], tuple[np.ndarray, np.ndarray]]
    """(drawing, number) -> RGB and mask, the same on each call."""
    drawing: Drawing
    coloured: Callable[[np.ndarray], np.ndarray] | None = None
    """Mask -> RGB, also written, to colours/NNNNNN.png; None: no colours."""


def draw_files(artist: Artist, out: Path, *, images: int, workers: int) -> None:
    """Write the pictures 0 .. `images` - 1; the files do not depend on `workers`."""
    chunks = [range(start, min(start + CHUNK, images)) for start in range(0, images, CHUNK)]
    with Progress(artist.source, images, unit="image") as progress:
        if min(workers, len(chunks)) == 1:
            for chunk in chunks:
                progress.step(_draw_chunk(artist, chunk, out))
        else:
            _draw_in_processes(artist, chunks, out, workers=min(workers, len(chunks)), progress=progress)


def _draw_in_processes(artist: Artist, chunks: list[range], out: Path, *, workers: int, progress: Progress) -> None:
    # spawned, not forked: a fork copies the locks of threads that OpenCV or torch may already run here
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        for done in as_completed([pool.submit(_draw_chunk, artist, chunk, out) for chunk in chunks]):
            progress.step(done.result())
    except BrokenProcessPool:
        raise InputError(
            f"{artist.source}: a drawing process was ended from outside, most likely for want of memory; "
            f"free some, or make options.size smaller than {artist.drawing.size}"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """One thread a process, and Ctrl-C ends it at once and in silence: the parent may be waiting for its end."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _draw_chunk(artist: Artist, chunk: range, out: Path) -> int:
    for index in chunk:
        image, mask = artist.draw(artist.drawing, index)
        name = f"{index:06d}.png"
        write_bytes(out / "images" / name, _png(cv2.cvtColor(image, cv2.COLOR_RGB2BGR)))
        write_bytes(out / "masks" / name, _png(mask))
        if artist.coloured is not None:
            colours = cv2.cvtColor(artist.coloured(mask), cv2.COLOR_RGB2BGR)
            write_bytes(out / "colours" / name, _png(colours))
    return len(chunk)


def _png(picture: cv2.typing.MatLike) -> bytes:
    written, code = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    assert written
    return code.tobytes()
