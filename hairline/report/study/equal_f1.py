"""Lines along which F1 is equal, for charts of precision over recall."""

LEVELS = (0.2, 0.4, 0.6, 0.8)
"""Of F1, drawn as thin lines."""
STEPS = 60


def equal_f1(level: float) -> list[tuple[float, float]]:
    """Recall and precision, closer together where the line is steep."""
    lowest = level / (2 - level)  # the recall at which only a precision of 1 reaches this F1
    recalls = [lowest + (1 - lowest) * (step / STEPS) ** 3 for step in range(STEPS + 1)]
    return [(recall, min(1.0, level * recall / (2 * recall - level))) for recall in recalls]
