"""Drawn photographs of cracked asphalt and concrete, with exact masks: needs no download and no licence.

Picture i depends on the options and on i alone, so the number of processes changes nothing, and a larger set begins
with the pictures of a smaller one.
"""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2
from pydantic import Field

from hairline.data.sources import register_source
from hairline.data.synthetic import Drawing, draw_image
from hairline.errors import InputError
from hairline.io import write_bytes, write_json
from hairline.progress import Progress

CHUNK = 16  # pictures a process draws before it reports: about half a second
PNG_LEVEL = 1  # noise hardly compresses: level 6 takes five times as long for a twentieth of the bytes


class Options(Drawing):
    """The pictures' own options and their count."""

    images: int = Field(gt=0)
    """How many pictures to draw."""


@register_source(Options, licence="none needed: drawn by this program", citation="")
def synthetic(options: Options, out: Path) -> None:
    """Draw `options.images` pictures on all cores."""
    draw_files(options, out, workers=os.cpu_count() or 1)
    write_json(out / "classes.json", {"classes": {"0": "background", "1": "crack"}})


def draw_files(options: Options, out: Path, *, workers: int) -> None:
    """Write images/NNNNNN.png and masks/NNNNNN.png; the files do not depend on `workers`."""
    drawing = Drawing.model_validate(options.model_dump(exclude={"images"}))
    chunks = [range(start, min(start + CHUNK, options.images)) for start in range(0, options.images, CHUNK)]
    with Progress("synthetic", options.images, unit="image") as progress:
        if min(workers, len(chunks)) == 1:
            for chunk in chunks:
                progress.step(_draw_chunk(drawing, chunk, out))
        else:
            _draw_in_processes(drawing, chunks, out, workers=min(workers, len(chunks)), progress=progress)


def _draw_in_processes(drawing: Drawing, chunks: list[range], out: Path, *, workers: int, progress: Progress) -> None:
    # spawned, not forked: a fork copies the locks of threads that OpenCV or torch may already run here
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        for done in as_completed([pool.submit(_draw_chunk, drawing, chunk, out) for chunk in chunks]):
            progress.step(done.result())
    except BrokenProcessPool:
        raise InputError(
            "synthetic: a drawing process was ended from outside, most likely for want of memory; "
            f"free some, or make options.size smaller than {drawing.size}"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """One thread a process, and Ctrl-C ends it at once and in silence: the parent may be waiting for its end."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _draw_chunk(drawing: Drawing, chunk: range, out: Path) -> int:
    for index in chunk:
        image, mask = draw_image(drawing, index)
        name = f"{index:06d}.png"
        write_bytes(out / "images" / name, _png(cv2.cvtColor(image, cv2.COLOR_RGB2BGR)))
        write_bytes(out / "masks" / name, _png(mask))
    return len(chunk)


def _png(picture: cv2.typing.MatLike) -> bytes:
    written, code = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    assert written
    return code.tobytes()
