import pytest

from hairline.data.sources import create_source
from hairline.errors import InputError
from tests.data.sources.published import crack, mask, photo, split, stems, values

TOP = "pavement crack datasets/CRACK500/"


def published():
    """Side by side, and a second set of the bundle beside it."""
    entries = {"pavement crack datasets/CFD/cfd_image/001.jpg": photo(90)}
    for part, seed in (("train", 0), ("val", 20), ("test", 40)):
        lines = []
        for number in (1, 2):
            stem = f"20160222_08085{number}_361_{seed}"
            entries[f"{TOP}{part}crop/{stem}.jpg"] = photo(seed + number)
            entries[f"{TOP}{part}crop/{stem}.png"] = mask(seed + number)
            entries[f"{TOP}{part}data/2016022{number}_{seed}.jpg"] = photo(100 + seed + number)
            entries[f"{TOP}{part}data/2016022{number}_{seed}_mask.png"] = mask(100 + seed + number)
            lines.append(f"{part}crop/{stem}.jpg {part}crop/{stem}.png\n")
        entries[f"{TOP}{part}.txt"] = "".join(lines).encode()
    return entries


def test_crops_lie_beside_their_masks(fetch_from):
    raw = fetch_from("crack500", published())
    assert split(raw, "train") == ["20160222_080851_361_0", "20160222_080852_361_0"]
    assert split(raw, "val") == ["20160222_080851_361_20", "20160222_080852_361_20"]
    assert stems(raw) == sorted(split(raw, "train") + split(raw, "val") + split(raw, "test"))
    assert ((values(raw, "20160222_080852_361_40") == 255) == crack(42)).all()


def test_whole_photographs_have_masks_with_an_ending(fetch_from):
    raw = fetch_from("crack500", published(), pictures="whole")
    assert split(raw, "test") == ["20160221_40", "20160222_40"] and len(stems(raw, "masks")) == 6
    assert ((values(raw, "20160221_40") == 255) == crack(141)).all()


def test_a_folder_inside_a_folder_of_the_same_name_is_found(fetch_from):
    nested = {name.replace("traincrop/", "traincrop/traincrop/"): content for name, content in published().items()}
    assert len(split(fetch_from("crack500", nested), "train")) == 2


def test_a_name_used_in_two_parts_needs_the_prefix(fetch_from):
    entries = published()
    entries[f"{TOP}testcrop/20160222_080851_361_0.jpg"] = photo(77)
    entries[f"{TOP}testcrop/20160222_080851_361_0.png"] = mask(77)
    with pytest.raises(InputError, match="a name used twice"):
        fetch_from("crack500", entries)
    raw = fetch_from("crack500", entries, unpaired="skip")
    assert "20160222_080851_361_0" not in stems(raw) and len(stems(raw)) == 5 and len(split(raw, "train")) == 1
    raw = fetch_from("crack500", entries, prefix=True)
    assert "test_20160222_080851_361_0" in split(raw, "test") and "train_20160222_080851_361_0" in split(raw, "train")


def test_nothing_is_downloaded_and_the_way_is_told(tmp_path, capsys):
    with pytest.raises(
        InputError, match=r"crack500 is not downloaded by a program: fetch the bundle .*drive\.google.*--a"
    ):
        create_source("crack500").fetch({}, tmp_path / "raw", dataset="mine")
    printed = capsys.readouterr().err
    assert "crack500: licence: none stated" in printed and "crack500: cite Zhang" in printed
