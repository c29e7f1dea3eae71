import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hairline.commands import number, run_stage, script_parser
from hairline.errors import InputError


def status_of(main, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["stage", *arguments])
    with pytest.raises(SystemExit) as end:
        run_stage(main, script_parser("Does a thing."))
    return end.value.code


def test_success_ends_with_0(monkeypatch):
    assert status_of(lambda: None, monkeypatch) == 0


def test_bad_input_is_one_line_without_a_traceback(monkeypatch, capsys):
    def main():
        raise InputError("photo.png: unreadable")

    assert status_of(main, monkeypatch) == 1
    assert capsys.readouterr().err == "error: photo.png: unreadable\n"


def test_a_full_disk_is_one_line_that_names_the_file(monkeypatch, capsys):
    def main():
        raise OSError(errno.ENOSPC, "No space left on device", "data/runs/x")

    assert status_of(main, monkeypatch) == 1
    assert "no space left on the disk while writing data/runs/x" in capsys.readouterr().err


def test_ctrl_c_ends_with_the_status_that_shells_know(monkeypatch, capsys):
    def main():
        raise KeyboardInterrupt

    assert status_of(main, monkeypatch) == 130
    assert "goes on" in capsys.readouterr().err


def test_a_fault_of_our_own_keeps_its_traceback(monkeypatch):
    def main():
        raise ValueError("ours")

    monkeypatch.setattr("sys.argv", ["stage"])
    with pytest.raises(ValueError, match="ours"):
        run_stage(main, script_parser(""))


def test_temperatures_keep_the_form_they_were_written_in():
    assert (str(number("5")), str(number("0.5"))) == ("5", "0.5")


def test_a_script_that_is_ended_from_outside_leaves_nothing_half_written(tmp_path):
    code = f"""
import time
from pathlib import Path
from hairline.commands import run_stage, script_parser
from hairline.io import replaced_folder

def main():
    with replaced_folder(Path({str(tmp_path / "out")!r})) as folder:
        (folder / "half").write_text("half")
        print("ready", flush=True)
        time.sleep(60)

run_stage(main, script_parser("Waits."))
"""
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as script:
        assert script.stdout.readline() == b"ready\n"
        script.send_signal(signal.SIGTERM)
        assert script.stderr.read().startswith(b"stopped; ")
    assert script.returncode == 130 and not list(tmp_path.iterdir())
