from unicodedata import normalize

import cv2
import numpy as np
import pytest

from hairline.data.preparing.prepare import prepare
from hairline.errors import InputError
from hairline.io import read_json
from tests.data.sources.published import crack, encoded, folder_of, mask, photo, saved, split, stems, values, zip_of


def published(top="DeepCrack/", numbers=(1, 2, 3)):
    """Both parts use the same names, for different pictures."""
    entries = {f"{top}README.md": b"read me", "__MACOSX/DeepCrack/train_img/._11289-1.jpg": b"\x00\x05\x16\x07"}
    for part, seed in (("train", 0), ("test", 50)):
        for number in numbers:
            entries[f"{top}{part}_img/11289-{number}.jpg"] = photo(seed + number)
            entries[f"{top}{part}_lab/11289-{number}.png"] = mask(seed + number)
    return entries


@pytest.mark.parametrize("top", ["", "DeepCrack/", "a/b/"])
def test_the_published_archive_becomes_the_raw_form(fetch_from, top):
    entries = published(top)
    raw = fetch_from("deepcrack", entries)
    assert stems(raw) == stems(raw, "masks") == sorted(split(raw, "train") + split(raw, "test"))
    assert split(raw, "test") == ["test_11289-1", "test_11289-2", "test_11289-3"]
    assert (raw / "images" / "test_11289-1.jpg").read_bytes() == entries[f"{top}test_img/11289-1.jpg"]
    assert ((values(raw, "test_11289-1") == 255) == crack(51)).all()
    assert ((values(raw, "train_11289-1") == 255) == crack(1)).all()
    assert read_json(raw / "classes.json") == {"classes": {"0": "background", "255": "crack"}}


def test_the_raw_form_can_be_prepared(fetch_from, split_params, tmp_path):
    raw = fetch_from("deepcrack", published(numbers=range(1, 9)))
    prepare(raw, tmp_path / "prepared", split_params, report=tmp_path / "report.md", page=tmp_path / "report.html")
    assert "non-commercial research" in (tmp_path / "report.md").read_text()


def test_source_json_says_on_which_terms_and_from_which_archive(fetch_from, capsys):
    raw = fetch_from("deepcrack", published())
    told = read_json(raw / "source.json")
    assert told["address"] == "https://github.com/yhlleo/DeepCrack" and told["archive"].startswith("set-")
    assert "non-commercial" in told["licence"] and "Neurocomputing" in told["citation"] and told["notes"] == []
    printed = capsys.readouterr().err
    assert len(told["sha256"]) == 64 and f"put `sha256: {told['sha256']}`" in printed
    assert printed.count(told["licence"]) == printed.count(told["citation"]) == printed.count(told["address"]) == 1
    assert str(raw.parents[1]) not in (raw / "source.json").read_text()


def test_fetching_twice_gives_equal_bytes(fetch_from):
    def content(raw):
        return {path.relative_to(raw): path.read_bytes() for path in raw.rglob("*") if path.is_file()}

    first = content(fetch_from("deepcrack", published()))
    assert content(fetch_from("deepcrack", published())) == first


def test_all_kinds_of_exact_masks_are_read(fetch_from):
    entries, truth = published(numbers=range(1, 7)), crack(1)
    white = np.where(truth, np.uint8(255), np.uint8(0))
    for number, content in enumerate(
        (
            saved(truth),  # 1 bit
            saved(np.dstack([white, white, white, np.full_like(white, 255)])),  # transparent
            saved(np.dstack([white, white, white])),
            saved(truth.astype(np.uint8)),  # 0 and 1
        ),
        start=1,
    ):
        entries[f"DeepCrack/train_lab/11289-{number}.png"] = content
    entries["DeepCrack/train_lab/11289-5.PNG"] = entries.pop("DeepCrack/train_lab/11289-5.png")
    _, bitmap = cv2.imencode(".bmp", white)
    del entries["DeepCrack/train_lab/11289-6.png"]
    entries["DeepCrack/train_lab/11289-6.bmp"] = bitmap.tobytes()
    raw = fetch_from("deepcrack", entries)
    for number in (1, 2, 3, 4, 6):
        assert np.array_equal(values(raw, f"train_11289-{number}") == 255, truth), number
        assert set(np.unique(values(raw, f"train_11289-{number}"))) == {0, 255}
    (note,) = read_json(raw / "source.json")["notes"]
    assert note == "masks of 0 and 1, in which 1 was taken for crack: 1, train_11289-4"


