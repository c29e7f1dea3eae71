import io

import numpy as np
import pytest
from scipy.io import savemat

from hairline.errors import InputError
from hairline.io import read_json
from tests.data.sources.published import photo, split, stems, values

REGIONS = np.ones((40, 50), np.uint8)
REGIONS[:, 10:12] = 2
REGIONS[5:20, 20:40] = 3  # pavement that a crack encloses
REGIONS[:, 45] = 4


def region_map(regions=REGIONS, *, cell=False):
    file = io.BytesIO()
    content = {"Segmentation": regions, "Boundaries": regions == 2}
    if cell:
        wrapped = np.empty((1, 1), object)
        wrapped[0, 0] = content
        content = wrapped
    savemat(file, {"groundTruth": content})
    return file.getvalue()


def published(numbers=(1, 72, 73, 118), top="CrackForest-dataset-master/"):
    entries = {f"{top}image/image.rar": b"Rar!\x1a\x07", f"{top}seg/001.seg": b"seg", f"{top}README.md": b"read me"}
    for number in numbers:
        entries[f"{top}image/{number:03d}.jpg"] = photo(number)
        entries[f"{top}groundTruth/{number:03d}.mat"] = region_map()
    for number in (201, 329):
        entries[f"{top}image/{number}.jpg"] = photo(number, height=50, width=40)
    return entries


def test_regions_2_and_4_are_crack_and_enclosed_pavement_is_not(fetch_from):
    raw = fetch_from("cfd", published())
    assert stems(raw) == stems(raw, "masks") == ["001", "072", "073", "118"]
    assert ((values(raw, "001") == 255) == ((REGIONS == 2) | (REGIONS == 4))).all()
    assert set(np.unique(values(raw, "001"))) == {0, 255}
    assert not (raw / "splits").exists()
    assert "non-commercial" in read_json(raw / "source.json")["licence"]


def test_the_division_by_order_is_written_on_request(fetch_from):
    raw = fetch_from("cfd", published(), lists="by_order")
    assert split(raw, "train") == ["001", "072"] and split(raw, "test") == ["073", "118"]


def test_pictures_that_never_had_a_map_are_kept_on_request(fetch_from):
    raw = fetch_from("cfd", published(), unlabelled="keep", lists="by_order")
    assert stems(raw) == ["001", "072", "073", "118", "201", "329"] and len(stems(raw, "masks")) == 4
    assert split(raw, "test") == ["073", "118"]


def test_a_map_that_is_missing_or_too_many_is_a_fault(fetch_from):
    entries = published()
    del entries["CrackForest-dataset-master/groundTruth/072.mat"], entries["CrackForest-dataset-master/image/118.jpg"]
    with pytest.raises(InputError) as error:
        fetch_from("cfd", entries)
    assert "image/072.jpg: an image without a mask" in str(error.value)
    assert "groundTruth/118.mat: a mask without an image" in str(error.value)
    assert stems(fetch_from("cfd", entries, unpaired="skip")) == ["001", "073"]


def test_a_struct_inside_a_cell_is_read_too(fetch_from):
    entries = published() | {"CrackForest-dataset-master/groundTruth/001.mat": region_map(cell=True)}
    raw = fetch_from("cfd", entries)
    assert (values(raw, "001") == values(raw, "072")).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no MATLAB", r"001\.mat has no groundTruth\.Segmentation"),
        (region_map()[:300], r"001\.mat has no groundTruth\.Segmentation"),
        (region_map(REGIONS + 5), r"001\.mat holds regions \[6, 7, 8, 9\]: expected 1 to 4"),
        (region_map(REGIONS[:20]), r"001\.mat: a mask of 50 x 20 for an image of 50 x 40"),
    ],
)
def test_a_broken_map_is_told(fetch_from, content, message):
    with pytest.raises(InputError, match=message):
        fetch_from("cfd", published() | {"CrackForest-dataset-master/groundTruth/001.mat": content})
