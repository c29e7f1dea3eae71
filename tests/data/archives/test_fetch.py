import os
import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from hairline.data.archives.fetch import MEGABYTE, fetch, fetch_json
from hairline.errors import InputError

FULL = Path("/dev/full")
CONTENT = os.urandom(3 * MEGABYTE + 17)


def take_all(path):
    """A check that everything passes."""


@pytest.fixture
def target(tmp_path):
    return tmp_path / "downloads" / "set"


def left(target):
    """What lies there beside the lock."""
    return sorted(path.name for path in target.parent.iterdir() if path.suffix != ".lock")


def test_a_file_comes_whole_and_only_once(site, target):
    site.content = CONTENT
    fetch(site.address, target, check=take_all)
    assert target.read_bytes() == CONTENT and left(target) == ["set"]
    fetch(site.address, target, check=take_all)
    assert site.asked == [""]


def test_a_dropped_connection_is_taken_up_where_it_broke(site, target):
    site.content, site.drop_after = CONTENT, [MEGABYTE, 5]
    fetch(site.address, target, check=take_all)
    assert target.read_bytes() == CONTENT
    assert site.asked == ["", f"bytes={MEGABYTE}-", f"bytes={MEGABYTE + 5}-"]


def test_what_was_fetched_before_a_stop_is_not_fetched_again(site, target):
    site.content, site.drop_after = CONTENT, [2 * MEGABYTE, 0, 0, 0, 0]
    with pytest.raises(
        InputError, match=r"set\.zip: the connection broke after 2000000 of 3000017 bytes, after 4 tries"
    ):
        fetch(site.address, target, check=take_all)
    assert left(target) == ["set.part", "set.part.json"]
    site.drop_after.clear()
    fetch(site.address, target, check=take_all)
    assert site.asked[-1] == "bytes=2000000-" and target.read_bytes() == CONTENT


def test_as_long_as_megabytes_come_the_tries_do_not_run_out(site, target):
    site.content, site.drop_after = os.urandom(8 * MEGABYTE), [MEGABYTE] * 7
    fetch(site.address, target, check=take_all)
    assert len(site.asked) == 8 and target.read_bytes() == site.content


@pytest.mark.parametrize("ranges", [True, False], ids=["honest", "ignoring If-Range"])
def test_a_file_that_changed_meanwhile_is_fetched_anew(site, target, ranges):
    site.content, site.drop_after = CONTENT, [MEGABYTE, 0, 0, 0, 0]
    with pytest.raises(InputError):
        fetch(site.address, target, check=take_all)
    site.content, site.etag, site.ranges = os.urandom(2 * MEGABYTE), '"two"', ranges
    site.drop_after.clear()
    fetch(site.address, target, check=take_all)
    assert target.read_bytes() == site.content


def test_a_part_of_another_version_is_never_joined_to_the_old_beginning(site, target, monkeypatch):
    from tests.data.archives import server

    site.content, site.drop_after = CONTENT, [MEGABYTE, 0, 0, 0, 0]
    with pytest.raises(InputError):
        fetch(site.address, target, check=take_all)
    new = os.urandom(len(CONTENT))
    site.content, site.drop_after = new, []
    honest = server.answer

    def heedless(handler, site):  # serves the range whatever If-Range asks
        if handler.headers.get("Range"):
            site.etag = handler.headers.get("If-Range")
            keep, handler.send_header = handler.send_header, None
            handler.send_header = lambda name, value: keep(name, '"two"' if name == "ETag" else value)
        honest(handler, site)

    monkeypatch.setattr(server, "answer", heedless)
    fetch(site.address, target, check=take_all)
    assert target.read_bytes() == new


def test_a_part_longer_than_the_file_is_now_is_dropped(site, target):
    site.content, site.drop_after = CONTENT, [2 * MEGABYTE, 0, 0, 0, 0]
    with pytest.raises(InputError):
        fetch(site.address, target, check=take_all)
    site.content, site.drop_after = CONTENT[:100], []
    fetch(site.address, target, check=take_all)
    assert target.read_bytes() == CONTENT[:100]


