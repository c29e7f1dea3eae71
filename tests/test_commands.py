import errno

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
