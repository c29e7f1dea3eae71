"""The one score that a network is judged by, when two are compared and no other is asked for."""


def headline_of(classes: int) -> str:
    """Of background and one class that class's F1 at 2 px, of several classes the mean over all."""
    return "f1_2px" if classes == 2 else "mean_iou"
