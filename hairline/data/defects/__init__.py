"""Drawn photographs of structures with six kinds of defect and exact masks: the stand-in for S2DS."""

from hairline.data.defects.classes import CLASSES, COLOURS, coloured
from hairline.data.defects.draw import DefectDrawing, Shares, draw_defects

__all__ = ["CLASSES", "COLOURS", "DefectDrawing", "Shares", "coloured", "draw_defects"]
