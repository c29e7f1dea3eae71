"""`python -m hairline weights` against a server of one's own."""

import hashlib

import pytest

from hairline.data.archives import fetch
from hairline.deploy import weights
from hairline.errors import InputError
from tests.data.archives.server import serve

CONTENT = b"weights" * 1000
NAME = f"deeplabv3_resnet50_coco-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(fetch, "PAUSES", (0.0, 0.0, 0.0))
    with serve() as site:
        site.content, site.type = CONTENT, "application/octet-stream"
        address = f"{site.address.rpartition('/')[0]}/{NAME}"
        monkeypatch.setattr("hairline.models.parts.pretrained.pretrained_address", lambda network, kind: address)
        yield site


def test_they_are_fetched_once_and_it_says_how_to_begin_with_them(site, tmp_path, capsys):
    for _ in range(2):
        weights.main("deeplabv3_resnet50", "coco", tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert len(site.asked) == 1
    said = capsys.readouterr().out
    assert f"-S train.weights.file={tmp_path / NAME}" in said and hashlib.sha256(CONTENT).hexdigest() in said


def test_what_is_not_the_published_file_is_not_kept(site, tmp_path):
    site.content = b"other"
    with pytest.raises(InputError, match="the name says that it begins with"):
        weights.main("deeplabv3_resnet50", "coco", tmp_path)
    assert not (tmp_path / NAME).exists()


def test_a_network_without_published_weights_is_told_which_have_some(tmp_path):
    with pytest.raises(InputError, match=r"no published weights are known for network hrsegnet.*deeplabv3_resnet101"):
        weights.main("hrsegnet", "coco", tmp_path)
