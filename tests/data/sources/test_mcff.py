from unicodedata import normalize

import pytest

from hairline.data.preparing.prepare import prepare
from hairline.data.sources import create_source
from hairline.errors import InputError
from tests.data.sources.published import crack, folder_of, mask, photo, split, stems, values


def published(separator=";", parts=("train", "val")):
    entries = {}
    for seed, part in enumerate(parts):
        lines = []
        for number in range(6):
            name, drawn = (
                f"{part}{number}",
                f"{part}{number}_mask",
            )  # the list, not the name, says what belongs together
            entries[f"data/{part}/img/{name}.jpg"] = photo(10 * seed + number)
            entries[f"data/{part}/mask/{drawn}.png"] = mask(10 * seed + number)
            for head in "hxy":
                soft = f"data/{part}/teacher_mask/teacher_label_{head}/label/{name}.png"
                entries[soft] = b"not even a picture"
            lines.append(f"{name}.jpg{separator}{drawn}.png\r\n")
        entries[f"data/{part}.txt"] = "\ufeff".encode() + "".join(lines).encode() + b"\n"
    return entries


@pytest.mark.parametrize("separator", [";", ",", " ; "])
def test_lists_pair_images_with_masks_and_soft_labels_are_left_alone(fetch_from, separator):
    raw = fetch_from("mcff", published(separator))
    assert split(raw, "train") == [f"train{number}" for number in range(6)] and len(split(raw, "val")) == 6
    assert stems(raw) == stems(raw, "masks") and len(stems(raw)) == 12
    assert ((values(raw, "val3") == 255) == crack(13)).all()


def test_val_may_stand_for_the_missing_test(fetch_from, split_params, tmp_path):
    with pytest.raises(InputError, match=r"test\.txt: no such file"):
        prepare(
            fetch_from("mcff", published()),
            tmp_path / "p",
            split_params,
            report=tmp_path / "r.md",
            page=tmp_path / "r.html",
        )
    raw = fetch_from("mcff", published(), val_as_test=True)
    assert len(split(raw, "test")) == 6 and not (raw / "splits" / "val.txt").exists()


def test_lines_and_files_without_each_other_are_misfits(fetch_from, tmp_path):
    entries = published()
    del entries["data/train/img/train0.jpg"]
    entries["data/val/img/stray.jpg"] = photo(99)
    with pytest.raises(InputError) as error:
        fetch_from("mcff", entries)
    for fault in (
        "data/train.txt: a line (train0.jpg;train0_mask.png) that names a missing file",
        "data/val/img/stray.jpg: a file that val.txt does not name",
    ):
        assert fault in str(error.value)
    assert len(stems(fetch_from("mcff", entries, unpaired="skip"))) == 11


def test_a_list_that_leads_elsewhere_finds_nothing(fetch_from, tmp_path):
    entries = published() | {"data/val.txt": b"../train/img/train1.jpg;/etc/passwd\n"}
    with pytest.raises(InputError, match="names a missing file"):
        fetch_from("mcff", folder_of(tmp_path / "mine", entries))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data/train.txt": b"a.jpg\n"}, r"data/train\.txt: 'a\.jpg' is not IMAGE;MASK"),
        ({"data/train.txt": b"\xff\xfe"}, r"data/train\.txt: not a text in UTF-8"),
        ({"data/fold1/train.txt": b"a;b"}, r"2 lists could be meant \(data/fold1/train\.txt, data/train\.txt\)"),
    ],
)
def test_a_broken_list_is_told(fetch_from, changes, message):
    with pytest.raises(InputError, match=message):
        fetch_from("mcff", published() | changes)


def test_without_a_list_of_train_it_is_another_layout(fetch_from):
    with pytest.raises(InputError, match=r"expected train\.txt, found "):
        fetch_from("mcff", published(parts=("val",)))


def test_there_is_nothing_to_download(tmp_path):
    with pytest.raises(InputError, match="there is nothing to fetch; arrange your own pictures in this layout"):
        create_source("mcff").fetch({}, tmp_path / "raw", dataset="mine")


def test_a_list_and_its_files_may_differ_in_how_they_write_an_umlaut(fetch_from):
    plain, apart = normalize("NFC", "brücke"), normalize("NFD", "brücke")
    entries = published() | {f"data/train/img/{apart}.jpg": photo(98), f"data/train/mask/{plain}.png": mask(98)}
    entries["data/train.txt"] += f"{plain}.jpg;{apart}.png\n".encode()
    raw = fetch_from("mcff", entries)
    assert plain in stems(raw) and plain in stems(raw, "masks") and plain in split(raw, "train")
