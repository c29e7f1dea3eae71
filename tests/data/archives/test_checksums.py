import hashlib

import pytest

from hairline.data.archives.checksums import check_sha256, remember_sha256
from hairline.errors import InputError
from hairline.io import read_json

ONE, TWO = (hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(b"one")
    return path


def test_the_first_archive_is_remembered_and_no_other_is_taken_after(archive, capsys):
    assert check_sha256(archive, key="set", expected="") == ONE
    remember_sha256("set", ONE)
    told = capsys.readouterr().err
    assert f"put `sha256: {ONE}` under the data set's `options` in params.yaml" in told and told.count("\n") == 1
    remember_sha256("set", ONE)
    assert capsys.readouterr().err == ""
    archive.write_bytes(b"two")
    with pytest.raises(
        InputError, match=f"SHA-256 is {TWO}, but when set was first used it was {ONE}.*sha256` to {TWO}"
    ):
        check_sha256(archive, key="set", expected="")
    assert check_sha256(archive, key="another", expected="") == TWO


def test_the_option_stands_above_what_is_remembered(archive):
    remember_sha256("set", TWO)
    assert check_sha256(archive, key="set", expected=ONE.upper()) == ONE
    with pytest.raises(InputError, match=f"SHA-256 is {ONE}, but the option `sha256` says {TWO}"):
        check_sha256(archive, key="set", expected=TWO)


def test_what_is_remembered_lies_apart_from_downloads_that_may_be_deleted(tmp_path):
    remember_sha256("set", ONE)
    remember_sha256("other", TWO)
    assert read_json(tmp_path / "root" / ".work" / "checksums" / "archives.json") == {"set": ONE, "other": TWO}
