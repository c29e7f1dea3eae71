"""Counts on centre lines: a crack is a line, and its width is where annotators disagree.

lt-IoU (Benz and Rodehorst 2022, with the S2DS data) compares two thinned masks with a tolerance.
clDice (Shit et al. 2021, https://arxiv.org/abs/2003.07311) asks how much of each centre line lies in the other mask.
"""

import numpy as np

from hairline.metrics.tolerance import count, near_counts


def thin(pixels: np.ndarray) -> np.ndarray:
    """Boolean [H, W] -> its centre line, one pixel wide, boolean [H, W]."""
    from skimage.morphology import skeletonize

    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    line = np.zeros_like(pixels)
    if rows.size:  # only the box around the set pixels costs time
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        line[box] = skeletonize(pixels[box])
    return line


def line_counts(
    predicted: np.ndarray, true: np.ndarray, *, tolerances: tuple[int, ...]
) -> tuple[list[int], np.ndarray]:
    """Boolean [H, W] twice -> clDice's four counts, and lt-IoU's four counts per tolerance, int64 [T, 4]."""
    predicted_line, true_line = thin(predicted), thin(true)
    pixels = (predicted_line & true, predicted_line, true_line & predicted, true_line)
    near = [near_counts(predicted_line, true_line, radius=radius) for radius in tolerances]
    return [count(part) for part in pixels], np.array(near, np.int64).reshape(len(tolerances), 4)
