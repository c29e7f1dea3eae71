import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import tracemalloc
import unicodedata
import zipfile
from itertools import product
from pathlib import Path

import pytest

from hairline.data.archives.damage import DamagedArchive
from hairline.data.archives.kinds import check_archive
from hairline.data.archives.unpack import Allowance, Limits, unpack
from hairline.errors import InputError

FULL = Path("/dev/full")


def make_zip(path, entries, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content, **options)
    return path


def make_tar(path, members, mode="w"):
    """Members: a name and bytes, or a TarInfo."""
    with tarfile.open(path, mode) as file:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                file.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                file.addfile(info, io.BytesIO(member[1]))
    return path


def refused(archive, out, message, **options):
    """Nothing is left, neither in the folder nor beside it."""
    with pytest.raises(InputError, match=message) as error:
        unpack(archive, out, **options)
    assert "\n" not in str(error.value) and str(archive) in str(error.value)
    assert not out.exists() and not list(out.parent.glob(f".{out.name}*"))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "unpacked" / "set"


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_files_come_out_whole(tmp_path, out, kind):
    entries = [("top/a.png", b"a" * 3_000_000), ("top/deep/ü.png", b"b"), ("empty", b"")]
    path = tmp_path / f"set.{kind}"
    if kind == "zip":
        make_zip(path, [*entries, ("top/folder/", b"")])
    else:
        make_tar(path, entries, mode="w:" + kind.partition(".")[2])
    check_archive(path)
    unpack(path, out)
    found = {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}
    assert found == dict(entries)


def test_only_what_is_wanted_is_written(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [("a.png", b"1"), ("model.bin", b"2")])
    unpack(path, out, wanted=lambda name: name.suffix == ".png")
    assert [file.name for file in out.iterdir()] == ["a.png"]


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "..\\evil", "C:\\evil", "c:evil", "\\evil"])
def test_no_name_leads_out_of_the_folder(tmp_path, out, make, name):
    path = make(tmp_path / "set", [("good.png", b"1"), (name, b"2")])
    refused(path, out, "leads out of its folder, so nothing of it is unpacked")
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize(
    "type", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"?"]
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path, out, type):
    link = tarfile.TarInfo("folder")
    link.type, link.linkname = type, str(tmp_path)
    refused(make_tar(tmp_path / "set", [link, ("folder/evil", b"2")]), out, "'folder' is a link or device")
    assert not (tmp_path / "evil").exists()


def test_a_link_in_a_zip_is_refused(tmp_path, out):
    link = zipfile.ZipInfo("folder")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    refused(make_zip(tmp_path / "set", [(link, str(tmp_path)), ("folder/evil", b"2")]), out, "is a link or device")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.png", "A.PNG"], "'A.PNG' and 'a.png' differ only in case"),
        (["x/a.png", "X/a.png"], "'X/a.png' and 'x/a.png' differ only in case"),
        (["a.png", "./a.png"], "'a.png' comes twice"),
        (["a", "a/b.png"], "'a' comes twice"),
        (["a/b.png", "a"], "'a' comes twice"),
        (["\u00e4.png", "a\u0308.png"], "comes twice"),
    ],
)
def test_no_file_overwrites_another(tmp_path, out, names, message):
    refused(make_tar(tmp_path / "set", [(name, b"1") for name in names]), out, message)


def test_a_folder_may_come_often_and_in_two_spellings(tmp_path, out):
    unpack(make_zip(tmp_path / "set", [("x/", b""), ("x/a", b"1"), ("X/b", b"2"), ("x//c", b"3")]), out)
    assert sorted(file.name for file in out.rglob("*") if file.is_file()) == ["a", "b", "c"]


@pytest.mark.parametrize("name", [".", "./."])
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_file_without_a_name_is_refused(tmp_path, out, make, name):
    refused(make(tmp_path / "set", [("a", b"1"), (name, b"2")]), out, f"a file is named '{name}', which is a folder's")


