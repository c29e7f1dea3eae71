import json

import pytest

from hairline.methods.speed import measure_speed
from tests.methods.runs import save_random_run


@pytest.fixture
def latency(params):
    return params.evaluate.latency.model_copy(update={"size": 32, "warmup": 1, "runs": 2})


def test_each_engine_is_timed_in_the_order_asked(latency, tmp_path):
    asked = latency.model_copy(update={"engines": ["openvino", "torch"]})
    measure_speed(save_random_run(tmp_path / "run"), tmp_path / "out", params=asked)
    speed = json.loads((tmp_path / "out/speed.json").read_text())
    assert [engine["name"] for engine in speed["engines"]] == ["openvino", "torch"]
    assert all(engine["median_ms"] > 0 for engine in speed["engines"])
    assert (speed["size"], speed["runs"]) == (32, 2)


def test_networks_of_one_shape_are_timed_once_whatever_they_learned(latency, tmp_path):
    one = latency.model_copy(update={"engines": ["torch"]})
    found = []
    for seed in (0, 1):
        measure_speed(save_random_run(tmp_path / f"run-{seed}", seed=seed), tmp_path / f"out-{seed}", params=one)
        found.append((tmp_path / f"out-{seed}/speed.json").read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("changed", ["shape", "how"])
def test_another_shape_or_another_way_to_time_is_timed_anew(latency, tmp_path, changed):
    one = latency.model_copy(update={"engines": ["torch"]})
    measure_speed(save_random_run(tmp_path / "run"), tmp_path / "out", params=one)
    other = save_random_run(tmp_path / "other", width=6 if changed == "shape" else 4)
    measure_speed(other, tmp_path / "again", params=one.model_copy(update={"warmup": 0}) if changed == "how" else one)
    first, again = (json.loads((tmp_path / f"{name}/speed.json").read_text())["engines"] for name in ("out", "again"))
    assert first[0]["median_ms"] != again[0]["median_ms"]


def test_the_wait_is_announced_once(latency, tmp_path, capsys):
    for seed in (0, 1):
        measure_speed(save_random_run(tmp_path / f"run-{seed}", seed=seed), tmp_path / f"out-{seed}", params=latency)
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("time ")]
    assert told == [f"time run-0: 3 answers at 32 px by each of {', '.join(latency.engines)}"]
