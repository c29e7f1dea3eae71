import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hairline import io
from hairline.commands import script_parser
from hairline.data.images import read_image
from hairline.data.masks import read_mask
from hairline.data.sources.folder import FolderOptions, folder
from hairline.deploy import predict
from hairline.deploy.pictures.colours import class_colours
from hairline.engine import load_run, predict_probabilities
from hairline.errors import InputError
from hairline.methods.scoring import decide
from tests.deploy.photographs import make_run, pixels, save

ROOT = Path(__file__).parents[2]
DEFECTS = ("background", "crack", "spalling", "corrosion", "vegetation", "efflorescence", "control point")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "net", thresholds=[0.495])


@pytest.fixture
def photos(tmp_path):
    for seed, name in enumerate(("b.png", "a.png", "deeper/c.png")):
        save(tmp_path / "photos" / name, pixels(seed=seed))
    return tmp_path / "photos"


def call(*words):
    parser = script_parser("")
    predict.add_arguments(parser)
    predict.main(**vars(parser.parse_args([*map(str, words), "--threads", "1", "--device", "cpu"])))


def expected_ids(run, path, *, thresholds=None, views=False):
    network = load_run(run)
    model = network.as_used if views else network.model
    images = torch.from_numpy(read_image(path))[None]
    probability = predict_probabilities(model, images, normalisation="standardise", precision="fp32")
    return decide(probability[0].numpy(), thresholds or network.card.thresholds)


def rows(out):
    return io.read_csv(out / "predictions.csv")


def test_a_mask_holds_what_the_network_says_at_its_saved_threshold(run, photos, tmp_path):
    call(run, photos, "--mode", "save_mask", "--out", tmp_path / "out")
    for name in ("a", "b"):
        ids = read_mask(tmp_path / "out/masks" / f"{name}.png", classes=2)
        assert (ids == expected_ids(run, photos / f"{name}.png")).all() and 0 < ids.mean() < 1
    assert (tmp_path / "out/masks/c.png").exists()


def test_another_threshold_moves_the_line(run, photos, tmp_path):
    call(run, photos / "a.png", "--mode", "save_mask", "--out", tmp_path / "out", "--threshold", "0.5")
    ids = read_mask(tmp_path / "out/masks/a.png", classes=2)
    assert (ids == expected_ids(run, photos / "a.png", thresholds=[0.5])).all()
    assert (ids != expected_ids(run, photos / "a.png")).any()


def test_saved_views_are_used_unless_they_are_waived(photos, tmp_path):
    run = make_run(tmp_path / "many", thresholds=[0.495], views={"scales": [0.5, 1.0], "mirror": True})
    for flag, views in (("--views", True), ("--no-views", False)):
        call(run, photos / "a.png", "--mode", "save_mask", "--out", tmp_path / flag, flag)
        ids = read_mask(tmp_path / flag / "masks/a.png", classes=2)
        assert (ids == expected_ids(run, photos / "a.png", views=views)).all()
    assert rows(tmp_path / "--views")[0]["views"] == "at 0.5 1 mirrored"
    assert rows(tmp_path / "--no-views")[0]["views"] == "one"


def test_masks_beside_their_photographs_are_a_data_set_for_the_source_folder(run, photos, tmp_path):
    call(run, photos, "--mode", "save_mask", "--out", tmp_path / "prelabels")
    (tmp_path / "prelabels/images").mkdir()
    for path in photos.rglob("*.png"):
        shutil.copy(path, tmp_path / "prelabels/images")
    folder(FolderOptions(path=tmp_path / "prelabels"), tmp_path / "raw")
    assert len(list((tmp_path / "raw/masks").iterdir())) == 3
    assert io.read_json(tmp_path / "raw/classes.json") == {"classes": {"0": "background", "1": "crack"}}


