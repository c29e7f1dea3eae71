"""What the numbers in a mask mean, beside the classes that a data set names: 0 is background, and 255 nobody's."""

IGNORE = 255
"""Nobody knows, or does not want to know: neither trained on nor scored."""
