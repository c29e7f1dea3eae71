import hashlib
from collections import defaultdict

import cv2
import numpy as np
import pytest
from PIL import Image

from hairline.classes import IGNORE
from hairline.config import TileParams
from hairline.data.duplicates import look_at
from hairline.data.images import read_image
from hairline.data.looks import read_looks
from hairline.data.manifest import choose_split, read_classes, read_manifest
from hairline.data.masks import read_mask
from hairline.data.preparing.prepare import prepare
from hairline.errors import InputError
from hairline.io import write_json
from tests.data.conftest import draw_mask, draw_photo


@pytest.fixture
def run(tmp_path, split_params):
    """Prepare a raw folder; its samples by id, and the report's text."""

    def run(raw, **changes):
        params = split_params.model_copy(update=changes)
        prepare(raw, tmp_path / "out", params, report=tmp_path / "report.md", page=tmp_path / "report.html")
        samples = {sample.id: sample for sample in read_manifest(tmp_path / "out")}
        return samples, (tmp_path / "report.md").read_text()

    return run


def write_lists(raw, **lists):
    (raw / "splits").mkdir(exist_ok=True)
    for name, stems in lists.items():
        (raw / "splits" / f"{name}.txt").write_text("\n".join(stems) + "\n")


def stems(*numbers):
    return [f"p{number:02d}" for number in numbers]


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_prepared_set_holds_images_class_ids_classes_and_manifest(make_raw, run, tmp_path):
    samples, _ = run(make_raw(12))
    assert read_classes(tmp_path / "out") == ["background", "crack"]
    for number, (id, sample) in enumerate(sorted(samples.items())):
        assert id == f"p{number:02d}" and (sample.width, sample.height) == (50, 40)
        assert (read_image(tmp_path / "out" / sample.image)[..., ::-1] == draw_photo(number)).all()
        mask = read_mask(tmp_path / "out" / sample.mask, classes=2)
        assert (mask == draw_mask(number)).all()
        assert sample.crack_share == pytest.approx(draw_mask(number).mean(), rel=1e-5)


def test_the_hash_is_that_of_the_image_file_and_the_mask_file(make_raw, run, tmp_path):
    for sample in run(make_raw(12))[0].values():
        both = (tmp_path / "out" / sample.image).read_bytes() + (tmp_path / "out" / sample.mask).read_bytes()
        assert sample.sha256 == hashlib.sha256(both).hexdigest()


def test_splits_and_folds_have_the_sizes_that_were_asked_for(make_raw, run):
    samples, _ = run(make_raw(20))
    chosen = choose_split(list(samples.values()), 0)
    assert {split: len(members) for split, members in chosen.items()} == {"train": 10, "val": 4, "test": 6}
    folds = [len(choose_split(list(samples.values()), fold)["test"]) for fold in (1, 2, 3)]
    assert sorted(folds) == [6, 7, 7]


def test_running_twice_gives_the_same_bytes(make_raw, run, tmp_path):
    raw = make_raw(12)
    first = run(raw)[1], content(tmp_path / "out")
    assert first == (run(raw)[1], content(tmp_path / "out"))


def test_plain_files_keep_their_bytes_and_others_become_upright_rgb_png(make_raw, run, tmp_path):
    raw = make_raw(12)
    exif = Image.Exif()
    exif[0x0112] = 6
    (raw / "images" / "p00.png").unlink()
    cv2.imwrite(str(raw / "images" / "p00.JPG"), draw_photo(0))
    cv2.imwrite(str(raw / "images" / "p01.png"), draw_photo(1)[..., 0])
    Image.fromarray(draw_photo(2, 50, 40)).save(raw / "images" / "p02.png", exif=exif)  # 40 x 50 once upright
    samples, _ = run(raw)
    assert samples["p00"].image == "images/p00.jpg"
    assert (tmp_path / "out/images/p00.jpg").read_bytes() == (raw / "images/p00.JPG").read_bytes()
    assert (read_image(tmp_path / "out/images/p01.png") == draw_photo(1)[..., :1]).all()
    assert (read_image(tmp_path / "out/images/p02.png") == np.rot90(draw_photo(2, 50, 40), -1)).all()