def test_colours_are_for_human_eyes(run, photos, tmp_path):
    call(run, photos / "a.png", "--mode", "save_mask", "--colours", "--out", tmp_path / "out")
    ids = read_mask(tmp_path / "out/masks/a.png", classes=2)
    assert (read_image(tmp_path / "out/colours/a.png") == class_colours(2)[ids]).all()
    with pytest.raises(InputError, match="--colours belongs to --mode save_mask"):
        call(run, photos, "--colours", "--out", tmp_path / "other")


@pytest.mark.parametrize("mode", ["side_by_side", "overlay", "contours"])
def test_each_way_to_show_it_keeps_the_whole_photograph_and_adds_a_legend_below(run, photos, tmp_path, mode):
    save(photos / "large.png", pixels(500, 700))
    call(run, photos / "large.png", "--mode", mode, "--out", tmp_path / "out")
    drawn = read_image(tmp_path / "out/large.jpg")
    assert drawn.shape[0] > 510 and drawn.shape[1] >= (1400 if mode == "side_by_side" else 700)
    assert (drawn[505:].reshape(-1, 3).mean(axis=0) > 200).all()


def test_a_row_a_picture_says_how_much_was_found(run, photos, tmp_path):
    call(run, photos, "--out", tmp_path / "out")
    found = rows(tmp_path / "out")
    assert [Path(row["picture"]).name for row in found] == ["a.png", "b.png", "c.png"]
    ids = expected_ids(run, photos / "a.png")
    row = found[0]
    assert (row["output"], row["width"], row["height"], row["mode"]) == ("a.jpg", "60", "40", "side_by_side")
    assert float(row["crack_share"]) == pytest.approx(ids.mean(), abs=1e-6)
    assert float(row["background_share"]) + float(row["crack_share"]) == pytest.approx(1, abs=1e-5)
    assert int(row["crack_pieces"]) >= 1 and row["threshold"] == "0.495"


def test_seven_classes_go_by_the_likeliest(photos, tmp_path):
    run = make_run(tmp_path / "seven", classes=DEFECTS)
    call(run, photos / "a.png", "--mode", "save_mask", "--out", tmp_path / "out")
    ids = read_mask(tmp_path / "out/masks/a.png", classes=7)
    assert len(np.unique(ids)) > 2
    row = rows(tmp_path / "out")[0]
    assert row["threshold"] == "" and float(row["control point_share"]) == pytest.approx((ids == 6).mean(), abs=1e-6)
    with pytest.raises(InputError, match=r"tells 7 classes apart.*leave out --threshold"):
        call(run, photos, "--threshold", "0.5", "--out", tmp_path / "out2")


def test_several_classes_go_by_their_own_thresholds_where_the_network_brings_them(photos, tmp_path):
    run = make_run(tmp_path / "three", classes=DEFECTS[:3], thresholds=[0.3, 0.36])
    call(run, photos / "a.png", "--mode", "save_mask", "--out", tmp_path / "out")
    ids = read_mask(tmp_path / "out/masks/a.png", classes=3)
    assert (ids == expected_ids(run, photos / "a.png")).all()
    assert (ids != expected_ids(run, photos / "a.png", thresholds=[0.5, 0.5])).any()
    assert rows(tmp_path / "out")[0]["threshold"] == "0.3 0.36"
    with pytest.raises(InputError, match=r"tells 3 classes apart, each by its own threshold; leave out --threshold"):
        call(run, photos, "--threshold", "0.5", "--out", tmp_path / "out2")


def test_any_kind_of_picture_is_read_and_turned_as_training_does(run, tmp_path):
    grey = pixels()[..., 0]
    made = {
        "grey": save(tmp_path / "in/grey.png", grey),
        "deep": save(tmp_path / "in/deep.png", grey.astype(np.uint16) * 257),
        "clear": save(tmp_path / "in/clear.png", np.dstack([pixels(), np.full((40, 60), 128, np.uint8)])),
        "turned": tmp_path / "in/turned.jpg",
    }
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels()).save(made["turned"], exif=exif)
    call(run, *made.values(), "--mode", "save_mask", "--out", tmp_path / "out")
    for name, path in made.items():
        ids = read_mask(tmp_path / f"out/masks/{name}.png", classes=2)
        assert (ids == expected_ids(run, path)).all()
    assert read_mask(tmp_path / "out/masks/turned.png", classes=2).shape == (60, 40)