def test_the_top_folder_may_be_an_entry(tmp_path, out):
    top = tarfile.TarInfo("./")
    top.type = tarfile.DIRTYPE
    unpack(make_tar(tmp_path / "set", [top, ("./a", b"1")]), out)
    assert [file.name for file in out.iterdir()] == ["a"]


def test_names_in_other_encodings_are_readable(tmp_path, out):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
        file.writestr("riß.png", b"1")
    # as programs write it that use UTF-8 and do not say so
    content = (tmp_path / "set.zip").read_bytes()
    local, central = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    changed = bytearray(content)
    changed[local + 1] = changed[central + 1] = 0
    (tmp_path / "set.zip").write_bytes(changed)
    unpack(tmp_path / "set.zip", out)
    assert [file.name for file in out.iterdir()] == ["riß.png"]

    with tarfile.open(tmp_path / "set.tar", "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as file:
        file.addfile(tarfile.TarInfo("riß.png"))
    unpack(tmp_path / "set.tar", out)
    assert [file.name for file in out.iterdir()] == ["riß.png"]


def test_accents_come_in_one_form_and_backslashes_part_folders(tmp_path, out):
    unpack(make_tar(tmp_path / "set", [("bilder\\a\u0308.png", b"1")]), out)
    assert [file.name for file in (out / "bilder").iterdir()] == [unicodedata.normalize("NFC", "a\u0308.png")]


@pytest.mark.parametrize(
    ("name", "message"), [("a\nb.png", "control characters"), ("\x1b[2J", "control"), ("a" * 300, "too long")]
)
def test_names_that_no_screen_or_disk_takes_are_refused(tmp_path, out, name, message):
    refused(make_tar(tmp_path / "set", [(name, b"1")]), out, message)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_bombs_are_refused_by_what_they_really_hold(tmp_path, out, kind):
    entries, path = [("zeros", bytes(20_000_000))], tmp_path / f"set.{kind}"
    make_zip(path, entries) if kind == "zip" else make_tar(path, entries, mode="w:gz")
    assert path.stat().st_size < 100_000
    limits = Limits(free=1_000_000)
    refused(path, out, "a bomb", allowance=Allowance(limits, packed=path.stat().st_size))
    refused(path, out, "a bomb", allowance=Allowance(Limits(size=1_000_000, ratio=10**6), packed=path.stat().st_size))
    unwanted = {"wanted": lambda name: False}
    refused(path, out, "a bomb", allowance=Allowance(limits, packed=path.stat().st_size), **unwanted)
    unpack(path, out, allowance=Allowance(Limits(), packed=path.stat().st_size))
    assert (out / "zeros").stat().st_size == 20_000_000


def test_a_negative_size_does_not_make_room_for_a_bomb(tmp_path, out):
    lie = tarfile.TarInfo("lie")
    lie.pax_headers = {"GNU.sparse.realsize": "-1000000000"}
    path = make_tar(tmp_path / "set.tar.gz", [lie, ("zeros", bytes(20_000_000))], mode="w:gz")
    allowance = Allowance(Limits(free=1_000_000), packed=path.stat().st_size)
    refused(path, out, "a size of -1000000000 bytes", allowance=allowance, wanted=lambda name: name.name != "lie")


def test_a_zip_that_lies_about_its_sizes_is_found_out(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [("zeros", bytes(5_000_000))])
    path.write_bytes(path.read_bytes().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    refused(path, out, "damaged or cut short")


def test_zeros_behind_the_end_of_a_tar_are_counted_too(tmp_path, out):
    plain = make_tar(tmp_path / "set.tar", [("a", b"1")]).read_bytes()
    path = tmp_path / "set.tar.gz"
    path.write_bytes(gzip.compress(plain + bytes(20_000_000)))
    refused(path, out, "a bomb", allowance=Allowance(Limits(free=1_000_000), packed=path.stat().st_size))


def test_entries_are_counted_over_all_archives_of_one_allowance(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [(str(number), b"") for number in range(5)])
    allowance = Allowance(Limits(entries=9), packed=1)
    unpack(path, out, allowance=allowance)
    refused(path, out.with_name("again"), "more entries than any data set", allowance=allowance)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.97])
