import numpy as np
import pytest

from hairline.errors import InputError
from hairline.io import read_json
from tests.data.sources.published import crack, folder_of, mask, photo, saved, split, stems, values, zip_bytes


def volume(names, *, seed=0):
    entries = {}
    for number, name in enumerate(names):
        entries[f"Final/Images/{name}.jpg"] = photo(seed + number)
        entries[f"Final/Masks/{name}.png"] = mask(seed + number)
    return entries


def published():
    """Dataverse's bundle: two archives inside the archive."""
    return {
        "MANIFEST.TXT": b"Vol1.zip Vol2.zip",
        "Vol1.zip": zip_bytes(volume(["CFD_001", "DeepCrack_11111"])),
        "sub/Vol2.zip": zip_bytes(volume(["Rissbilder_9", "noncrack_1"], seed=10)),
    }


def test_both_archives_inside_the_archive_are_unpacked(fetch_from):
    raw = fetch_from("crackseg9k", published())
    assert stems(raw) == ["CFD_001", "DeepCrack_11111", "Rissbilder_9", "noncrack_1"]
    assert ((values(raw, "Rissbilder_9") == 255) == crack(10)).all() and not values(raw, "noncrack_1").any()
    assert not (raw / "splits").exists()
    (note,) = read_json(raw / "source.json")["notes"]
    assert note == "masks of pictures published as free of cracks, emptied (160 pixels): 1, noncrack_1"


def test_images_and_masks_may_lie_in_different_inner_archives(fetch_from):
    entries = volume(["CFD_001"])
    parts = {kind: {name: c for name, c in entries.items() if kind in name} for kind in ("Images", "Masks")}
    raw = fetch_from("crackseg9k", {f"{kind}.zip": zip_bytes(part) for kind, part in parts.items()})
    assert stems(raw) == stems(raw, "masks") == ["CFD_001"]


def test_the_two_archives_in_a_folder_will_do(fetch_from, tmp_path):
    folder = folder_of(tmp_path / "mine", published())
    assert len(stems(fetch_from("crackseg9k", folder))) == 4
    assert (folder / "Vol1.zip").exists()


def test_what_a_mac_puts_beside_the_archives_is_no_archive(fetch_from, tmp_path):
    litter = {
        f"__MACOSX/{folder}._{name}.zip": b"\x00\x05\x16\x07" for folder, name in (("", "Vol1"), ("sub/", "Vol2"))
    }
    assert len(stems(fetch_from("crackseg9k", published() | litter))) == 4
    assert len(stems(fetch_from("crackseg9k", folder_of(tmp_path / "mine", published() | litter)))) == 4
    beside = published() | {"._Vol1.zip": b"\x00\x05\x16\x07"}
    assert len(stems(fetch_from("crackseg9k", beside))) == 4


def test_a_picture_in_both_archives_counts_once_unless_it_differs(fetch_from):
    same = published() | {"Vol3.zip": zip_bytes(volume(["CFD_001"]))}
    assert len(stems(fetch_from("crackseg9k", same))) == 4
    other = published() | {"Vol3.zip": zip_bytes(volume(["CFD_001"], seed=5))}
    with pytest.raises(InputError, match="a name used twice"):
        fetch_from("crackseg9k", other)
    assert stems(fetch_from("crackseg9k", other, unpaired="skip")) == ["DeepCrack_11111", "Rissbilder_9", "noncrack_1"]


def test_misfits_that_the_published_versions_have_are_left_out_on_request(fetch_from):
    entries = published() | {"Images/Volker_1.jpg": photo(30), "Masks/Volker_2.png": mask(31)}
    with pytest.raises(InputError, match=r"2 faults.*`unpaired: skip`"):
        fetch_from("crackseg9k", entries)
    notes = read_json(fetch_from("crackseg9k", entries, unpaired="skip") / "source.json")["notes"]
    assert notes[0] == "left out, a mask without an image: 1, Masks/Volker_2.png"
    assert notes[1] == "left out, an image without a mask: 1, Images/Volker_1.jpg"


def test_grey_values_between_are_divided_and_masks_that_are_only_faint_are_named(fetch_from):
    grey = np.full((40, 50), 16, np.uint8)
    entries = volume(["a"]) | {"Final/Images/b.jpg": photo(3), "Final/Masks/b.png": saved(grey)}
    grey[:, 5] = 200
    entries |= {"Final/Images/c.jpg": photo(4), "Final/Masks/c.png": saved(grey)}
    raw = fetch_from("crackseg9k", entries)
    assert ((values(raw, "c") == 255) == (grey == 200)).all() and not values(raw, "b").any()
    assert "count as empty because nothing reaches 128: 1, b" in read_json(raw / "source.json")["notes"][0]


def test_the_corrected_copy_brings_its_division(fetch_from):
    entries = {"c/meta_data.csv": b"", "c/new_meta_data.csv": b""}
    for part, seed in (("train", 0), ("val", 10), ("test", 20)):
        name = f"CFD_{seed}"
        for folder, content in (("img_dir", photo(seed, ".png")), ("ann_dir", mask(seed, white=1))):
            entries[f"c/{folder}/{part}/{name}.png"] = content
        entries |= {f"c/Images/{name}.png": photo(seed, ".png"), f"c/Masks/{name}.png": mask(seed + 1)}
    raw = fetch_from("crackseg9k", entries, variant="corrected")
    assert [split(raw, part) for part in ("train", "val", "test")] == [["CFD_0"], ["CFD_10"], ["CFD_20"]]
    assert ((values(raw, "CFD_10") == 255) == crack(10)).all()  # the corrected masks, not the originals beside them
    assert "correct_crackseg9k" in read_json(raw / "source.json")["address"]


def test_the_corrected_copy_is_fetched_by_hand(tmp_path):
    from hairline.data.sources import create_source

    with pytest.raises(InputError, match=r"fetch https://drive\.google\.com/file/d/1gRJD.* in a browser"):
        create_source("crackseg9k").fetch({"variant": "corrected"}, tmp_path / "raw", dataset="mine")