def test_a_big_picture_is_predicted_in_tiles_and_small_ones_are_not(run, photos, tmp_path, capsys):
    save(photos / "big.png", pixels(130, 200))
    for tile in (64, 0):
        call(run, photos, "--mode", "save_mask", "--tile", tile, "--out", tmp_path / str(tile))
    small, big = (
        [read_mask(tmp_path / tile / f"masks/{name}.png", classes=2) for tile in ("64", "0")] for name in ("a", "big")
    )
    assert (small[0] == small[1]).all()
    assert 0.6 < (big[0] == big[1]).mean() < 1  # this network looks at the mean of all it sees


def test_a_broken_picture_is_named_and_the_others_are_done(run, photos, tmp_path, capsys):
    (photos / "a.png").write_bytes((photos / "a.png").read_bytes()[:100])
    (photos / "empty.jpg").touch()
    with pytest.raises(
        InputError, match=r"2 of 4 pictures could not be used: .*a\.png \(cannot be decoded.*empty\.jpg"
    ):
        call(run, photos, "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").glob("*.jpg")) == ["b.jpg", "c.jpg"]
    assert "a.png: cannot be decoded" in capsys.readouterr().err


def test_what_cannot_be_drawn_has_no_row(run, photos, tmp_path):
    save(photos / "wide.png", pixels(2, 40_000))
    with pytest.raises(InputError, match=r"wide\.png \(would be 80\d+ x \d+, too large for a JPEG\)"):
        call(run, photos / "a.png", photos / "wide.png", "--out", tmp_path / "out")
    assert [row["output"] for row in rows(tmp_path / "out")] == ["a.jpg"]


def test_run_again_it_goes_on_where_it_was_stopped(run, photos, tmp_path, capsys):
    out = tmp_path / "out"
    call(run, photos / "a.png", "--out", out)
    (out / "a.jpg").write_bytes(b"kept")
    call(run, photos, "--out", out)
    assert (out / "a.jpg").read_bytes() == b"kept" and (out / "c.jpg").exists()
    assert "wrote 2 of 3" in capsys.readouterr().out
    (out / "b.jpg").unlink()
    call(run, photos, "--out", out)
    assert (out / "b.jpg").exists() and len(rows(out)) == 3
    assert "wrote 1 of 3" in capsys.readouterr().out


def test_results_of_other_settings_or_pictures_are_not_replaced_unasked(run, photos, tmp_path):
    out = tmp_path / "out"
    call(run, photos, "--out", out)
    before = (out / "a.jpg").read_bytes()
    with pytest.raises(InputError, match=r"a\.jpg, b\.jpg, c\.jpg made with threshold 0\.495.*--overwrite"):
        call(run, photos, "--out", out, "--threshold", "0.6")
    save(photos / "a.png", pixels(seed=9))
    with pytest.raises(InputError, match=r"a\.jpg made of .*a\.png, which was another picture"):
        call(run, photos, "--out", out)
    assert (out / "a.jpg").read_bytes() == before
    call(run, photos, "--out", out, "--overwrite")
    assert (out / "a.jpg").read_bytes() != before
    call(run, photos, "--out", out)


def test_files_of_unknown_origin_are_not_replaced(run, photos, tmp_path):
    save(tmp_path / "out/a.jpg", pixels())
    with pytest.raises(InputError, match=r"a\.jpg not in predictions\.csv"):
        call(run, photos, "--out", tmp_path / "out")


