import subprocess
import sys

import pytest

from hairline.config import Section
from hairline.data import sources
from hairline.data.sources import Source, create_source, list_sources, register_source
from hairline.errors import InputError
from hairline.io import read_json


class Options(Section):
    count: int


def write(options: Options, out) -> None:
    out.mkdir()
    (out / "count").write_text(str(options.count))


def test_sources_are_known_by_their_file_names():
    assert {"folder", "synthetic"} <= set(list_sources())
    assert all(create_source(name).name == name for name in ("folder", "synthetic"))


def test_an_unknown_source_is_answered_with_the_known_ones():
    for name in ("fodler", "../folder", "__init__", "os"):
        with pytest.raises(InputError, match=r"no source .*; known: .*folder, .*synthetic"):
            create_source(name)


def test_using_one_source_imports_neither_the_others_nor_torch():
    code = (
        "import sys; from hairline.data.sources import create_source; create_source('folder'); "
        "print([name for name in ('hairline.data.sources.synthetic', 'torch', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_options_are_checked_under_their_key_in_params(tmp_path):
    source = Source("mine", Options, "CC0", "me", write)
    with pytest.raises(
        InputError, match=r"params\.yaml: datasets\.demo\.options\.cuont: unknown key; did you mean count"
    ):
        source.fetch({"count": 3, "cuont": 3}, tmp_path / "raw", dataset="demo")
    assert not (tmp_path / "raw").exists()


def test_licence_and_citation_are_written_unless_the_source_knows_better(tmp_path):
    Source("mine", Options, "CC0", "me", write).fetch({"count": 3}, tmp_path / "raw", dataset="demo")
    assert (tmp_path / "raw" / "count").read_text() == "3"
    assert read_json(tmp_path / "raw" / "source.json") == {"licence": "CC0", "citation": "me", "address": ""}


def test_a_name_taken_by_another_file_raises(monkeypatch):
    monkeypatch.setattr(sources, "_REGISTERED", {})

    def mine(options, out) -> None: ...

    register = register_source(Options, licence="", citation="")
    assert register(mine) is mine
    register(mine)  # the same file once more is no clash
    mine.__module__ = "another.file"
    register_twice = register_source(Options, licence="", citation="")

    def other(options, out) -> None: ...

    other.__name__ = "mine"
    with pytest.raises(ValueError, match=r"source 'mine' is in another\.file and in"):
        register_twice(other)