def test_an_archive_cut_short_is_told_and_leaves_nothing(tmp_path, out, kind, part):
    entries, path = [(f"{number}.jpg", os.urandom(9000)) for number in range(30)], tmp_path / f"set.{kind}"
    make_zip(path, entries) if kind == "zip" else make_tar(path, entries, mode="w:" + kind.partition(".")[2])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(DamagedArchive):
        unpack(path, out)
    assert not out.exists() and not list(out.parent.glob(".*"))


def test_a_tar_cut_between_two_files_is_told(tmp_path, out):
    path = make_tar(tmp_path / "set.tar", [("a", bytes(range(256)) * 2), ("b", bytes(range(256)) * 2)])
    path.write_bytes(path.read_bytes()[:1024])
    refused(path, out, "no end mark")


def test_a_tar_cut_behind_a_file_of_zeros_is_told(tmp_path, out):
    path = make_tar(tmp_path / "set.tar", [("a", bytes(1024)), ("b", b"1")])
    path.write_bytes(path.read_bytes()[:1536])
    refused(path, out, "no end mark")


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("hole", [False, True], ids=["a flipped bit", "a block of zeros"])
def test_a_tar_with_a_broken_header_in_the_middle_is_told(tmp_path, out, mode, hole):
    content = bytearray(
        make_tar(tmp_path / "set", [(f"{number}.png", os.urandom(900)) for number in range(6)]).read_bytes()
    )
    start = content.index(b"3.png")
    content[start : start + 512] = (
        bytes(512) if hole else bytes([content[start] ^ 1]) + content[start + 1 : start + 512]
    )
    (tmp_path / "set").write_bytes(gzip.compress(content) if mode == "w:gz" else content)
    refused(
        tmp_path / "set", out, r"damaged or cut short \((bad checksum|more comes behind its end mark)\); fetch it ag"
    )


def test_a_compressed_tar_needs_no_end_mark(tmp_path, out):
    plain = make_tar(tmp_path / "set", [("a", b"1")]).read_bytes()
    (tmp_path / "set").write_bytes(gzip.compress(plain[:1024]))
    unpack(tmp_path / "set", out)
    assert (out / "a").read_bytes() == b"1"


@pytest.mark.parametrize(
    "type", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, b"X"]
)
def test_a_header_larger_than_any_name_is_not_read(tmp_path, out, type):
    """By itself, and behind a good one: the first is read when the tar is opened."""
    info = tarfile.TarInfo("x")
    info.type, info.size = type, 50_000_000
    announcing = info.tobuf(tarfile.GNU_FORMAT) + bytes(info.size)
    good = make_tar(tmp_path / "set", [("a", b"1")]).read_bytes()
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    first.write_bytes(gzip.compress(announcing + good, compresslevel=1))
    second.write_bytes(gzip.compress(good[:1024] + announcing + good, compresslevel=1))
    tracemalloc.start()
    with pytest.raises(DamagedArchive, match="a header of 50000000 bytes"):
        check_archive(first)
    refused(second, out, "a header of 50000000 bytes")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_headers_that_only_announce_others_end_somewhere(tmp_path, out):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1
    path = tmp_path / "set.tar"
    path.write_bytes((info.tobuf(tarfile.GNU_FORMAT) + b"a" + bytes(511)) * 3000)
    refused(path, out, "damaged or cut short")


def test_a_zip_whose_list_lost_entries_is_told(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [(f"{number}.png", b"1") for number in range(5)])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 33] = 0xFF  # the length of a comment, which thereby swallows the rest
    path.write_bytes(content)
    with zipfile.ZipFile(path) as file:
        assert len(file.namelist()) == 1
    refused(path, out, "5 entries were promised, 1 are listed")
    with pytest.raises(DamagedArchive):
        check_archive(path)