def test_what_the_values_of_masks_mean_is_not_changed(run, photos, tmp_path):
    io.write_json(tmp_path / "out/classes.json", {"classes": {"0": "background", "255": "crack"}})
    with pytest.raises(InputError, match="gives the values of masks another meaning"):
        call(run, photos, "--mode", "save_mask", "--out", tmp_path / "out")
    assert not (tmp_path / "out/masks").exists()


def test_another_networks_folder_is_refused(run, photos, tmp_path):
    call(run, photos, "--out", tmp_path / "out")
    seven = make_run(tmp_path / "seven", classes=DEFECTS)
    with pytest.raises(InputError, match="of a network with other classes"):
        call(seven, photos, "--out", tmp_path / "out", "--overwrite")


def test_not_even_overwriting_replaces_a_photograph(run, tmp_path):
    path = save(tmp_path / "photos/a.jpg", pixels())
    before = path.read_bytes()
    with pytest.raises(InputError, match="is one of the pictures itself"):
        call(run, path, "--out", tmp_path / "photos", "--overwrite")
    assert path.read_bytes() == before


def test_two_pictures_of_one_name_get_two_results(run, tmp_path):
    for seed, side in enumerate(("north", "south")):
        save(tmp_path / side / "IMG_1.png", pixels(seed=seed))
    call(run, tmp_path / "north", tmp_path / "south", "--mode", "save_mask", "--out", tmp_path / "out")
    for side in ("north", "south"):
        ids = read_mask(tmp_path / f"out/masks/{side}-IMG_1.png", classes=2)
        assert (ids == expected_ids(run, tmp_path / side / "IMG_1.png")).all()


def test_what_cannot_work_is_one_clear_line(run, photos, tmp_path):
    with pytest.raises(InputError, match=r"photos: has no model\.json, so it is no run folder"):
        call(photos, photos)
    with pytest.raises(InputError, match="none: is no folder"):
        call(tmp_path / "none", photos)
    with pytest.raises(InputError, match=r"--threshold is 1\.5; expected a probability between 0 and 1"):
        call(run, photos, "--threshold", "1.5")
    with pytest.raises(InputError, match="--tile is 10; expected at least 64"):
        call(run, photos, "--tile", "10")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file.*: cannot be written .*choose another --out"):
        call(run, photos, "--out", tmp_path / "file/out")
    with pytest.raises(InputError, match=r"file.*: cannot be written .*choose another --out"):
        call(run, photos, "--out", tmp_path / "file")


def test_nothing_else_is_left_in_the_folder_of_results(run, photos, tmp_path):
    call(run, photos / "a.png", "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.jpg", "predictions.csv"]


def test_two_commands_do_not_write_into_one_folder_at_once(run, photos, tmp_path):
    from filelock import FileLock

    (tmp_path / "out").mkdir()
    with (
        FileLock(tmp_path / "out/.predictions.csv.lock"),
        pytest.raises(InputError, match="another command writes into it"),
    ):
        call(run, photos, "--out", tmp_path / "out")


def test_the_command_ends_with_1_and_one_line_when_a_picture_is_broken(run, photos, tmp_path):
    (photos / "a.png").write_bytes(b"no picture")
    command = [sys.executable, "-m", "hairline", "predict", run, photos, "--out", tmp_path / "out", "--threads", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == f"wrote 2 of 3 to {tmp_path / 'out'}\n"
    assert done.stderr.splitlines()[-1].startswith("error: 1 of 3 pictures could not be used: ")


@pytest.mark.parametrize("command", ["predict", "explain"])
def test_the_help_has_examples_and_needs_no_torch(command):
    code = f"""
import runpy, sys
sys.argv = ["hairline", "{command}", "--help"]
try:
    runpy.run_module("hairline", run_name="__main__")
finally:
    assert not {{"torch", "cv2"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"python -m hairline {command} data/runs/compare/hrsegnet-synthetic-s0-f0 photo.jpg" in done.stdout
