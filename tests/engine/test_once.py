import threading
import time

import pytest

from hairline.engine import once


def writes(text, calls):
    def work(out, scratch):
        calls.append(scratch)
        out.mkdir(parents=True)
        (out / "result.txt").write_text(text)

    return work


def test_the_same_work_under_a_second_name_is_taken_over_not_done_again(tmp_path):
    calls = []
    once(tmp_path / "sweep", "test", {"t": 10}, writes("ten", calls))
    once(tmp_path / "chosen", "test", {"t": 10}, writes("never written", calls))
    assert (tmp_path / "chosen" / "result.txt").read_text() == "ten"
    assert len(calls) == 1


def test_other_work_is_done(tmp_path):
    calls = []
    once(tmp_path / "one", "test", {"t": 10}, writes("ten", calls))
    once(tmp_path / "two", "test", {"t": 7}, writes("seven", calls))
    assert (tmp_path / "two" / "result.txt").read_text() == "seven"


def test_failed_work_keeps_its_scratch_for_the_next_try_and_leaves_an_older_result_alone(tmp_path):
    def fails(out, scratch):
        (scratch / "checkpoint").write_text("half")
        raise RuntimeError("killed")

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.txt").write_text("old")
    with pytest.raises(RuntimeError):
        once(tmp_path / "out", "test", {}, fails)
    assert (tmp_path / "out" / "old.txt").read_text() == "old"

    def resumes(out, scratch):
        assert (scratch / "checkpoint").read_text() == "half"
        (out / "new.txt").write_text("new")

    once(tmp_path / "out", "test", {}, resumes)
    assert (tmp_path / "out" / "new.txt").read_text() == "new"


def test_two_that_want_the_same_at_the_same_time_do_it_once(tmp_path):
    calls = []

    def slow(out, scratch):
        time.sleep(0.3)
        writes("slow", calls)(out, scratch)

    threads = [threading.Thread(target=once, args=(tmp_path / f"out{index}", "test", {}, slow)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert [(tmp_path / f"out{index}" / "result.txt").read_text() for index in range(3)] == ["slow"] * 3
