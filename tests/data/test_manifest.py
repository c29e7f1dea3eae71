import string
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairline.data.manifest import choose_split, read_classes, read_manifest, write_classes, write_manifest
from hairline.errors import InputError
from hairline.io import write_json
from tests.data.conftest import make_sample

NAMES = st.text(string.ascii_letters + string.digits + "-_ .,\"'äß", min_size=1, max_size=12)


@st.composite
def sample_lists(draw):
    ids = draw(st.lists(NAMES, min_size=1, max_size=8, unique=True))
    samples = []
    for id in ids:
        labelled = draw(st.booleans())
        share = float(f"{draw(st.floats(0, 1)):.6g}") if labelled else None
        samples.append(
            make_sample(
                id,
                image=f"images/{id}x.png",
                mask=f"masks/{id}x.png" if labelled else "",
                labelled=labelled,
                crack_share=share,
                split=draw(st.sampled_from(["train", "val", "test"])),
                fold=draw(st.integers(0, 5)),
                group=draw(NAMES),
            )
        )
    return sorted(samples, key=lambda sample: sample.id)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(samples=sample_lists())
def test_what_is_written_is_read_back_equal_from_file_or_folder(tmp_path, samples):
    write_manifest(tmp_path / "manifest.csv", samples)
    assert read_manifest(tmp_path / "manifest.csv") == samples
    assert read_manifest(tmp_path) == samples


def test_the_order_of_samples_does_not_change_the_bytes(tmp_path):
    samples = [make_sample(id) for id in "cab"]
    write_manifest(tmp_path / "one.csv", samples)
    write_manifest(tmp_path / "two.csv", samples[::-1])
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("split", "training", "split is 'training', expected train, val, test"),
        ("labelled", "yes", "labelled is 'yes', expected true or false"),
        ("mask", "", "labelled is true, but mask is ''"),
        ("crack_share", "", "labelled is true, but"),
        ("crack_share", "1.5", "crack_share is 1.5, expected at least 0 and at most 1"),
        ("crack_share", "nan", "crack_share is nan, expected"),
        ("width", "0", "width is 0, expected at least 1"),
        ("height", "tall", "height is 'tall', expected a number"),
        ("fold", "-1", "fold is -1, expected at least 0"),
        ("sha256", "", "sha256 is empty"),
        ("image", "../secret.png", "expected a path inside"),
        ("mask", "/etc/passwd", "expected a path inside"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(tmp_path, column, value, message):
    path = tmp_path / "manifest.csv"
    write_manifest(path, [make_sample("a"), make_sample("b")])
    head, first, second = path.read_text().splitlines()
    cells = dict(zip(head.split(","), second.split(","), strict=True)) | {column: value}
    path.write_text("\n".join([head, first, ",".join(cells.values())]) + "\n")
    with pytest.raises(InputError) as error:
        read_manifest(path)
    assert "manifest.csv, line 3: " in str(error.value)
    assert message in str(error.value) and "run the split stage again" in str(error.value)


def test_a_row_with_too_few_cells_is_refused(tmp_path):
    path = tmp_path / "manifest.csv"
    write_manifest(path, [make_sample("a")])
    path.write_text(path.read_text() + "b,images/b.png\n")
    with pytest.raises(InputError, match="line 3: expected 11 cells"):
        read_manifest(path)


def test_a_missing_column_an_empty_file_and_a_repeated_id_are_refused(tmp_path):
    path = tmp_path / "manifest.csv"
    path.write_text("id,image\na,b\n")
    with pytest.raises(InputError, match="no column 'mask'"):
        read_manifest(path)
    write_manifest(path, [])
    with pytest.raises(InputError, match="no samples"):
        read_manifest(path)
    write_manifest(path, [make_sample("a"), make_sample("a")])
    with pytest.raises(InputError, match="'a' is listed 2 times"):
        read_manifest(path)


def spread(folds: int, *, per_fold: int = 2):
    return [
        make_sample(f"{fold}-{number}", fold=fold, split=["train", "val", "test"][(fold + number) % 3])
        for fold in range(1, folds + 1)
        for number in range(per_fold)
    ]


def test_fold_0_is_the_split_column():
    chosen = choose_split(spread(4), 0)
    assert all(sample.split == split for split, members in chosen.items() for sample in members)
    assert sum(map(len, chosen.values())) == 8


@given(folds=st.integers(3, 8), per_fold=st.integers(1, 4))
def test_over_all_folds_every_sample_is_tested_once_and_validated_once(folds, per_fold):
    samples = spread(folds, per_fold=per_fold)
    chosen = [choose_split(samples, fold) for fold in range(1, folds + 1)]
    for split in ("test", "val"):
        assert sorted(sample.id for one in chosen for sample in one[split]) == sorted(s.id for s in samples)
    for one in chosen:
        assert sorted(s.id for members in one.values() for s in members) == sorted(s.id for s in samples)


def test_the_next_fold_validates_and_after_the_last_comes_the_first():
    samples = spread(3)
    assert {sample.fold for sample in choose_split(samples, 3)["val"]} == {1}
    assert {sample.fold for sample in choose_split(samples, 1)["val"]} == {2}


def test_unlabelled_samples_take_no_part():
    samples = [*spread(3), make_sample("u", labelled=False, mask="", crack_share=None, fold=0)]
    for fold in range(4):
        assert all(sample.id != "u" for members in choose_split(samples, fold).values() for sample in members)


def test_a_fold_that_is_not_there_is_refused():
    for fold in (4, -1):
        with pytest.raises(InputError, match=rf"fold {fold} is not in the manifest, which has 1 to 3"):
            choose_split(spread(3), fold)


def test_two_folds_leave_nobody_to_train_and_an_empty_split_is_refused():
    with pytest.raises(InputError, match=r"no labelled sample for train; cross-validation needs .* 3 or more"):
        choose_split(spread(2), 1)
    with pytest.raises(InputError, match="no labelled sample for val"):
        choose_split([replace(sample, split="train") for sample in spread(3)], 0)


def test_class_names_are_read_back_and_a_raw_file_is_not_taken_for_a_prepared_one(tmp_path):
    write_classes(tmp_path, ["background", "crack"])
    assert read_classes(tmp_path) == ["background", "crack"]
    write_json(tmp_path / "classes.json", {"classes": {"0": "background", "255": "crack"}})
    with pytest.raises(InputError, match=r"classes\.json: expected a list of class names"):
        read_classes(tmp_path)
