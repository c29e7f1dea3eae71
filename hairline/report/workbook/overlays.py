"""The overlays that are drawn: where each picture's lies. Told by the rule that draws them, not by looking around."""

import os
from pathlib import Path
from urllib.parse import quote

from hairline.report.study.gallery import overlay_names
from hairline.report.study.results import Run
from hairline.report.workbook.sheet import Overlays


def drawn_overlays(run: Run, overlays: Overlays) -> dict[str, Path]:
    """Picture -> its overlay, the worst first; none where the run's folder was not made."""
    folder = overlays.folder / run.study / run.name
    if not folder.is_dir():
        return {}
    return {picture: folder / name for picture, name in overlay_names(run, count=overlays.per_run).items()}


def link_to(path: Path, overlays: Overlays) -> str:
    """From the folder where the workbook lies, so that both can move together."""
    way = os.path.relpath(path.absolute(), overlays.workbook.absolute().parent)
    return quote(Path(way).as_posix(), safe="/@")
