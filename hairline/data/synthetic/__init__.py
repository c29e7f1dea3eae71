"""Drawn photographs of cracked ground with exact masks: no data set, no licence, as many as wanted."""

from hairline.data.synthetic.draw import Drawing, draw_image

__all__ = ["Drawing", "draw_image"]
