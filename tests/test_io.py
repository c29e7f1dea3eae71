import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from hairline import io
from hairline.errors import InputError


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "result.txt"
    io.write_text(path, "old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        io.write_text(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["result.txt"]


def test_a_folder_is_replaced_whole(tmp_path):
    folder = tmp_path / "out"
    with io.replaced_folder(folder) as unfinished:
        (unfinished / "a.txt").write_text("1")
    with io.replaced_folder(folder) as unfinished:
        (unfinished / "b.txt").write_text("2")
    assert [each.name for each in folder.iterdir()] == ["b.txt"]
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_failed_folder_leaves_the_old_one_and_no_rest(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old.txt").write_text("old")

    def fail():
        with io.replaced_folder(folder) as unfinished:
            (unfinished / "new.txt").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (folder / "old.txt").read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_process_left_of_a_folder_goes_when_it_is_written_next(tmp_path):
    process = _writer_of(tmp_path / "out")
    _kill(process)
    assert len(list(tmp_path.glob(".out.*.part"))) == 1
    with io.replaced_folder(tmp_path / "out") as unfinished:
        (unfinished / "a.txt").write_text("1")
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_what_a_living_process_is_writing_stays(tmp_path):
    process = _writer_of(tmp_path / "out")
    try:
        (half,) = tmp_path.glob(".out.*.part")
        with io.replaced_folder(tmp_path / "out"):
            assert (half / "half.txt").read_text() == "half"
        assert (half / "half.txt").read_text() == "half"
    finally:
        _kill(process)


def test_folders_of_other_names_are_not_cleared_away(tmp_path):
    others = [tmp_path / name for name in (".other.abc.part", ".out.abc", "out.abc.part", ".[out].abc.part")]
    for other in others:
        other.mkdir()
    with io.replaced_folder(tmp_path / "out"):
        pass
    assert all(other.is_dir() for other in others)


def test_a_temporary_folder_is_made_again_if_it_was_cleared_away_before_it_was_locked(tmp_path, monkeypatch):
    make, made = tempfile.mkdtemp, []

    def cleared_once(**options):
        made.append(make(**options))
        if len(made) == 1:
            Path(made[0]).rmdir()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", cleared_once)
    with io.temporary_folder(tmp_path, "scratch") as folder:
        assert folder.is_dir()
    assert len(made) == 2
    assert not list(tmp_path.iterdir())


def _writer_of(folder):
    """A process that has begun to write this folder and will not end by itself."""
    code = (
        "import sys, time; from pathlib import Path; from hairline import io\n"
        "with io.replaced_folder(Path(sys.argv[1])) as unfinished:\n"
        "    (unfinished / 'half.txt').write_text('half'); print('begun', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    return process


def _kill(process):
    process.kill()
    process.communicate()


def test_json_is_the_same_bytes_whatever_the_order_and_the_number_type(tmp_path):
    io.write_json(tmp_path / "a.json", {"b": np.float32(0.1), "a": [np.int64(3), float("nan")]})
    io.write_json(tmp_path / "b.json", {"a": (3, None), "b": 0.1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [3, None], "b": 0.1}


def test_csv_comes_back_as_it_was_written(tmp_path):
    rows = [{"id": "a,b", "f1": 0.5, "none": None}, {"id": 'c"d', "f1": 1.0, "none": None}]
    io.write_csv(tmp_path / "rows.csv", rows)
    assert io.read_csv(tmp_path / "rows.csv") == [
        {"id": "a,b", "f1": "0.5", "none": ""},
        {"id": 'c"d', "f1": "1.0", "none": ""},
    ]


@pytest.mark.parametrize("read", [io.read_json, io.read_csv])
def test_a_missing_result_says_what_to_run(tmp_path, read):
    with pytest.raises(InputError, match=r"nothing\.here.*dvc repro"):
        read(tmp_path / "nothing.here")


def test_broken_json_is_named(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(InputError, match=r"broken\.json"):
        io.read_json(tmp_path / "broken.json")


def test_fingerprints_differ_when_a_value_differs_and_only_then():
    assert io.fingerprint({"a": 1, "b": [1, 2]}) == io.fingerprint({"b": [1, 2], "a": 1})
    assert io.fingerprint({"a": 1}) != io.fingerprint({"a": 2})


def test_the_fingerprint_of_code_follows_its_text(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    before = io.code_fingerprint([tmp_path])
    (tmp_path / "a.py").write_text("x = 2")
    assert io.code_fingerprint([tmp_path]) != before


def test_caches_live_in_the_main_checkout_also_when_an_experiment_runs_in_a_copy(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "main"))
    monkeypatch.chdir(tmp_path)
    assert io.work_folder("store") == tmp_path / "main" / ".work" / "store"


def test_a_link_that_the_file_system_refuses_becomes_a_copy(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("content")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("cross-device")))
    io.link_or_copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "content"


def test_a_relative_path_starts_at_the_checkout_also_in_an_experiments_copy(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "checkout"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert io.from_checkout(Path("photos")) == tmp_path / "checkout" / "photos"
    assert io.from_checkout(tmp_path / "elsewhere") == tmp_path / "elsewhere"
    assert io.from_checkout(Path("~/photos")) == tmp_path / "home" / "photos"
