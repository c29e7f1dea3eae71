import numpy as np

from hairline.data.loading.mapped import MappedFile


def test_views_show_the_bytes_at_their_place_and_cannot_be_written(tmp_path):
    values = np.arange(60, dtype="<u2")
    (tmp_path / "f").write_bytes(values.tobytes())
    view = MappedFile(tmp_path / "f").view(20, (2, 5), "<u2")
    assert view.tolist() == [[10, 11, 12, 13, 14], [15, 16, 17, 18, 19]]
    assert not view.flags.writeable


def test_a_view_stays_right_after_its_pages_were_handed_back(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, 1_000_000, np.uint8)
    (tmp_path / "f").write_bytes(values.tobytes())
    file = MappedFile(tmp_path / "f", drop_after=100_000)
    views = [file.view(start, (10_000,), np.uint8) for start in range(0, 1_000_000, 10_000)]
    assert (np.concatenate(views) == values).all()


def test_pages_are_handed_back_once_enough_was_read(tmp_path):
    size = 64 * 2**20
    (tmp_path / "f").write_bytes(bytes(size))

    def grown(drop_after: int) -> int:
        file, before = MappedFile(tmp_path / "f", drop_after=drop_after), resident()
        for start in range(0, size, 2**20):
            file.view(start, (2**20,), np.uint8).max()
        return resident() - before

    def resident() -> int:
        with open("/proc/self/statm") as file:  # noqa: PTH123
            return int(file.read().split()[2]) * 4096  # file-backed pages

    assert grown(2**60) > 0.9 * size
    assert grown(8 * 2**20) < 0.3 * size
