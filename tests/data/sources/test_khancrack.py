import numpy as np
import pytest

from hairline.data.sources import create_source
from hairline.errors import InputError
from hairline.io import read_json
from tests.data.sources.published import crack, encoded, jpeg_mask, photo, split, stems, values


def published(top="crack_segmentation_dataset/"):
    """All pictures are there twice: in images/, and in train/ or test/."""
    entries = {f"{top}readme": b""}
    speckled = np.zeros((40, 50), np.uint8)
    speckled[::8, ::8] = 200
    for part, seed in (("train", 0), ("test", 20)):
        for number, name in enumerate((f"CRACK500_{seed}", f"noncrack_concrete_{seed}", f"Volker_{seed}")):
            image = photo(seed + number)
            content = encoded(speckled, ".jpg") if name.startswith("noncrack") else jpeg_mask(seed + number)
            for folder in (part + "/", ""):
                entries[f"{top}{folder}images/{name}.jpg"] = image
                entries[f"{top}{folder}masks/{name}.jpg"] = content
    return entries


@pytest.mark.parametrize("source", ["khancrack", "conglomerate"])
def test_jpeg_masks_become_exact_and_pictures_without_cracks_empty(fetch_from, source):
    raw = fetch_from(source, published())
    assert split(raw, "train") == ["CRACK500_0", "Volker_0", "noncrack_concrete_0"]
    assert split(raw, "test") == ["CRACK500_20", "Volker_20", "noncrack_concrete_20"]
    assert stems(raw) == stems(raw, "masks") == sorted(split(raw, "train") + split(raw, "test"))
    assert ((values(raw, "Volker_20") == 255) == crack(22)).all()
    assert not values(raw, "noncrack_concrete_20").any()
    assert np.unique(values(raw, "CRACK500_0")).tolist() == [0, 255]
    (note,) = read_json(raw / "source.json")["notes"]
    assert note.startswith("masks of pictures published as free of cracks, emptied (")
    assert note.endswith("pixels): 2, noncrack_concrete_0, noncrack_concrete_20")


def test_without_train_and_test_all_pictures_are_taken_undivided(fetch_from):
    entries = {name: content for name, content in published().items() if "/train/" not in name and "/test/" not in name}
    raw = fetch_from("khancrack", entries)
    assert len(stems(raw)) == 6 and not (raw / "splits").exists()


def test_a_picture_without_cracks_needs_no_mask_and_another_does(fetch_from):
    top = "crack_segmentation_dataset/train/masks/"
    entries = published()
    del entries[f"{top}noncrack_concrete_0.jpg"]
    assert not values(fetch_from("khancrack", entries), "noncrack_concrete_0").any()
    del entries[f"{top}Volker_0.jpg"]
    with pytest.raises(InputError, match=r"train/images/Volker_0\.jpg: an image without a mask"):
        fetch_from("khancrack", entries)


def test_other_names_of_the_parts_and_folders_are_known(fetch_from):
    renamed = {
        name.replace("/train/", "/Training/").replace("/test/", "/val/").replace("masks/", "Mask/"): content
        for name, content in published().items()
    }
    raw = fetch_from("conglomerate", renamed)
    assert len(split(raw, "train")) == len(split(raw, "test")) == 3


@pytest.mark.parametrize("options", [{}, {"address": "https://www.kaggle.com/datasets/x"}])
def test_google_drive_and_kaggle_are_left_to_people(tmp_path, options):
    where = r"kaggle\.com" if options else r"drive\.google\.com/file/d/1xrOqv0"
    with pytest.raises(InputError, match=rf"is not downloaded by a program: fetch https://.*{where}.*--archive FILE"):
        create_source("khancrack").fetch(options, tmp_path / "raw", dataset="mine")
