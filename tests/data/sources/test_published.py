"""From an address, or an archive given to the stage, to the raw form; `deepcrack` stands for all published sets."""

import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from hairline.config import DatasetParams
from hairline.data.preparing.groups import name_groups
from hairline.data.sources import create_source, list_sources
from hairline.errors import InputError
from hairline.io import read_json
from hairline.sections import parse_section
from tests.data.sources.published import stems, zip_bytes, zip_of
from tests.data.sources.test_deepcrack import published
from tests.data.sources.test_khancrack import published as published_khan

ROOT = Path(__file__).parents[3]
PUBLISHED = [name for name in list_sources() if "archive" in create_source(name).options.model_fields]


@pytest.fixture
def fetch(site, tmp_path):
    """From the site; each call to a new folder."""
    made = []

    def fetch(source="deepcrack", **options):
        out = tmp_path / f"raw{len(made)}"
        made.append(out)
        create_source(source).fetch({"address": site.address} | options, out, dataset="mine")
        return out

    return fetch


def downloads(tmp_path):
    folder = tmp_path / "root" / ".work" / "downloads"
    return [path.name for path in folder.iterdir() if path.suffix != ".lock"]


def test_an_address_is_downloaded_once_and_checked_against_the_first(fetch, site, tmp_path):
    site.content = zip_bytes(published())
    told = read_json(fetch() / "source.json")
    assert told["address"] == site.address and told["archive"] == ""
    assert told["sha256"] == hashlib.sha256(site.content).hexdigest()
    fetch(sha256=told["sha256"])
    assert len(site.asked) == 1

    for name in downloads(tmp_path):
        (tmp_path / "root" / ".work" / "downloads" / name).unlink()
    site.content = zip_bytes(published(numbers=(1, 2)))
    with pytest.raises(InputError, match=r"set\.zip was first used it was .*set the option `sha256` to"):
        fetch()


def test_a_cached_archive_that_rotted_is_fetched_anew(fetch, site, tmp_path):
    site.content = zip_bytes(published())
    fetch()
    (name,) = downloads(tmp_path)
    path = tmp_path / "root" / ".work" / "downloads" / name
    path.write_bytes(path.read_bytes()[:-50])
    assert len(stems(fetch())) == 6 and len(site.asked) == 2


def test_a_wrong_checksum_keeps_the_archive_and_names_it(fetch, site, tmp_path):
    site.content = zip_bytes(published())
    for _ in range(2):
        with pytest.raises(InputError, match="the option `sha256` says 000") as error:
            fetch(sha256="0" * 64)
        (name,) = downloads(tmp_path)
        assert str(error.value).startswith(f"{tmp_path / 'root' / '.work' / 'downloads' / name}: SHA-256 is ")
    fetch()
    assert len(site.asked) == 1


def test_the_checksum_that_is_offered_fits_even_where_no_download_is_like_the_last(fetch, site, tmp_path):
    site.content = zip_bytes(published())
    fetch()
    for name in downloads(tmp_path):
        (tmp_path / "root" / ".work" / "downloads" / name).unlink()
    site.content = zip_bytes(published(numbers=(1, 2)))
    with pytest.raises(InputError) as error:
        fetch()
    site.content = zip_bytes(published(numbers=(1,)))
    (offered,) = re.findall(r"`sha256` to (\w{64}) ", str(error.value))
    assert read_json(fetch(sha256=offered) / "source.json")["sha256"] == offered
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zip_bytes(published())[:-40], "damaged or cut short"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive, which is not read here"),
        (b"<html>", "a web page came instead of an archive"),
        (b"", "neither zip nor tar"),
    ],
)
def test_what_is_no_archive_is_not_kept(fetch, site, tmp_path, content, message):
    site.content = content
    with pytest.raises(InputError, match=message):
        fetch()
    assert downloads(tmp_path) == []