def test_groups_by_pattern_are_never_cut(make_raw, run):
    samples, _ = run(make_raw(24, stem=lambda n: f"road{n // 3}-{n % 3}"), group="^(.+)-")
    for column in ("split", "fold"):
        seen = defaultdict(set)
        for sample in samples.values():
            seen[sample.group].add(getattr(sample, column))
        assert len(seen) == 8 and all(len(values) == 1 for values in seen.values())


def test_exact_and_near_copies_join_one_group_and_are_named(make_raw, run):
    raw = make_raw(12)
    big = cv2.resize(draw_photo(0, 10, 10), (50, 40), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(raw / "images" / "p03.png"), big)
    cv2.imwrite(str(raw / "images" / "p07.png"), big)
    cv2.imwrite(str(raw / "images" / "p11.png"), cv2.convertScaleAbs(big, alpha=0.9, beta=10))
    samples, report = run(raw)
    for column in ("group", "split", "fold"):
        assert len({getattr(samples[id], column) for id in stems(3, 7, 11)}) == 1
    equal, nearly = report.split("## Equal pictures")[1].split("## Nearly equal pictures")
    assert "`p03`" in equal and "`p07`" in equal and "`p11`" not in equal
    assert "`p11`" in nearly and "across splits" not in nearly


def test_own_lists_are_kept_and_a_missing_val_is_cut_from_train(make_raw, run):
    raw = make_raw(12)
    write_lists(raw, train=stems(*range(8)), test=stems(*range(8, 12)))
    samples, report = run(raw, val=0.25)
    assert {id for id, sample in samples.items() if sample.split == "test"} == set(stems(*range(8, 12)))
    assert sum(sample.split == "val" for sample in samples.values()) == 3
    assert "the set's own lists" in report


def test_ours_divides_anew_although_there_are_lists(make_raw, run):
    raw = make_raw(20)
    write_lists(raw, train=stems(*range(18)), val=stems(18), test=stems(19))
    samples, _ = run(raw, lists="ours")
    assert sum(sample.split == "test" for sample in samples.values()) == 6


def test_a_group_that_own_lists_cut_is_warned_of_and_counted(make_raw, run, capsys):
    raw = make_raw(12, stem=lambda n: f"road{n // 2}-{n % 2}")
    ids = sorted(path.stem for path in (raw / "images").iterdir())
    write_lists(raw, train=ids[:7], val=ids[7:9], test=ids[9:])
    _, report = run(raw, group="^(.+)-")
    warning = "the set's own lists put 2 groups (4 images) on both sides of a split"
    assert warning in report and f"warning: out: {warning}" in capsys.readouterr().err


def test_copies_across_own_lists_are_marked_in_the_report(make_raw, run):
    raw = make_raw(12)
    (raw / "images" / "p11.png").write_bytes((raw / "images" / "p00.png").read_bytes())
    write_lists(raw, train=stems(*range(8)), val=stems(8, 9), test=stems(10, 11))
    _, report = run(raw)
    assert "equal pictures on both sides of a split: 1 " in report
    assert "- `p00` train, `p11` test **(across splits)**" in report
    assert "equal pictures carry different masks: p00" in report


def test_a_mask_that_is_mostly_crack_is_warned_of(make_raw, run):
    raw = make_raw(12)
    cv2.imwrite(str(raw / "masks" / "p04.png"), 255 - 255 * draw_mask(0))
    assert "more than half of the mask is crack in 1 images (p04)" in run(raw)[1]


def test_unlabelled_images_go_to_train_and_are_counted(make_raw, run):
    raw = make_raw(13)
    (raw / "masks" / "p12.png").unlink()
    samples, report = run(raw)
    sample = samples["p12"]
    assert (sample.labelled, sample.mask, sample.crack_share, sample.split, sample.fold) == (
        False,
        "",
        None,
        "train",
        0,
    )
    assert "| train | 7 |" in report


def test_an_unlabelled_copy_of_a_test_image_does_not_leak_into_train(make_raw, run):
    raw = make_raw(13)
    (raw / "masks" / "p12.png").unlink()
    for number in range(12):  # whichever is tested, its copy goes along
        (raw / "images" / "p12.png").write_bytes((raw / "images" / f"p{number:02d}.png").read_bytes())
        samples, _ = run(raw)
        assert samples["p12"].split == samples[f"p{number:02d}"].split
        assert samples["p12"].fold == samples[f"p{number:02d}"].fold


