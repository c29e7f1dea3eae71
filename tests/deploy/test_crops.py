from pathlib import Path

import numpy as np
import pytest

from hairline.commands import script_parser
from hairline.data.images import read_image
from hairline.deploy import crops
from hairline.errors import InputError

ROOT = Path(__file__).parents[2]
CROP = 128  # of params.yaml
STILL = ["flip=0", "rotate=0", "scale=[1, 1]", "contrast=0", "brightness=0", "channel_gain=0"]
CLEAN = ["blur=0", "noise=0", "jpeg=0"]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    monkeypatch.chdir(ROOT)


def call(prepared, out, *words, augment=()):
    parser = script_parser("")
    crops.add_arguments(parser)
    changes = [word for change in augment for word in ("--augment", change)]
    crops.main(**vars(parser.parse_args([str(prepared), "--out", str(out), *words, *changes])))
    return read_image(out).astype(int)


def test_crops_are_shown_and_below_them_the_same_with_their_masks(prepared, tmp_path, capsys):
    sheet = call(prepared, tmp_path / "crops.jpg", "--count", "5", augment=[*STILL, *CLEAN])
    height, width = sheet.shape[:2]
    assert height % (2 * (CROP + 4)) == 0 and width == 5 * (CROP + 4)
    assert f"5 crops of {CROP} px" in capsys.readouterr().out
    plain, outlined = sheet[: height // 2], sheet[height // 2 :]
    middle = slice(CROP // 2 - 30, CROP // 2 + 30)  # the pictures have 64 px; what reflection adds is ignored
    changed = np.abs(plain - outlined).max(axis=2) > 40
    assert 0 < changed[middle, middle].mean() < 0.5
    rim = plain[2:20, 2:100]
    assert np.abs(outlined[2:20, 2:100] - rim // 2).mean() < 4 and rim.mean() > 20


def test_a_single_value_and_a_profile_are_put_over_the_parameters(prepared, tmp_path, capsys):
    plain = call(prepared, tmp_path / "plain.jpg", "--count", "3", augment=[*STILL, *CLEAN])
    stained = call(prepared, tmp_path / "stained.jpg", "--count", "3", augment=[*STILL, *CLEAN, "stains=1"])
    assert plain.shape == stained.shape and plain.mean() - stained.mean() > 2
    call(prepared, tmp_path / "large.jpg", "--count", "1", "--profile", "deepcrack")
    assert "1 crop of 256 px" in capsys.readouterr().out


def test_a_seed_repeats_the_picture_and_more_crops_than_samples_go_on(prepared, tmp_path):
    one, again, other = (
        call(prepared, tmp_path / f"{name}.jpg", "--count", "30", "--seed", seed)
        for name, seed in (("one", "1"), ("again", "1"), ("other", "2"))
    )
    assert (one == again).all() and not (one == other).all()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--augment", "stain=1"], r"--augment: train\.augment\.stain: unknown key; did you mean stains\?"),
        (["--augment", "stains"], "--augment stains: expected KEY=VALUE, such as stains=0.5"),
        (
            ["--augment", "scale=[0.5"],
            r"--augment scale=\[0\.5: \[0\.5 is no YAML value; expected a number or \[a, b\]",
        ),
        (["--augment", "stains=2"], r"train\.augment\.stains: input should be less than or equal to 1, got 2"),
        (["--count", "0"], "--count is 0; expected at least 1"),
        (["--out", "crops.bmp"], r"--out is crops\.bmp; expected a name that ends in \.jpg"),
        (["--profile", "nosuch"], "no profile nosuch in profiles/"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(prepared, tmp_path, words, line):
    with pytest.raises(InputError, match=line):
        call(prepared, tmp_path / "crops.jpg", *words)
    assert not list(tmp_path.glob("*.jpg"))