def test_a_part_that_nothing_tells_from_another_version_is_not_continued(site, target):
    site.content, site.drop_after, site.etag = CONTENT, [MEGABYTE], ""
    fetch(site.address, target, check=take_all)
    assert site.asked == ["", ""] and target.read_bytes() == CONTENT


def test_a_server_that_does_not_tell_the_length_will_do(site, target):
    site.content, site.tells_length = CONTENT, False
    fetch(site.address, target, check=take_all)
    assert target.read_bytes() == CONTENT


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not(site, target):
    site.content, site.refuse = CONTENT, [503, 429]
    fetch(site.address, target, check=take_all)
    assert len(site.asked) == 3
    site.status = 404
    with pytest.raises(InputError, match=r"set\.zip: HTTP 404 Not Found; .*`address`.*`archive`"):
        fetch(site.address, target.with_name("other"), check=take_all)
    assert len(site.asked) == 4


@pytest.mark.parametrize(("kind", "content"), [("text/html", b"<p>"), ("application/zip", b"\n<!DOCTYPE HTML><html>")])
def test_a_web_page_is_told_by_its_title_and_not_kept(site, target, kind, content):
    site.type, site.content = kind, content + b"<title>Sign\n in</title>"
    with pytest.raises(
        InputError, match=r"a web page came instead of an archive \(Sign in\); open the address in a br"
    ):
        fetch(site.address, target, check=take_all)
    assert left(target) == []


def test_content_that_fails_the_check_is_not_kept_and_fetched_anew(site, target):
    site.content = b"bad"

    def check(path):
        if path.read_bytes() == b"bad":
            raise InputError("bad")

    for _ in range(2):
        with pytest.raises(InputError, match=r"^bad$"):
            fetch(site.address, target, check=check)
        assert left(target) == []
    site.content = b"good"
    fetch(site.address, target, check=check)
    target.write_bytes(b"bad")  # what lies there is checked each time
    fetch(site.address, target, check=check)
    assert target.read_bytes() == b"good"


def test_no_network_is_one_clear_line(site, target):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}/set.zip"
    with pytest.raises(
        InputError, match=r"set\.zip: .*refused, after 4 tries; run it again later, or fetch it by hand"
    ):
        fetch(closed, target, check=take_all)


def test_a_silent_server_is_not_waited_for_without_end(site, target, monkeypatch):
    monkeypatch.setattr("hairline.data.archives.fetch.TIMEOUT", 0.05)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(InputError, match="timed out"):
            fetch(f"http://127.0.0.1:{mute.getsockname()[1]}/set.zip", target, check=take_all)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "set.zip", "", "http://a b/"])
def test_only_the_web_is_asked(target, address):
    with pytest.raises(InputError, match="`address`"):
        fetch(address, target, check=take_all)


def test_a_disk_too_small_is_noticed_before_the_first_byte(site, target, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1))
    site.content = CONTENT
    with pytest.raises(
        InputError, match=r"0\.0 GB are still to come, but the disk has 0\.0 GB free; free some and run"
    ):
        fetch(site.address, target, check=take_all)


@pytest.mark.skipif(not FULL.exists(), reason="needs the device that is always full")
def test_a_disk_that_fills_up_is_one_clear_line(site, target, monkeypatch):
    site.content, real = CONTENT, Path.open
    monkeypatch.setattr(Path, "open", lambda path, *mode: real(FULL if path.name == "set.part" else path, *mode))
    with pytest.raises(InputError, match=r"set\.part: no space left on the disk; free some and run it again"):
        fetch(site.address, target, check=take_all)


def test_json_is_read_and_something_else_refused(site):
    site.pages = {"/list": b'{"files": []}', "/page": b"<html>"}
    site.refuse = [503]
    base = site.address.removesuffix("/set.zip")
    assert fetch_json(f"{base}/list") == {"files": []}
    with pytest.raises(InputError, match="something else than JSON"):
        fetch_json(f"{base}/page")