def test_255_without_a_class_is_ignored_in_a_multi_class_set(make_raw, run, tmp_path):
    raw = make_raw(12)
    mask = np.zeros((40, 50), np.uint8)
    mask[:10], mask[10:20], mask[20:30] = 7, 9, 255
    for path in (raw / "masks").iterdir():
        cv2.imwrite(str(path), mask)
    write_json(raw / "classes.json", {"classes": {"0": "background", "9": "crack", "7": "pothole"}})
    samples, _ = run(raw)
    ids = read_mask(tmp_path / "out" / samples["p00"].mask, classes=3)
    assert ids[[0, 10, 20, 30], 0].tolist() == [1, 2, IGNORE, 0]
    assert samples["p00"].crack_share == pytest.approx(1 / 3, abs=1e-5)


def test_masks_of_background_and_an_unnamed_255_are_counted_and_named(make_raw, run, capsys):
    raw = make_raw(12)
    for number in range(2, 12):
        cv2.imwrite(str(raw / "masks" / f"p{number:02d}.png"), draw_mask(number) * 7)
    classes = {"0": "background", "7": "crack"}
    write_json(raw / "classes.json", {"classes": classes})
    _, report = run(raw)
    warning = "2 masks hold nothing but background and 255, which classes.json does not name and which was ignored"
    assert f"- {warning} (p00, p01); name 255 there" in report
    assert f"warning: out: {warning}" in capsys.readouterr().err
    assert "nothing drawn" not in report
    write_json(raw / "classes.json", {"classes": classes | {"255": "ignore"}})
    assert "255" not in run(raw)[1]


def test_what_nobody_labelled_is_no_leak(make_raw, run, capsys):
    raw = make_raw(12, stem=lambda n: f"road{n}-0")
    ids = sorted(path.stem for path in (raw / "images").iterdir())
    write_lists(raw, train=ids[:7], val=ids[7:9], test=ids[9:])
    (raw / "images" / "copy-0.png").write_bytes((raw / "images" / f"{ids[9]}.png").read_bytes())
    cv2.imwrite(str(raw / "images" / f"{ids[10].removesuffix('0')}1.png"), draw_photo(99))  # of the same road
    _, report = run(raw, group="^(.+)-")
    assert "both sides of a split" not in report and "across splits" not in report
    assert capsys.readouterr().err == ""


@pytest.fixture
def make_many(make_raw):
    """Of each picture 10 rows crack, 10 rows pothole, 10 rows ignored; the first one has only a pothole."""

    def make():
        raw = make_raw(12)
        mask = np.zeros((40, 50), np.uint8)
        mask[:10], mask[10:20], mask[20:30] = 7, 9, 255
        for path in (raw / "masks").iterdir():
            cv2.imwrite(str(path), mask if path.stem != "p00" else np.where(mask == 9, mask, 0))
        write_json(raw / "classes.json", {"classes": {"0": "background", "7": "crack", "9": "pothole"}})
        return raw

    return make


def test_classes_that_are_not_kept_become_background_everywhere(make_many, run, tmp_path):
    samples, report = run(make_many(), keep=["crack"])
    assert read_classes(tmp_path / "out") == ["background", "crack"]
    ids = read_mask(tmp_path / "out" / samples["p01"].mask, classes=2)
    assert ids[[0, 10, 20, 30], 0].tolist() == [1, 0, IGNORE, 0]
    assert samples["p01"].crack_share == pytest.approx(1 / 3, abs=1e-5) and samples["p00"].crack_share == 0
    assert "classes background, crack." in report and "| pothole |" not in report
    assert "- nothing drawn: 1 (`p00`)" in report  # by what is measured
    assert "- drawn, but background here: pothole" in report


