import numpy as np
import pytest

from hairline.commands import script_parser
from hairline.data.images import PictureError, read_image
from hairline.deploy import explain
from hairline.deploy.pictures.heat import draw_heat, draw_heat_sheet
from hairline.deploy.region import Region, read_region
from hairline.errors import InputError
from tests.deploy.photographs import make_run, pixels, save


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "net", thresholds=[0.495])


@pytest.fixture
def photo(tmp_path):
    return save(tmp_path / "photos/a.png", pixels(90, 120))


def call(*words):
    parser = script_parser("")
    explain.add_arguments(parser)
    explain.main(**vars(parser.parse_args([*map(str, words), "--threads", "1", "--device", "cpu"])))


def test_a_sheet_shows_the_photograph_and_a_map_a_layer(run, photo, tmp_path, capsys):
    call(run, photo, "--out", tmp_path / "few", "--layers", "h.body,x.body")
    call(run, photo, "--out", tmp_path / "many", "--layers", "h.stem, h.body, x.body, y.body, y.up1")
    few, many = (read_image(tmp_path / name / "a.jpg") for name in ("few", "many"))
    assert few.shape[1] > 2 * 320 and many.shape[1] > few.shape[1] + 320
    assert "wrote 1 sheet to" in capsys.readouterr().out


@pytest.mark.parametrize("region", ["predicted", "whole", "10,20,30,40", "0,0,1,1"])
def test_it_may_be_asked_about_any_region(run, photo, tmp_path, region):
    call(run, photo, "--out", tmp_path / "out", "--layers", "h.body", "--region", region)
    assert (tmp_path / "out/a.jpg").exists()


def test_the_region_matters(run, photo, tmp_path):
    for region in ("0,0,20,20", "90,60,20,20"):
        call(run, photo, "--out", tmp_path / region, "--layers", "h.body", "--region", region)
    one, other = (read_image(tmp_path / region / "a.jpg") for region in ("0,0,20,20", "90,60,20,20"))
    assert one.shape == other.shape and (one != other).any()


def test_layers_are_listed_without_a_picture(run, capsys):
    call(run, "--list-layers")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["layer", "channels", "size"] and "shown without --layers" in lines[-1]
    assert any(line.split() == ["*", "h.body", "8", "1/4"] for line in lines)
    assert any(line.split() == ["h.body.0.inner.0", "8", "1/4"] for line in lines)


def test_a_large_photograph_is_made_smaller_first(run, tmp_path):
    save(tmp_path / "in/large.png", pixels(300, 400))
    call(
        run, tmp_path / "in", "--out", tmp_path / "out", "--layers", "h.body", "--largest", "64", "--region", "0,0,9,9"
    )
    assert (tmp_path / "out/large.jpg").exists()
    assert read_region("100,60,50,50").box(0.1, (30, 40), "x") == (slice(6, 11), slice(10, 15))


def test_one_of_several_classes_is_to_be_named(photo, tmp_path):
    run = make_run(tmp_path / "three", classes=("background", "crack", "spalling"))
    with pytest.raises(InputError, match=r"which class is to be explained.*background, crack, spalling"):
        call(run, photo, "--out", tmp_path / "out")
    with pytest.raises(InputError, match="there is no class rust"):
        call(run, photo, "--out", tmp_path / "out", "--class", "rust")
    call(run, photo, "--out", tmp_path / "out", "--class", "spalling", "--layers", "h.body")


def test_what_cannot_work_is_one_clear_line(run, photo, tmp_path):
    out = ("--out", tmp_path / "out")
    with pytest.raises(InputError, match=r"there is no layer h\.bod; did you mean h\.body\? --list-layers tells all"):
        call(run, photo, "--layers", "h.bod", *out)
    with pytest.raises(InputError, match="no picture is named"):
        call(run, *out)
    with pytest.raises(InputError, match="--region is 1,2,3; expected"):
        call(run, photo, "--region", "1,2,3", *out)
    with pytest.raises(InputError, match="its width and height must be at least 1"):
        call(run, photo, "--region", "1,2,3,0", *out)
    with pytest.raises(InputError, match=r"1 of 1 pictures could not be used: .*lies outside the box"):
        call(run, photo, "--region", "500,2,3,4", *out)
    with pytest.raises(InputError, match=r"has no model.json"):
        call(photo.parent, photo, *out)


def test_a_broken_picture_is_named_and_the_others_are_explained(run, photo, tmp_path):
    (photo.parent / "b.png").write_bytes(b"none")
    with pytest.raises(InputError, match=r"1 of 2 pictures could not be used: .*b\.png \(is no picture inside\)"):
        call(run, photo.parent, "--out", tmp_path / "out", "--layers", "h.body")
    assert (tmp_path / "out/a.jpg").exists()


def test_a_sheet_is_not_replaced_unasked(run, photo, tmp_path):
    words = (run, photo, "--out", tmp_path / "out", "--layers", "h.body")
    call(*words)
    with pytest.raises(InputError, match=r"has a\.jpg already"):
        call(*words)
    call(*words, "--overwrite")


def test_a_box_is_never_empty_and_never_beyond_the_picture():
    assert read_region("5,5,1,1").box(0.1, (4, 4), "x") == (slice(0, 1), slice(0, 1))
    assert Region("box", (2, 2, 99, 99)).box(1, (4, 5), "x") == (slice(2, 4), slice(2, 5))
    with pytest.raises(PictureError):
        Region("box", (5, 0, 9, 9)).box(1, (4, 5), "x")


def test_heat_is_dark_at_0_and_bright_at_1_over_a_grey_photograph():
    image = np.full((4, 4, 3), (200, 50, 50), np.uint8)
    heat = np.zeros((4, 4), np.float32)
    heat[0] = 1
    drawn = draw_heat(image, heat).astype(int)
    assert drawn[0].mean() > drawn[1].mean() + 60
    assert np.ptp(drawn[1], axis=1).max() < 6  # grey


def test_a_sheet_holds_every_map_and_a_bar_of_all_colours():
    image = pixels(64, 96)
    heats = {f"layer {number}": np.full((64, 96), number / 6, np.float32) for number in range(7)}
    sheet = draw_heat_sheet(["title"], image, heats, first=("photograph", image))
    assert sheet.shape[0] > 2 * 213 and sheet.shape[1] > 3 * 320
    bar = draw_heat(np.zeros((1, 256, 3), np.uint8), np.linspace(0, 1, 256)[None])[0] / 0.6
    strip = sheet[-60:].reshape(-1, 3).astype(int)
    for colour in bar[[20, 128, 250]]:
        assert np.abs(strip - colour).sum(axis=1).min() < 15
