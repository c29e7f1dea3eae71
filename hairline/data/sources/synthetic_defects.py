"""Drawn photographs of structures with the seven classes of S2DS and exact masks, where S2DS itself may not be had.

Picture i depends on the options and on i alone, so the number of processes changes nothing, and a larger set begins
with the pictures of a smaller one.
"""

import os
from pathlib import Path

from pydantic import Field

from hairline.data.defects import CLASSES, DefectDrawing, coloured, draw_defects
from hairline.data.sources import register_source
from hairline.data.synthetic import files
from hairline.io import write_json


class Options(DefectDrawing):
    """The pictures' own options and their count."""

    images: int = Field(gt=0)
    """How many pictures to draw."""
    colours: bool = False
    """Also write colours/*.png, the masks in the colours of S2DS; nothing here reads them."""


@register_source(Options, licence="none needed: drawn by this program", citation="")
def synthetic_defects(options: Options, out: Path) -> None:
    """Draw `options.images` pictures on all cores."""
    draw_files(options, out, workers=os.cpu_count() or 1)
    write_json(out / "classes.json", {"classes": {str(id): name for id, name in CLASSES.items()}})


def draw_files(options: Options, out: Path, *, workers: int) -> None:
    """Write images/NNNNNN.png and masks/NNNNNN.png; the files do not depend on `workers`."""
    drawing = DefectDrawing.model_validate(options.model_dump(exclude={"images", "colours"}))
    artist = files.Artist("synthetic_defects", draw_defects, drawing, coloured if options.colours else None)
    files.draw_files(artist, out, images=options.images, workers=workers)
