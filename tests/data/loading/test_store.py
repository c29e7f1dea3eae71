import shutil
import threading
from collections import namedtuple
from dataclasses import replace

import numpy as np
import pytest

from hairline.classes import IGNORE
from hairline.data.images import PictureError, read_image, write_png
from hairline.data.loading import store as module
from hairline.data.loading.store import open_store
from hairline.data.manifest import write_manifest
from hairline.data.masks import read_mask
from hairline.errors import InputError
from tests.data.conftest import make_sample

SIZES = [(40, 50), (31, 17), (40, 50), (1, 1), (8, 90)]


@pytest.fixture
def decoded(monkeypatch):
    """The files that were decoded since the start of the test."""
    seen = []
    monkeypatch.setattr(module, "read_image", lambda path: seen.append(path.name) or read_image(path))
    return seen


def test_pictures_of_all_sizes_come_back_as_they_are_on_disk(make_prepared):
    folder, samples = make_prepared(SIZES)
    store = open_store(folder, samples)
    for sample in samples:
        assert (store.image(sample.id) == read_image(folder / sample.image)).all()
        assert (store.mask(sample.id) == read_mask(folder / sample.mask, classes=2)).all()
        assert store.size(sample.id) == (sample.height, sample.width)
        assert sample.id in store
    assert "other" not in store


def test_an_unlabelled_sample_is_ignored_everywhere(make_prepared):
    folder, samples = make_prepared(unlabelled=True)
    mask = open_store(folder, samples).mask(samples[-1].id)
    assert mask.shape == (40, 50) and (mask == IGNORE).all()


def test_it_is_built_once_and_then_only_opened(make_prepared, decoded):
    folder, samples = make_prepared()
    open_store(folder, samples)
    assert len(decoded) == len(samples)
    open_store(folder, samples[:2])
    assert len(decoded) == len(samples)


def test_a_subset_opens_the_store_of_the_whole_manifest(make_prepared):
    folder, samples = make_prepared()
    assert samples[-1].id in open_store(folder, samples[:1])


def test_a_copy_of_the_data_set_shares_the_store(make_prepared, decoded, tmp_path):
    folder, samples = make_prepared()
    open_store(folder, samples)
    (tmp_path / "elsewhere").mkdir()
    copy = shutil.copytree(folder, tmp_path / "elsewhere" / folder.name)
    open_store(copy, samples)
    assert len(decoded) == len(samples)


def test_a_changed_picture_gets_a_new_store(make_prepared):
    folder, samples = make_prepared()
    open_store(folder, samples)
    changed = np.zeros((40, 50, 3), np.uint8)
    write_png(folder / samples[0].image, changed)
    samples[0] = replace(samples[0], sha256="another")
    write_manifest(folder / "manifest.csv", samples)
    assert (open_store(folder, samples).image(samples[0].id) == changed).all()


def test_without_a_manifest_it_holds_the_samples_it_is_given(make_prepared):
    folder, samples = make_prepared()
    (folder / "manifest.csv").unlink()
    store = open_store(folder, samples[:2])
    assert samples[1].id in store and samples[2].id not in store


def test_many_at_once_build_it_once(make_prepared, decoded):
    folder, samples = make_prepared()
    stores = []
    threads = [threading.Thread(target=lambda: stores.append(open_store(folder, samples))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4 and len(decoded) == len(samples)
    assert all((one.image("s0") == stores[0].image("s0")).all() for one in stores)


def test_a_failed_build_leaves_nothing_and_the_next_one_succeeds(make_prepared):
    folder, samples = make_prepared()
    path = folder / samples[3].image
    content = path.read_bytes()
    path.write_bytes(content[:100])
    with pytest.raises(PictureError, match=r"s3\.png: cannot be decoded"):
        open_store(folder, samples)
    path.write_bytes(content)
    assert samples[3].id in open_store(folder, samples)


def test_a_picture_of_another_size_than_the_manifest_says_is_refused(make_prepared):
    folder, samples = make_prepared()
    write_png(folder / samples[2].mask, np.zeros((40, 51), np.uint8))
    with pytest.raises(InputError, match=r"s2\.png: is 51 x 40, but the manifest says 50 x 40; run the split"):
        open_store(folder, samples)


def test_a_full_disk_is_told_before_anything_is_written(make_prepared, monkeypatch, decoded):
    folder, samples = make_prepared()
    usage = namedtuple("usage", "free")(2**20)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(InputError, match=r"need 0\.0 GB, but only 0\.0 GB are free; free some"):
        open_store(folder, samples)
    assert decoded == []


def test_samples_that_are_not_in_the_manifest_are_refused(make_prepared):
    folder, samples = make_prepared()
    with pytest.raises(InputError, match="does not list 'new'"):
        open_store(folder, [*samples, make_sample("new")])
    with pytest.raises(InputError, match="no samples"):
        open_store(folder, [])