def test_an_archive_found_damaged_while_it_is_unpacked_is_fetched_again_next_time(fetch, site, tmp_path):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in published().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    whole = gzip.compress(file.getvalue())
    site.content, site.tells_length = whole[: len(whole) // 2], False
    with pytest.raises(
        InputError, match=r"set\.zip gave .*damaged or cut short.*fetch it again \(deleted, so running it ag"
    ):
        fetch()
    assert downloads(tmp_path) == []
    site.content = whole
    assert len(stems(fetch())) == 6


def test_figshare_is_asked_for_its_one_archive(fetch, site):
    base, content = site.address.removesuffix("/set.zip"), zip_bytes(published_khan())
    files = [
        {"name": "readme.txt", "download_url": f"{base}/1"},
        {"name": "Set.ZIP", "download_url": f"{base}/2", "computed_md5": hashlib.md5(content).hexdigest()},
    ]
    site.pages = {"/v2/articles/7": json.dumps({"files": files}).encode(), "/2": content}
    raw = fetch("conglomerate", address=f"{base}/v2/articles/7")
    assert len(stems(raw)) == 6 and read_json(raw / "source.json")["address"] == f"{base}/v2/articles/7"

    files[1]["computed_md5"] = "0" * 32
    site.pages["/v2/articles/8"] = json.dumps({"files": files}).encode()
    with pytest.raises(InputError, match="figshare says 000"):
        fetch("conglomerate", address=f"{base}/v2/articles/8")
    site.pages["/v2/articles/9"] = json.dumps({"files": [*files, {"name": "b.zip", "download_url": "u"}]}).encode()
    with pytest.raises(InputError, match=r"offers readme\.txt .*Set\.ZIP .*b\.zip \(u\); set the option `address`"):
        fetch("conglomerate", address=f"{base}/v2/articles/9")
    site.pages["/v2/articles/10"] = b"[]"
    with pytest.raises(InputError, match="no list of files came"):
        fetch("conglomerate", address=f"{base}/v2/articles/10")
    assert len(stems(fetch("conglomerate", address=f"{base}/2"))) == 6


def test_an_archive_that_was_downloaded_needs_no_network(fetch, site, tmp_path):
    base, content = site.address.removesuffix("/set.zip"), zip_bytes(published_khan())
    files = [{"name": "set.zip", "download_url": f"{base}/2", "computed_md5": hashlib.md5(content).hexdigest()}]
    site.pages = {"/v2/articles/7": json.dumps({"files": files}).encode(), "/2": content}
    fetch("conglomerate", address=f"{base}/v2/articles/7")
    site.status = 404
    assert len(stems(fetch("conglomerate", address=f"{base}/v2/articles/7"))) == 6 and len(site.asked) == 2

    (name,) = downloads(tmp_path)
    (tmp_path / "root" / ".work" / "downloads" / name).write_bytes(content[:-50])
    site.status = 200
    assert len(stems(fetch("conglomerate", address=f"{base}/v2/articles/7"))) == 6 and len(site.asked) == 4


def test_a_download_that_python_cannot_open_is_fetched_again_next_time(fetch, site, tmp_path):
    whole = zip_bytes(published())
    site.content = bytearray(whole)
    site.content[whole.index(b"PK\x01\x02") + 6] |= 0x80
    with pytest.raises(InputError, match=r"set\.zip gave .*damaged or cut short \(zip file version 14\.8\)"):
        fetch()
    assert downloads(tmp_path) == []
    site.content = whole
    assert len(stems(fetch())) == 6


def test_an_archive_may_be_given_to_the_stage(tmp_path):
    content = YAML(typ="safe").load((ROOT / "params.yaml").read_text())
    split = content["datasets"]["synthetic"]["split"]
    content["datasets"]["dc"] = {"source": "deepcrack", "options": {"archive": "no/such.zip"}, "split": split}
    with (tmp_path / "params.yaml").open("w") as file:
        YAML().dump(content, file)
    zip_of(tmp_path / "mine.zip", published())

    def download(dataset):
        return subprocess.run(
            [sys.executable, "-m", "stages.download", "--dataset", dataset, "--out", "raw", "--archive", "mine.zip"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    done = download("dc")
    assert done.returncode == 0, done.stderr
    assert len(stems(tmp_path / "raw")) == 6
    done = download("synthetic")
    assert done.returncode == 1
    assert "error: --archive: data set synthetic is of source synthetic, which reads no archive" in done.stderr


@pytest.mark.parametrize("source", PUBLISHED)
def test_every_published_set_says_where_on_which_terms_and_by_whom_before_anything_else(source, tmp_path, capsys):
    options = {"archive": str(tmp_path / "missing.zip")} | ({"modality": "fused"} if source == "find" else {})
    with pytest.raises(InputError, match=r"missing\.zip: no such archive or folder"):
        create_source(source).fetch(options, tmp_path / "raw", dataset="mine")
    page, licence, citation = capsys.readouterr().err.splitlines()
    assert page.startswith(f"{source}: https://") and licence.startswith(f"{source}: licence: ")
    assert citation.startswith(f"{source}: cite ")


def entries_to_paste():
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "datasets.md").read_text(), re.DOTALL)
    return {name: entry for block in blocks for name, entry in YAML(typ="safe").load(block).items()}


@pytest.mark.parametrize("source", PUBLISHED)
def test_every_entry_to_paste_is_valid(source):
    entry = parse_section(DatasetParams, entries_to_paste()[source], where=source, file="docs/datasets.md")
    assert entry.source == source
    create_source(source).options.model_validate(entry.options)


@pytest.mark.parametrize(
    ("source", "stems", "group"),
    [
        ("deepcrack", ["train_11289-1", "test_11289-10"], "11289"),
        ("crack500", ["20160222_080850_361_721", "val_20160222_080850"], "20160222_080850"),
        ("khancrack", ["CRACK500_20160222_080850_361_721"], "CRACK500_20160222_080850"),
        ("khancrack", ["CFD_001", "train_CFD_001"], "CFD_001"),
        ("crackseg9k", ["Rissbilder_for_Florian_9S6A2823_640_1100_4321_3799"], "Rissbilder_for_Florian_9S6A2823"),
        ("conglomerate", ["DeepCrack_11289-1", "DeepCrack_11289"], "DeepCrack_11289"),
    ],
)
def test_the_group_rules_name_the_photograph(source, stems, group):
    assert set(name_groups(stems, entries_to_paste()[source]["split"]["group"])) == {group}
