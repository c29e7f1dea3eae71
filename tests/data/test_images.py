import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from hairline.data.images import PictureError, decode_picture, read_image, write_png
from tests.data.conftest import draw_photo

PHOTO = draw_photo(0)


def encoded(format: str, pixels: np.ndarray = PHOTO, **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format, **options)
    return buffer.getvalue()


def save(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def png_with_size(width: int, height: int) -> bytes:
    content = bytearray(encoded("PNG"))
    content[16:24] = struct.pack(">II", width, height)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


@pytest.mark.parametrize(("format", "name"), [("PNG", "a.png"), ("BMP", "a.BMP"), ("TIFF", "a.Tif")])
def test_a_lossless_file_gives_back_its_pixels_in_rgb_order(tmp_path, format, name):
    assert (read_image(save(tmp_path / name, encoded(format))) == PHOTO).all()


def test_an_image_is_writable_so_that_torch_takes_it_without_a_warning(tmp_path):
    assert read_image(save(tmp_path / "a.png", encoded("PNG"))).flags.writeable


def test_a_grey_photograph_becomes_three_equal_channels(tmp_path):
    grey = PHOTO[..., 0]
    image = read_image(save(tmp_path / "a.png", encoded("PNG", grey)))
    assert image.dtype == np.uint8 and (image == grey[..., None]).all() and image.shape == (40, 50, 3)


def test_transparency_is_dropped(tmp_path):
    alpha = np.full((40, 50, 1), 7, np.uint8)
    image = read_image(save(tmp_path / "a.png", encoded("PNG", np.concatenate([PHOTO, alpha], axis=2))))
    assert (image == PHOTO).all()


def test_sixteen_bit_grey_and_colour_lose_their_low_byte_alike(tmp_path):
    deep = np.random.default_rng(1).integers(0, 65536, (8, 9, 3), np.uint16)
    cv2.imwrite(str(tmp_path / "colour.png"), deep[..., ::-1])
    cv2.imwrite(str(tmp_path / "grey.png"), deep[..., 0])
    assert (read_image(tmp_path / "colour.png") == deep >> 8).all()
    assert (read_image(tmp_path / "grey.png") == (deep[..., :1] >> 8)).all()


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("largest", "bits"), [(4095, 12), (900, 10), (255, 8)])
def test_sixteen_bits_that_are_not_used_are_refused_rather_than_read_as_black(
    tmp_path, ending, channels, largest, bits
):
    deep = np.random.default_rng(1).integers(0, largest + 1, (8, 9, channels), np.uint16)
    deep[0, 0] = largest
    deep[..., 3:] = 65535
    cv2.imwrite(str(tmp_path / f"a.{ending}"), deep)
    with pytest.raises(
        PictureError, match=rf"a\.{ending}: uses {bits} of 16 bits; scale it to the full range, or to 8"
    ):
        read_image(tmp_path / f"a.{ending}")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_black_picture_of_sixteen_bits_is_black(tmp_path, channels):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((8, 9, channels), np.uint16))
    assert not read_image(tmp_path / "a.png").any()


def test_a_picture_is_named_with_its_folder(tmp_path):
    (tmp_path / "masks").mkdir()
    with pytest.raises(PictureError, match=r"^masks/a\.png: is empty"):
        read_image(save(tmp_path / "masks" / "a.png", b""))


def test_a_palette_is_looked_up(tmp_path):
    picture = Image.fromarray(np.array([[0, 1], [1, 2]], np.uint8), "L").convert("P")
    picture.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    picture.save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png")[0].tolist() == [[10, 20, 30], [40, 50, 60]]


def test_one_bit_is_black_and_white(tmp_path):
    bits = np.array([[True, False]])
    assert read_image(save(tmp_path / "a.png", encoded("PNG", bits)))[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [(3, lambda a: a[::-1, ::-1]), (6, lambda a: np.rot90(a, -1)), (8, lambda a: np.rot90(a, 1))],
)
@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_an_exif_rotation_is_carried_out_once(tmp_path, format, orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / f"a.{format.lower()}", encoded(format, exif=exif))
    assert (read_image(path) == upright(PHOTO)).all()


def test_a_cmyk_photograph_becomes_rgb(tmp_path):
    Image.new("CMYK", (5, 4), (0, 255, 255, 0)).save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif").shape == (4, 5, 3)
    assert read_image(tmp_path / "a.tif")[0, 0].tolist() == [255, 0, 0]


def test_only_upright_eight_bit_rgb_counts_as_plain():
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = cv2.imencode(".png", PHOTO.astype(np.uint16) * 257)[1].tobytes()
    assert decode_picture(encoded("JPEG"), name="a").plain
    assert not decode_picture(encoded("JPEG", exif=exif), name="a").plain
    assert not decode_picture(encoded("PNG", PHOTO[..., 0]), name="a").plain
    assert not decode_picture(deep, name="a").plain


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP", "TIFF"])
def test_a_file_cut_short_is_refused(tmp_path, format):
    content = encoded(format)
    path = save(tmp_path / "cut.img", content[: len(content) // 2])
    with pytest.raises(PictureError, match=r"cut\.img: cannot be decoded .*; replace or remove it"):
        read_image(path)


def test_an_empty_file_and_a_text_are_refused(tmp_path):
    with pytest.raises(PictureError, match=r"a\.png: is empty"):
        read_image(save(tmp_path / "a.png", b""))
    with pytest.raises(PictureError, match=r"b\.png: is no picture inside"):
        read_image(save(tmp_path / "b.png", b"not a picture at all"))


def test_a_picture_that_claims_a_huge_size_is_refused_before_it_is_decoded(tmp_path):
    for side in (13_400, 30_000):
        with pytest.raises(PictureError, match="claims more than 178 million pixels; cut it"):
            read_image(save(tmp_path / "a.png", png_with_size(side, side)))


def test_a_large_picture_is_read_without_a_warning(tmp_path):
    with pytest.raises(PictureError, match="cannot be decoded"):  # its header says 12 000 x 9 000, its pixels are few
        read_image(save(tmp_path / "a.png", png_with_size(12_000, 9_000)))


def test_a_header_that_lies_about_the_size_is_refused(tmp_path):
    with pytest.raises(PictureError, match="cannot be decoded"):
        read_image(save(tmp_path / "a.png", png_with_size(300, 300)))


def test_floating_point_pixels_are_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "a.tif"), np.ones((4, 5), np.float32))
    with pytest.raises(PictureError, match="pixels of the kind F; save it as 8-bit"):
        read_image(tmp_path / "a.tif")


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(PictureError, match="no such file; run the stage"):
        read_image(tmp_path / "none.png")


def test_a_written_png_reads_back_equal(tmp_path):
    write_png(tmp_path / "a.png", PHOTO)
    assert (read_image(tmp_path / "a.png") == PHOTO).all()