def test_kept_classes_are_prepared_in_the_order_they_are_named(make_many, run, tmp_path):
    samples, report = run(make_many(), keep=["pothole", "crack"], tile=TileParams(side=20, overlap=0))
    assert read_classes(tmp_path / "out") == ["background", "pothole", "crack"]
    ids = read_mask(tmp_path / "out" / samples["p01@1-1"].mask, classes=3)
    assert ids[[0, 10], 0].tolist() == [2, 1]
    assert samples["p01@1-1"].crack_share == 0.5 and samples["p01@2-1"].crack_share == 0
    assert "background here" not in report


def test_without_a_class_called_crack_all_kept_ones_count_as_crack(make_many, run):
    samples, _ = run(make_many(), keep=["pothole"])
    assert samples["p00"].crack_share == 0.25 and samples["p01"].crack_share == pytest.approx(1 / 3, abs=1e-5)


def test_keeping_all_classes_in_their_order_is_keeping_none_in_particular(make_many, run, tmp_path):
    raw = make_many()
    first = run(raw)[1], content(tmp_path / "out")
    assert first == (run(raw, keep=["crack", "pothole"])[1], content(tmp_path / "out"))


def test_a_class_to_keep_that_is_unknown_is_refused_before_anything_is_written(make_many, run, tmp_path):
    with pytest.raises(InputError, match=r"split\.keep names 'hole', which is no class of this set; choose"):
        run(make_many(), keep=["hole"])
    assert not (tmp_path / "out").exists()


def test_the_licence_and_source_stand_in_the_report(make_raw, run):
    raw = make_raw(12)
    write_json(raw / "source.json", {"licence": "CC0", "citation": "Someone 2020", "address": ""})
    _, report = run(raw)
    assert "- licence: CC0\n- citation: Someone 2020\n" in report and "address" not in report


def test_broken_pictures_are_all_named_and_nothing_is_written(make_raw, tmp_path, run):
    raw = make_raw(12)
    (raw / "images" / "p02.png").write_bytes(b"")
    cv2.imwrite(str(raw / "masks" / "p03.png"), draw_mask(0)[:20])
    cv2.imwrite(str(raw / "masks" / "p05.png"), draw_mask(0) * 3)
    with pytest.raises(InputError) as error:
        run(raw)
    assert "3 faults" in str(error.value)
    assert "p02.png is empty" in str(error.value)
    assert "masks/p03.png is 50 x 20, its image 50 x 40" in str(error.value)
    assert "masks/p05.png 40 pixels of value 3" in str(error.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"]


def test_a_failure_leaves_the_previous_result_alone(make_raw, run, tmp_path):
    raw = make_raw(12)
    run(raw)
    before = content(tmp_path / "out")
    (raw / "masks" / "p02.png").write_bytes(b"")
    with pytest.raises(InputError):
        run(raw)
    assert content(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"val": 0}, "split.val is 0; every split needs pictures"),
        ({"test": 0}, "split.test is 0; every split needs pictures"),
        ({"val": 0.5, "test": 0.5}, "leave no picture to train on"),
        ({"folds": 13}, "split.folds is 13, but there are only 12 groups"),
        ({"group": "^(p)", "folds": 2}, "1 group of pictures cannot be divided into 3 parts"),
    ],
)
def test_parameters_that_leave_a_split_empty_are_refused(make_raw, run, changes, message):
    with pytest.raises(InputError, match=message):
        run(make_raw(12), **changes)


def test_own_lists_whose_test_is_all_unlabelled_are_refused(make_raw, run):
    raw = make_raw(12)
    (raw / "masks" / "p11.png").unlink()
    write_lists(raw, train=stems(*range(9)), val=stems(9, 10), test=stems(11))
    with pytest.raises(InputError, match="no labelled picture for test"):
        run(raw)


def test_a_raw_folder_without_classes_is_refused(make_raw, run):
    raw = make_raw(12)
    (raw / "classes.json").unlink()
    with pytest.raises(InputError, match=r"classes\.json: no such file"):
        run(raw)