@pytest.mark.parametrize("comment", [b"", b"made by hand"])
@pytest.mark.parametrize("zip64", [False, True])
def test_entries_are_counted_in_zips_of_all_kinds(tmp_path, out, zip64, comment, monkeypatch):
    if zip64:
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    path = make_zip(tmp_path / "set.zip", [(str(number), b"1") for number in range(5)])
    with zipfile.ZipFile(path, "a") as file:
        file.comment = comment
    assert (b"PK\x06\x06" in path.read_bytes()) == zip64
    unpack(path, out)
    assert len(list(out.iterdir())) == 5


def test_a_program_may_count_the_entries_of_a_zip_in_16_bits(tmp_path):
    path = make_zip(tmp_path / "set.zip", [("a", b"")])
    content = path.read_bytes()
    start, end, number = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06"), 65_540
    entries = content[start:end] * number
    counted = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number % 65_536, number % 65_536, len(entries), start, 0)
    path.write_bytes(content[:start] + entries + counted)
    check_archive(path)


def test_no_flipped_bit_in_the_list_of_a_zip_is_a_traceback_or_costs_a_file(tmp_path, out):
    entries, path = [(f"{number}.png", os.urandom(50)) for number in range(3)], tmp_path / "set.zip"
    content = make_zip(path, entries).read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    for place, bit in product([*range(start, start + 46), *range(end, end + 22)], (1, 128)):
        changed = bytearray(content)
        changed[place] ^= bit
        path.write_bytes(changed)
        try:
            check_archive(path)
            unpack(path, out)
        except InputError:
            continue
        assert len(list(out.iterdir())) == 3


def test_a_version_of_zip_that_never_was_is_damage(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [("a", b"1")])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 6] |= 0x80
    path.write_bytes(content)
    for read in (check_archive, lambda archive: unpack(archive, out)):
        with pytest.raises(DamagedArchive, match=r"damaged or cut short \(zip file version 14\.8\); fetch it again"):
            read(path)


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, lzma.compress])
def test_a_flipped_byte_is_told(tmp_path, out, squeeze):
    content = bytearray(squeeze(make_tar(tmp_path / "set.tar", [("a", os.urandom(90_000))]).read_bytes()))
    content[len(content) // 2] ^= 1
    (tmp_path / "set").write_bytes(content)
    with pytest.raises(DamagedArchive):
        unpack(tmp_path / "set", out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive, which is not read here; unpack it by hand and give the folder"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        (b"\xef\xbb\xbf<HTML>", "a web page, no archive"),
        (b"hello", r"neither zip nor tar \(it starts with b'hello'\)"),
        (b"", "neither zip nor tar"),
    ],
)
def test_what_is_no_zip_and_no_tar_is_called_by_its_name(tmp_path, out, start, message):
    (tmp_path / "set.zip").write_bytes(start)
    refused(tmp_path / "set.zip", out, message)
    with pytest.raises(InputError, match=message):
        check_archive(tmp_path / "set.zip")


def test_a_zip_without_its_end_is_refused_before_it_is_unpacked(tmp_path):
    path = make_zip(tmp_path / "set.zip", [("a", os.urandom(1000))])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DamagedArchive, match="fetch it again"):
        check_archive(path)


def test_a_password_is_asked_for_by_hand(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [("a", b"1")])
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    refused(path, out, "needs a password; unpack it by hand")


def test_a_compression_that_python_lacks_is_told(tmp_path, out):
    path = make_zip(tmp_path / "set.zip", [("a", b"1")])
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + offset] = 9  # deflate64, which Windows uses for large files
    path.write_bytes(content)
    check_archive(path)
    refused(path, out, r"damaged, or packed in a way that Python cannot read \(.*unpack it by hand and give")


@pytest.mark.skipif(not FULL.exists(), reason="needs the device that is always full")
def test_a_disk_that_fills_up_is_one_clear_line(tmp_path, out, monkeypatch):
    path, real = make_zip(tmp_path / "set.zip", [("a.png", os.urandom(50_000))]), Path.open
    monkeypatch.setattr(
        Path, "open", lambda file, mode="r": real(FULL, "wb") if file.name == "a.png" else real(file, mode)
    )
    refused(path, out, "no space left on the disk to unpack it; free some and run it again")
