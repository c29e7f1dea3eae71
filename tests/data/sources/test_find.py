import pytest

from hairline.data.sources.find import folder_kind
from hairline.errors import InputError
from tests.data.sources.published import crack, mask, photo, stems, values

FOLDERS = {
    "raw_intensity": "raw intensity images",
    "raw_range": "Raw_Range_Images",
    "filtered_range": "filteredRange",
    "fused": "fused raw image",
}


def published(masks="ground truth"):
    entries = {}
    for number in (1, 2):
        for place, folder in enumerate(FOLDERS.values()):
            entries[f"FIND fused dataset/{folder}/im{number}.png"] = photo(10 * place + number, ".png")
        entries[f"FIND fused dataset/{masks}/im{number}.png"] = mask(number)
    return entries


@pytest.mark.parametrize("masks", ["ground truth", "GroundTruth", "labels", "GT", "fused_gt"])
@pytest.mark.parametrize("modality", FOLDERS)
def test_each_kind_of_picture_has_the_same_masks(fetch_from, modality, masks):
    entries = published(masks)
    raw = fetch_from("find", entries, modality=modality)
    assert stems(raw) == ["im1", "im2"]
    assert (raw / "images" / "im1.png").read_bytes() == entries[f"FIND fused dataset/{FOLDERS[modality]}/im1.png"]
    assert ((values(raw, "im2") == 255) == crack(2)).all()


def test_a_folder_that_is_not_there_or_there_twice_is_told(fetch_from):
    entries = published()
    with pytest.raises(InputError, match=r"modality: missing"):
        fetch_from("find", entries)
    lacking = {name: content for name, content in entries.items() if "filtered" not in name}
    with pytest.raises(InputError, match=r"expected one folder of filtered range pictures, found .*fused raw image"):
        fetch_from("find", lacking, modality="filtered_range")
    with pytest.raises(InputError, match=r"expected one folder of masks pictures, found .*ground truth.*labels"):
        fetch_from("find", entries | published("labels"), modality="fused")


def test_no_folder_is_taken_for_another_kind():
    assert [folder_kind(name) for name in ("fused_gt", "img", "data", "filtered raw range", "Range", "Intensity")] == [
        "masks",
        "",
        "",
        "filtered_range",
        "raw_range",
        "raw_intensity",
    ]
