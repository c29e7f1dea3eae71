"""Figures that others published, with their source and what differs from ours. Never compared without both."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One row of someone else's table. A score that was not published is None."""

    name: str
    source: str
    differs: str
    f1: float | None = None
    iou: float | None = None
    parameters: int | None = None
    frames_per_second: str = ""


DISTILL = (
    Published(
        name="MCFF-L Net with distillation, T = 10",
        source="abstract in the readme of the authors' repository, github.com/LovingThresh/MCFF-L_Net",
        differs=(
            "their own photographs, 448 px, not published; in all likelihood the tolerant F1 and IoU "
            "(columns legacy F1 and legacy IoU), against labels widened before scoring"
        ),
        f1=0.8570,
        iou=0.7822,
        parameters=1_180_000,
        frames_per_second="9.71 frames/s on a Jetson Xavier NX",
    ),
)

COMPARE = (
    Published(
        name="HrSegNet-B16 on CrackSeg9k",
        source="abstract of arXiv 2307.00270v2: mIoU 0.7843, 182 frames/s",
        differs="another data set, and 87 % of its test pictures share a photograph with a training picture",
        parameters=610_000,
    ),
)

PUBLISHED = {"distill": DISTILL, "compare": COMPARE, "annotate": (), "prune": ()}
