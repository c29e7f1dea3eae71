import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairline.data.loading.soft_labels import ERROR_BOUND, SoftLabels, SoftLabelWriter, decode, join_soft_labels
from hairline.errors import InputError
from tests.data.conftest import make_sample

EPSILON = 1e-6
HEADS = ["mix", "h"]


def probabilities(seed: int, heads: int = 2, classes: int = 2, height: int = 4, width: int = 6) -> np.ndarray:
    raw = np.random.default_rng(seed).exponential(size=(heads, classes, height, width))
    return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)


def write(folder, content: dict[str, np.ndarray], *, storage="uint8", heads=HEADS, temperature=10):
    classes = next(iter(content.values())).shape[1] if content else 2
    with SoftLabelWriter(folder, heads=heads, classes=classes, storage=storage, temperature=temperature) as writer:
        for id, probability in content.items():
            writer.add(id, probability)
    return SoftLabels(folder)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    seed=st.integers(0, 10_000),
    heads=st.integers(1, 3),
    classes=st.integers(2, 4),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    storage=st.sampled_from(["uint8", "float16"]),
)
def test_a_round_trip_stays_within_the_stated_error(tmp_path, seed, heads, classes, height, width, storage):
    original = probabilities(seed, heads, classes, height, width)
    labels = write(tmp_path / "l", {"a": original}, storage=storage, heads=[f"h{number}" for number in range(heads)])
    planes = labels.read("a")
    assert planes.shape == (heads, classes - 1, height, width) and planes.dtype == storage
    restored = decode(planes)
    assert restored.shape == original.shape and restored.dtype == np.float32
    error = np.abs(restored - original)
    assert error[:, 1:].max() <= ERROR_BOUND[storage] + EPSILON
    assert error[:, 0].max() <= (classes - 1) * ERROR_BOUND[storage] + EPSILON


def test_the_stated_errors_are_those_that_params_promise():
    assert ERROR_BOUND["uint8"] == 1 / 510 and ERROR_BOUND["float16"] < 2.5e-4


@pytest.mark.parametrize("storage", ["uint8", "float16"])
def test_certainty_is_kept_exactly(tmp_path, storage):
    certain = np.zeros((2, 2, 1, 2), np.float32)
    certain[:, 0, 0, 0] = certain[:, 1, 0, 1] = 1
    assert (decode(write(tmp_path / "l", {"a": certain}, storage=storage).read("a")) == certain).all()


def test_decoded_probabilities_are_never_negative():
    planes = np.full((1, 3, 1, 1), 86, np.uint8)  # three thirds, each rounded up
    assert decode(planes)[0, 0, 0, 0] == 0


def test_samples_of_different_sizes_are_found_by_id(tmp_path):
    content = {"b": probabilities(0), "a": probabilities(1, height=9, width=3), "c": probabilities(2)}
    labels = write(tmp_path / "l", content)
    assert (labels.ids, labels.heads, labels.classes) == (["b", "a", "c"], HEADS, 2)
    assert (labels.temperature, labels.storage) == (10, "uint8")
    for id, original in content.items():
        assert np.abs(decode(labels.read(id)) - original).max() <= ERROR_BOUND["uint8"] + EPSILON


def test_writing_twice_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write(tmp_path / name, {"a": probabilities(0), "b": probabilities(1)})
    for file in ("planes.bin", "index.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    with (
        pytest.raises(RuntimeError),
        SoftLabelWriter(tmp_path / "l", heads=HEADS, classes=2, storage="uint8", temperature=10) as writer,
    ):
        writer.add("a", probabilities(0))
        raise RuntimeError("the teacher fell over")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_visible_before_close(tmp_path):
    writer = SoftLabelWriter(tmp_path / "l", heads=HEADS, classes=2, storage="uint8", temperature=10)
    writer.add("a", probabilities(0))
    assert not (tmp_path / "l").exists()
    writer.close()
    assert SoftLabels(tmp_path / "l").ids == ["a"]


@pytest.mark.parametrize("value", [np.nan, 1.5, -0.5])
def test_values_that_are_no_probabilities_are_refused(tmp_path, value):
    wrong = probabilities(0)
    wrong[0, 1, 2, 3] = value
    with pytest.raises(InputError, match="soft label of a: holds values that are no probabilities"):
        write(tmp_path / "l", {"a": wrong})


def test_a_wrong_shape_or_a_second_time_is_our_own_fault(tmp_path):
    with pytest.raises(AssertionError, match="expected"):
        write(tmp_path / "l", {"a": probabilities(0, heads=3)})
    with (
        pytest.raises(AssertionError, match="a twice"),
        SoftLabelWriter(tmp_path / "m", heads=HEADS, classes=2, storage="uint8", temperature=10) as writer,
    ):
        writer.add("a", probabilities(0))
        writer.add("a", probabilities(0))


def test_labels_must_know_every_sample_at_its_size(tmp_path):
    labels = write(tmp_path / "l", {"a": probabilities(0, height=40, width=50)})
    labels.check([make_sample("a")])
    with pytest.raises(InputError, match="no soft label of 'b'; run the soften stage"):
        labels.check([make_sample("a"), make_sample("b")])
    with pytest.raises(InputError, match="of 'a' is 50 x 40, the image 50 x 41"):
        labels.check([make_sample("a", height=41)])
    with pytest.raises(InputError, match="no soft label of 'b'"):
        labels.read("b")


def test_a_cut_or_missing_file_is_refused(tmp_path):
    write(tmp_path / "l", {"a": probabilities(0)})
    planes = tmp_path / "l" / "planes.bin"
    planes.write_bytes(planes.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"planes\.bin: 47 bytes, its index expects 48; run the soften stage"):
        SoftLabels(tmp_path / "l")
    planes.unlink()
    with pytest.raises(InputError, match="0 bytes, its index expects 48"):
        SoftLabels(tmp_path / "l")
    with pytest.raises(InputError, match="no such file"):
        SoftLabels(tmp_path / "none")


@pytest.mark.parametrize("text", ["[]", "{}", '{"storage": "uint4"}'])
def test_another_json_file_is_not_taken_for_an_index(tmp_path, text):
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(InputError, match=r"index\.json: not an index of soft labels"):
        SoftLabels(tmp_path)


def test_parts_of_several_processes_join_to_the_same_bytes_as_one(tmp_path):
    content = {id: probabilities(number) for number, id in enumerate("abcde")}
    write(tmp_path / "whole", content)
    for world in (1, 2, 3, 7):
        parts = []
        for rank in range(world):
            own = dict(list(content.items())[rank::world])
            write(tmp_path / f"{world}-{rank}", own)
            parts.append(tmp_path / f"{world}-{rank}")
        join_soft_labels(parts, tmp_path / f"joined-{world}")
        for file in ("planes.bin", "index.json"):
            joined = (tmp_path / f"joined-{world}" / file).read_bytes()
            assert joined == (tmp_path / "whole" / file).read_bytes()


def test_parts_that_overlap_are_our_own_fault(tmp_path):
    write(tmp_path / "one", {"a": probabilities(0)})
    write(tmp_path / "two", {"a": probabilities(0)})
    with pytest.raises(AssertionError, match="in two parts"):
        join_soft_labels([tmp_path / "one", tmp_path / "two"], tmp_path / "out")
