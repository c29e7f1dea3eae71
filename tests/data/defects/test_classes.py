import cv2
import numpy as np

from hairline.classes import IGNORE
from hairline.data.defects import CLASSES, COLOURS, coloured
from hairline.data.sources import s2ds


def test_classes_are_those_of_the_s2ds_source_so_that_a_network_moves_between_the_two():
    assert {**CLASSES, IGNORE: "ignore"} == s2ds.CLASSES
    assert list(CLASSES) == list(range(7))


def test_every_class_has_its_own_colour():
    assert set(COLOURS) == {*CLASSES, IGNORE}
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_colours_come_back_as_the_ids_they_were_made_of(tmp_path):
    mask = np.array([[*CLASSES], [IGNORE, *reversed([*CLASSES][1:])]], np.uint8)
    cv2.imwrite(str(tmp_path / "mask.png"), cv2.cvtColor(coloured(mask), cv2.COLOR_RGB2BGR))
    assert np.array_equal(s2ds.read_colours(tmp_path / "mask.png", unknown=1.0).values, mask)