def test_masks_with_soft_edges_are_refused_unless_a_threshold_is_given(fetch_from):
    entries = published()
    soft = np.full((40, 50), 100, np.uint8)
    soft[:, :9] = 200
    entries["DeepCrack/test_lab/11289-1.png"] = saved(soft)
    with pytest.raises(InputError, match=r"11289-1\.png 2000 pixels between black and white, of 100 to 200: .*thresho"):
        fetch_from("deepcrack", entries)
    raw = fetch_from("deepcrack", entries, threshold=128)
    assert ((values(raw, "test_11289-1") == 255) == (soft == 200)).all()
    raw = fetch_from("deepcrack", entries, threshold=250)
    assert "masks that are not black, yet count as empty because nothing reaches 250: 1, test_11289-1" in str(
        read_json(raw / "source.json")["notes"]
    )


def test_exchanged_black_and_white_is_noticed_and_can_be_inverted(fetch_from, capsys):
    entries = published()
    for name in [name for name in entries if "_lab" in name]:
        seed = int(name[-5]) + (50 if "test" in name else 0)
        entries[name] = saved(np.where(crack(seed), np.uint8(0), np.uint8(255)))
    fetch_from("deepcrack", entries)
    assert "warning: deepcrack: masks with more than half crack; if black and white" in capsys.readouterr().err
    raw = fetch_from("deepcrack", entries, invert=True)
    assert ((values(raw, "test_11289-1") == 255) == crack(51)).all()
    assert read_json(raw / "source.json")["notes"] == []


def test_all_misfits_are_listed_at_once_or_left_out(fetch_from):
    entries = published(numbers=range(1, 6))
    del entries["DeepCrack/train_lab/11289-1.png"], entries["DeepCrack/test_img/11289-2.jpg"]
    entries["DeepCrack/train_img/11289-3.png"] = photo(99, ".png")
    entries["DeepCrack/train_lab/11289-4.png"] = saved(np.zeros((9, 7), bool))
    with pytest.raises(InputError) as error:
        fetch_from("deepcrack", entries)
    advice = "mend the archive, or set the option `unpaired: skip` to leave such out"
    for fault in (
        "3 faults",
        f"DeepCrack/train_img/11289-1.jpg: an image without a mask: {advice}",
        f"DeepCrack/test_lab/11289-2.png: a mask without an image: {advice}",
        f"DeepCrack/train_img/11289-3.jpg and DeepCrack/train_img/11289-3.png: a name used twice: {advice}",
    ):
        assert fault in str(error.value)
    assert "\n" not in str(error.value)

    raw = fetch_from("deepcrack", entries, unpaired="skip")
    assert stems(raw) == stems(raw, "masks") == sorted(split(raw, "train") + split(raw, "test"))
    assert split(raw, "train") == ["train_11289-2", "train_11289-5"]
    notes = read_json(raw / "source.json")["notes"]
    assert "left out, a mask of 7 x 9 for an image of 50 x 40: 1, DeepCrack/train_lab/11289-4.png" in notes
    assert len(notes) == 4


def test_a_broken_picture_is_refused_even_when_misfits_are_skipped(fetch_from):
    entries = published()
    entries["DeepCrack/train_img/11289-1.jpg"] = entries["DeepCrack/train_img/11289-1.jpg"][:300]
    with pytest.raises(InputError, match=r"11289-1\.jpg cannot be decoded"):
        fetch_from("deepcrack", entries, unpaired="skip")


