from pathlib import Path

import pytest

from hairline.deploy.pictures.find import find_pictures
from hairline.deploy.pictures.names import name_results
from hairline.errors import InputError


@pytest.fixture
def photos(tmp_path, monkeypatch):
    for name in ("b.JPG", "a.png", "notes.txt", "deep/er/c.tif", ".hidden.jpg", ".trash/d.jpg", "out/old.jpg"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "photos"


def found(*arguments, out="photos/out"):
    return [path.as_posix() for path in find_pictures(arguments, out=Path(out))]


def test_a_folder_is_searched_with_all_below_it_but_hidden_files_and_results(photos):
    assert found("photos") == ["photos/a.png", "photos/b.JPG", "photos/deep/er/c.tif"]


def test_a_pattern_is_the_shells_or_ours(photos):
    assert found("photos/*.JPG") == ["photos/b.JPG"]
    assert found("photos/**/c.*") == ["photos/deep/er/c.tif"]
    assert found("photos/*", out="elsewhere") == ["photos/a.png", "photos/b.JPG"]


def test_arguments_keep_their_order_and_no_file_comes_twice(photos):
    assert found("photos/b.JPG", "photos", str(photos / "a.png")) == [
        "photos/b.JPG", "photos/a.png", "photos/deep/er/c.tif",
    ]  # fmt: skip


def test_a_file_is_taken_whatever_its_name(photos):
    (photos / "[1].webp").touch()
    assert found("photos/[1].webp", "photos/notes.txt") == ["photos/[1].webp", "photos/notes.txt"]


def test_home_is_understood_in_quotes_too(photos, monkeypatch):
    monkeypatch.setenv("HOME", str(photos.parent))
    assert found("~/photos/*.png") == [str(photos / "a.png")]


def test_what_means_no_picture_is_refused(photos):
    (photos / "bare").mkdir()
    with pytest.raises(InputError, match=r"photos/bare: no picture in it or below; expected .jpg"):
        found("photos/bare")
    with pytest.raises(InputError, match=r"photos/\*.txt: no picture matches \(1 other files do\)"):
        found("photos/*.txt")
    with pytest.raises(InputError, match=r"photos/none.jpg: no such file or folder"):
        found("photos/none.jpg")
    with pytest.raises(InputError, match="photos: is --out as well"):
        found("photos", out="photos")


def named(*paths):
    return list(name_results([Path(path) for path in paths]).values())


def test_a_result_is_called_like_its_picture():
    assert named("/x/a.jpg", "/y/b.png") == ["a", "b"]


def test_pictures_of_one_name_are_told_apart_by_as_few_folders_as_it_takes():
    assert named("/x/north/a.jpg", "/x/south/a.jpg", "/x/b.jpg") == ["north-a", "south-a", "b"]
    assert named("/1/day/a.jpg", "/2/day/a.jpg", "/2/night/a.jpg") == ["1-day-a", "2-day-a", "night-a"]


def test_upper_and_lower_case_are_no_difference():
    assert named("/x/n/A.jpg", "/x/s/a.jpg") == ["n-A", "s-a"]


def test_two_kinds_of_file_of_one_name_are_told_apart_by_their_kind():
    assert named("/x/a.jpg", "/x/a.PNG") == ["a-jpg", "a-PNG"]


def test_names_never_collide_not_even_when_folders_imitate_them():
    paths = ["/n/a.jpg", "/s/a.jpg", "/s/n-a.jpg", "/n-s/a.png", "/n/s/a.png", "/a.jpg", "/n/a.png", "/q/N-A-JPG.tif"]
    names = named(*paths)
    assert len({name.casefold() for name in names}) == len(paths)
    assert all("/" not in name for name in names)
