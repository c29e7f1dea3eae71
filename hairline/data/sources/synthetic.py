"""Drawn photographs of cracked asphalt and concrete, with exact masks: needs no download and no licence.

Picture i depends on the options and on i alone, so the number of processes changes nothing, and a larger set begins
with the pictures of a smaller one.
"""

import os
from pathlib import Path

from pydantic import Field

from hairline.data.sources import register_source
from hairline.data.synthetic import Drawing, draw_image, files
from hairline.io import write_json


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
    files.draw_files(files.Artist("synthetic", draw_image, drawing), out, images=options.images, workers=workers)