def test_a_set_without_a_crack_is_not_believed(fetch_from):
    black = {name: saved(np.zeros((40, 50), bool)) if "_lab" in name else c for name, c in published().items()}
    with pytest.raises(InputError, match="no mask has a single pixel of a class"):
        fetch_from("deepcrack", black)


def test_an_unpacked_folder_will_do_and_stays_as_it_is(fetch_from, tmp_path):
    folder = folder_of(tmp_path / "mine", published())
    before = sorted(folder.rglob("*"))
    raw = fetch_from("deepcrack", folder)
    assert len(stems(raw)) == 6 and sorted(folder.rglob("*")) == before
    assert read_json(raw / "source.json")["sha256"] == "" and read_json(raw / "source.json")["archive"] == "mine"
    with pytest.raises(InputError, match="a folder has no SHA-256"):
        fetch_from("deepcrack", folder, sha256="0" * 64)


def test_another_archive_of_the_same_name_is_noticed(fetch_from, tmp_path):
    digest = read_json(fetch_from("deepcrack", zip_of(tmp_path / "one.zip", published())) / "source.json")["sha256"]
    with pytest.raises(InputError, match=r"when deepcrack/one\.zip was first used it was"):
        fetch_from("deepcrack", zip_of(tmp_path / "one.zip", published(numbers=(1, 2))))
    fetch_from("deepcrack", zip_of(tmp_path / "two.zip", published()), sha256=digest)
    with pytest.raises(InputError, match="the option `sha256` says 000"):
        fetch_from("deepcrack", tmp_path / "two.zip", sha256="0" * 64)


def test_a_bad_archive_is_not_remembered(fetch_from, tmp_path):
    with pytest.raises(InputError, match="expected train_img/"):
        fetch_from("deepcrack", zip_of(tmp_path / "one.zip", {"a.jpg": photo(1)}))
    fetch_from("deepcrack", zip_of(tmp_path / "one.zip", published()))


def test_an_archive_of_something_else_is_told_by_what_it_holds(fetch_from, tmp_path):
    with pytest.raises(InputError, match=r"expected train_img/, found images \(1 files\); .*`source: folder`"):
        fetch_from("deepcrack", {"images/a.jpg": photo(1), "masks.txt/readme.md": b""})
    with pytest.raises(
        InputError, match=r"2 folders could be meant \(one/train_img, two/train_img\); remove all but one"
    ):
        fetch_from("deepcrack", published("one/") | published("two/"))
    with pytest.raises(InputError, match=r"no such archive or folder; fetch https://github\.com"):
        fetch_from("deepcrack", tmp_path / "missing.zip")


def test_nothing_is_left_of_what_was_unpacked(fetch_from, tmp_path):
    fetch_from("deepcrack", published())
    with pytest.raises(InputError):
        fetch_from("deepcrack", zip_of(tmp_path / "bad.zip", {"train_img/a.jpg": photo(1)}))
    assert not list((tmp_path / "root" / ".work" / "unpacked").iterdir())


def test_a_relative_archive_starts_at_the_checkout(fetch_from, tmp_path, monkeypatch):
    (tmp_path / "root").mkdir()
    zip_of(tmp_path / "root" / "mine.zip", published())
    from pathlib import Path

    assert stems(fetch_from("deepcrack", Path("mine.zip")))
    monkeypatch.setenv("HOME", str(tmp_path / "root"))
    assert stems(fetch_from("deepcrack", Path("~/mine.zip")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sha256": "abc"}, r"datasets\.mine\.options\.sha256: "),
        ({"unpaired": "maybe"}, r"datasets\.mine\.options\.unpaired: "),
        ({"achive": "x"}, r"datasets\.mine\.options\.achive: unknown key; did you mean archive"),
    ],
)
def test_wrong_options_are_refused_by_key(fetch_from, options, message):
    with pytest.raises(InputError, match=message):
        fetch_from("deepcrack", published(), **options)