def test_big_pictures_are_cut_into_tiles_that_stay_together(make_raw, run, tmp_path):
    raw = make_raw(8)
    cv2.imwrite(str(raw / "images" / "p07.png"), draw_photo(7, 20, 18))
    cv2.imwrite(str(raw / "masks" / "p07.png"), 255 * draw_mask(7, 20, 18))
    samples, report = run(raw, tile=TileParams(side=25, overlap=5))
    assert len(samples) == 7 * 2 * 3 + 1
    assert "more than 25 px are cut into tiles" in report
    tile = samples["p02@2-3"]  # rows 15 to 40, columns 25 to 50
    assert (tile.width, tile.height, tile.group) == (25, 25, "p02")
    assert (read_image(tmp_path / "out" / tile.image)[..., ::-1] == draw_photo(2)[15:40, 25:50]).all()
    assert (read_mask(tmp_path / "out" / tile.mask, classes=2) == draw_mask(2)[15:40, 25:50]).all()
    assert tile.crack_share == draw_mask(2)[15:40, 25:50].mean()
    assert (samples["p07"].width, samples["p07"].height) == (18, 20)
    for column in ("group", "split", "fold"):
        for number in range(7):
            assert len({getattr(s, column) for id, s in samples.items() if id.startswith(f"p{number:02d}")}) == 1


def test_own_lists_name_photographs_and_their_tiles_follow(make_raw, run):
    raw = make_raw(12)
    write_lists(raw, train=stems(*range(8)), val=stems(8, 9), test=stems(10, 11))
    samples, _ = run(raw, tile=TileParams(side=30, overlap=0))
    assert {id[:3] for id, sample in samples.items() if sample.split == "test"} == set(stems(10, 11))


def test_copies_of_a_photograph_are_found_although_both_are_cut(make_raw, run):
    raw = make_raw(12)
    (raw / "images" / "p05.png").write_bytes((raw / "images" / "p01.png").read_bytes())
    samples, report = run(raw, tile=TileParams(side=30, overlap=0))
    assert len({sample.group for id, sample in samples.items() if id[:3] in ("p01", "p05")}) == 1
    assert "- `p01@1-1` " in report


def test_a_picture_with_the_name_of_a_tile_is_refused(make_raw, run):
    raw = make_raw(12)
    for kind in ("images", "masks"):
        (raw / kind / "p00@1-2.png").write_bytes((raw / kind / "p01.png").read_bytes())
    run(raw)
    small = draw_photo(3, 20, 20)
    cv2.imwrite(str(raw / "images" / "p00@1-2.png"), small)
    cv2.imwrite(str(raw / "masks" / "p00@1-2.png"), draw_mask(0, 20, 20) * 255)
    with pytest.raises(InputError, match=r"'p00@1-2' is a picture and the name of a tile too"):
        run(raw, tile=TileParams(side=30, overlap=0))


def test_leaking_test_images_are_counted_by_group_and_by_copy(make_raw, run, capsys):
    raw = make_raw(12, stem=lambda n: f"road{n // 2}-{n % 2}")
    ids = sorted(path.stem for path in (raw / "images").iterdir())
    copied = (raw / "images" / f"{ids[0]}.png").read_bytes()
    (raw / "images" / f"{ids[11]}.png").write_bytes(copied)
    write_lists(raw, train=ids[:6], val=ids[6:9], test=ids[9:])
    _, report = run(raw, group="^(.+)-")
    leak = "2 of 3 test images leak from train or val, 1 by group and 1 as copy: road4-1, road5-1"
    assert leak in report
    assert f"warning: out: {leak}" in capsys.readouterr().err


def test_looks_of_all_samples_are_kept_beside_them(make_raw, run, tmp_path):
    samples, _ = run(make_raw(12))
    looks = read_looks(tmp_path / "out")
    assert looks.ids == sorted(samples)
    assert looks.digests[3] == look_at(read_image(tmp_path / "out" / samples["p03"].image)).digest


def test_odd_masks_are_named_in_the_report(make_raw, run):
    raw = make_raw(12)
    cv2.imwrite(str(raw / "masks" / "p04.png"), draw_mask(0) * 0)
    report = run(raw)[1]
    assert "- nothing drawn: 1 (`p04`)" in report


def test_class_names_that_would_break_a_table_do_not(make_raw, run):
    raw = make_raw(12)
    write_json(raw / "classes.json", {"classes": {"0": "background", "255": "a|b"}})
    assert "| a\\|b |" in run(raw)[1]