@pytest.mark.parametrize("threshold", [0, 128])
@pytest.mark.parametrize("white", [255, 1])
def test_masks_of_16_bits_are_read_as_those_of_8_are(fetch_from, threshold, white):
    entries = published()
    entries["DeepCrack/train_lab/11289-1.png"] = encoded(crack(1).astype(np.uint16) * white)
    raw = fetch_from("deepcrack", entries, threshold=threshold)
    assert ((values(raw, "train_11289-1") == 255) == crack(1)).all()


def test_faulty_pictures_are_named_with_all_folders_since_both_parts_use_the_same_names(fetch_from):
    entries = published()
    drawn = crack(1).astype(np.uint8) * 255
    entries["DeepCrack/train_lab/11289-1.png"] = saved(np.dstack([np.zeros_like(drawn)] * 3 + [drawn]))
    entries["DeepCrack/test_lab/11289-1.png"] = b"no picture"
    entries["DeepCrack/train_img/11289-2.jpg"] = b""
    with pytest.raises(InputError) as error:
        fetch_from("deepcrack", entries)
    for fault in (
        "DeepCrack/train_lab/11289-1.png has one colour only, and what is drawn lies in its transparency or palette",
        "DeepCrack/test_lab/11289-1.png is no picture inside",
        "DeepCrack/train_img/11289-2.jpg is empty",
    ):
        assert fault in str(error.value)


def test_names_that_are_not_utf8_are_refused_with_all_other_faults(fetch_from, tmp_path):
    folder = folder_of(tmp_path / "mine", published())
    latin = b"ri\xdf".decode(errors="surrogateescape")
    (folder / "DeepCrack/train_img/11289-1.jpg").rename(folder / f"DeepCrack/train_img/{latin}.jpg")
    (folder / "DeepCrack/train_lab/11289-1.png").rename(folder / f"DeepCrack/train_lab/{latin}.png")
    (folder / "DeepCrack/test_img/11289-2.jpg").unlink()
    (folder / "DeepCrack/test_lab/11289-2.png").rename(folder / f"DeepCrack/test_lab/{latin}.png")
    with pytest.raises(InputError) as error:
        fetch_from("deepcrack", folder)
    assert r"train_img/ri\udcdf.jpg: a name that is not UTF-8: rename it" in str(error.value)
    assert r"test_lab/ri\udcdf.png: a mask without an image" in str(error.value)
    (folder / f"DeepCrack/train_img/{latin}.jpg").unlink()
    raw = fetch_from("deepcrack", folder, unpaired="skip")
    assert any(r"train_lab/ri\udcdf.png" in note for note in read_json(raw / "source.json")["notes"])


def test_an_image_and_a_mask_whose_names_look_equal_belong_together(fetch_from, tmp_path):
    folder, plain = folder_of(tmp_path / "mine", published()), normalize("NFC", "brücke")
    (folder / "DeepCrack/train_img/11289-1.jpg").rename(folder / f"DeepCrack/train_img/{normalize('NFD', plain)}.jpg")
    (folder / "DeepCrack/train_lab/11289-1.png").rename(folder / f"DeepCrack/train_lab/{plain}.png")
    raw = fetch_from("deepcrack", folder)
    assert f"train_{plain}" in stems(raw) and f"train_{plain}" in stems(raw, "masks")


def test_an_unpacked_folder_may_be_made_of_links_even_in_a_circle(fetch_from, tmp_path):
    real, folder = folder_of(tmp_path / "real", published("")), tmp_path / "mine"
    folder.mkdir()
    for name in ("train_img", "train_lab", "test_img", "test_lab"):
        (folder / name).symlink_to(real / name)
    (real / "train_img" / "back").symlink_to(folder)
    (real / "test_img" / "aside").symlink_to(real / "test_lab")
    (real / "test_lab" / "aside").symlink_to(real / "test_img")
    assert len(stems(fetch_from("deepcrack", folder))) == 6
