"""Whatever is offered as a picture, at the admin and over the API: a fresh picture comes of it, or a sentence."""

import random
import struct
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageCms

from accounts.models import User
from core import images
from core.images import clean_image
from tests.clients import Caller, signed_in
from tests.factories import make_sales

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]  # Pillow warns of what it reads
SCRIPT = b"<script>alert('marker')</script>"
UNREADABLE, TOO_MANY, TOO_LARGE = "not a picture we can read", "million pixels", "larger than 5 MB"


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(kind="PNG", size=(40, 30), mode="RGB", **options) -> bytes:
    return encoded(Image.new(mode, size), kind, **options)


def zipped() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("marker.html", SCRIPT)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width: int, height: int, data: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def png_with(kind: bytes, data: bytes) -> bytes:
    whole = plain()
    return whole[:33] + chunk(kind, data) + whole[33:]  # behind the header


def webp_that_says(width: int, height: int) -> bytes:
    whole = plain("WEBP", lossless=True)
    start = whole.index(b"VP8L") + 9
    bits = (width - 1) | (height - 1) << 14
    return whole[:start] + struct.pack("<I", bits) + whole[start + 4 :]


def jpeg_that_says(width: int, height: int) -> bytes:
    whole = plain("JPEG")
    start = whole.index(b"\xff\xc0") + 5
    return whole[:start] + struct.pack(">HH", height, width) + whole[start + 4 :]


def animated(kind: str) -> bytes:
    first, *others = (Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue"))
    return encoded(first, kind, save_all=True, append_images=others)


def text_bomb() -> bytes:
    return png_with(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 80_000_000))


REFUSED = {
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', UNREADABLE),
    "html": (b"<!doctype html>" + SCRIPT, UNREADABLE),
    "nothing": (b"", ""),
    "one byte": (b"\x89", UNREADABLE),
    "pdf": (b"%PDF-1.7\n", UNREADABLE),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(ls) system\n", UNREADABLE),
    "gif and script": (b"GIF89a/*" + plain("GIF")[8:] + b"*/=1;alert('marker')", UNREADABLE),
    "gif": (plain("GIF"), UNREADABLE),
    "animated gif": (animated("GIF"), UNREADABLE),
    "tiff": (plain("TIFF"), UNREADABLE),
    "tiff of many pixels": (plain("TIFF", (8000, 8000), "1", compression="group4"), UNREADABLE),
    "bmp": (plain("BMP"), UNREADABLE),
    "ico": (plain("ICO"), UNREADABLE),
    "zip": (zipped(), UNREADABLE),
    "half a png": (encoded(Image.effect_noise((300, 300), 90), "PNG")[:9000], UNREADABLE),
    "half a jpeg": (encoded(Image.effect_noise((300, 300), 90), "JPEG")[:9000], UNREADABLE),
    "half a webp": (encoded(Image.effect_noise((300, 300), 90), "WEBP")[:9000], UNREADABLE),
    "png bomb": (plain("PNG", (12_000, 12_000), "1"), TOO_MANY),
    "png of more than Pillow bears": (png_that_says(60_000, 60_000), TOO_MANY),
    "png of 4 thousand million squared": (png_that_says(2**31 - 1, 2**31 - 1), TOO_MANY),
    "png without a line": (png_that_says(0, 0), UNREADABLE),
    "png of one very long line": (png_that_says(2**31 - 1, 1), TOO_MANY),
    "png with less in it than it says": (png_that_says(3000, 3000), UNREADABLE),
    "webp of many pixels": (webp_that_says(16_000, 16_000), TOO_MANY),
    "jpeg of many pixels": (jpeg_that_says(65_000, 65_000), TOO_MANY),
    "png with an unpacking comment": (text_bomb(), UNREADABLE),
    "five megabytes and one": (plain("JPEG") + b"x" * 5 * 1024 * 1024, TOO_LARGE),
}
KEPT = {
    "png with a page behind it": plain() + SCRIPT,
    "jpeg and zip": plain("JPEG") + zipped(),
    "jpeg with a comment": plain("JPEG", comment=SCRIPT),
    "png with text": png_with(b"tEXt", b"x\0" + SCRIPT),
    "webp with more behind it": plain("WEBP") + SCRIPT,
    "webp with xmp": plain("WEBP", xmp=SCRIPT),
    "jpeg with xmp": plain("JPEG", xmp=SCRIPT),
    "jpeg with a senseless profile": plain("JPEG", icc_profile=SCRIPT),
    "png with a senseless profile": plain("PNG", icc_profile=SCRIPT),
    "jpeg with senseless exif": plain("JPEG", exif=b"Exif\0\0" + SCRIPT),
    "animated png": animated("PNG"),
    "animated webp": animated("WEBP"),
    "mpo": animated("MPO"),
    "cmyk": plain("JPEG", mode="CMYK"),
    "grey": plain("JPEG", mode="L"),
    "16 bit": plain(mode="I;16"),
    "black and white": plain(mode="1"),
    "palette": plain(mode="P"),
    "grey and see-through": plain(mode="LA"),
    "palette and see-through": encoded(Image.new("P", (40, 30)), "PNG", transparency=0),
    "large 16 bit": plain(size=(2000, 1000), mode="I;16"),
    "large palette": plain(size=(2000, 1000), mode="P"),
    "large black and white": plain(size=(2000, 1000), mode="1"),
    "a line": plain(size=(30_000, 1)),
    "one pixel": plain(size=(1, 1)),
}
NAMES = [
    "../../etc/passwd.png",
    "C:\\x\\y.png",
    "a\x00.php.png",
    "gpj.\u202eexe.png",
    "x" * 300 + ".png",
    ".png",
    "a.svg",
]


def at_the_admin(user, upload):
    form = {"first_name": "A", "last_name": "B", "phone": "", "avatar": upload}
    response = signed_in(user).post(reverse("profile"), form)
    return response.status_code == 302, str(response.context["form"].errors) if response.context else ""


def over_the_api(user, upload):
    response = Caller(user).upload("/auth/me/avatar/", "avatar", upload)
    return response.status_code == 200, response.content.decode()


DOORS = pytest.mark.parametrize("door", [at_the_admin, over_the_api], ids=["admin", "api"])


def stored(user) -> bytes:
    avatar = User.objects.get(pk=user.pk).avatar
    return avatar.read() if avatar else b""


@DOORS
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_bearable_picture_is_refused_in_a_sentence(door, case):
    data, sentence = REFUSED[case]
    user = make_sales()
    accepted, told = door(user, SimpleUploadedFile("picture.png", data, "image/png"))
    assert not accepted and sentence in told
    assert not stored(user)


@DOORS
@pytest.mark.parametrize("case", KEPT)
def test_of_a_picture_nothing_but_its_pixels_is_kept(door, case):
    user = make_sales()
    accepted, told = door(user, SimpleUploadedFile("picture.txt", KEPT[case], "text/html"))
    assert accepted, told
    data = stored(user)
    assert b"marker" not in data
    picture = Image.open(BytesIO(data), formats=images.FORMATS)
    picture.load()
    assert max(picture.size) <= images.MAX_SIDE and getattr(picture, "n_frames", 1) == 1
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(picture.info)


@DOORS
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_the_name_of_a_file_leaves_no_trace(door, name):
    user = make_sales()
    upload = SimpleUploadedFile("x", plain(), "image/png")
    upload._name = name
    accepted, told = door(user, upload)
    assert accepted or "file" in told
    assert accepted or "\x00" in name
    if accepted:
        assert len(User.objects.get(pk=user.pk).avatar.name) == len("profile/.png") + 32


def test_a_photograph_is_turned_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right by 90 degrees
    exif[0x010F] = "marker"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    photograph = Image.new("RGB", (40, 30), "red")
    photograph.paste("blue", (0, 0, 20, 30))
    for kind in ("JPEG", "PNG", "WEBP"):
        cleaned = clean_image(SimpleUploadedFile("a", encoded(photograph, kind, exif=exif)))
        picture = Image.open(cleaned)
        assert picture.size == (30, 40)
        red, _, blue = picture.convert("RGB").getpixel((15, 5))
        assert blue > 200 > red  # what was left is above
        assert not picture.getexif() and b"marker" not in encoded(picture, "PNG")


def test_colours_are_those_that_the_profile_means():
    """A profile is not kept, so the colours are turned into those that everybody assumes."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    shifted = profile.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")  # red is blue
    for name, meant in ((profile, (200, 100, 50)), (shifted, (50, 100, 200))):
        data = encoded(Image.new("RGB", (4, 4), (200, 100, 50)), "PNG", icc_profile=name)
        shown = Image.open(clean_image(SimpleUploadedFile("a", data))).getpixel((0, 0))
        assert all(abs(a - b) <= 3 for a, b in zip(shown, meant, strict=True)), shown


def test_sixteen_bits_become_eight_and_what_is_see_through_stays_so():
    deep = Image.new("I;16", (4, 4), 0x8000)
    shown = Image.open(clean_image(SimpleUploadedFile("a", encoded(deep, "PNG")))).convert("RGB").getpixel((0, 0))
    assert all(abs(value - 128) <= 2 for value in shown)
    for mode, options in (("RGBA", {}), ("LA", {}), ("P", {"transparency": 0}), ("RGB", {"transparency": (0, 0, 0)})):
        data = encoded(Image.new(mode, (4, 4), 0), "PNG", **options)
        picture = Image.open(clean_image(SimpleUploadedFile("a", data)))
        assert picture.convert("RGBA").getpixel((0, 0))[3] == 0, mode


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damage_anywhere_is_a_sentence_and_never_a_crash(kind):
    exif = Image.Exif()
    exif[0x0112] = 3
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    whole = encoded(Image.effect_noise((60, 60), 90).convert("RGB"), kind, exif=exif, icc_profile=profile)
    dice = random.Random(7)
    outcomes = set()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(dice.choice([1, 3, 20])):
            damaged[dice.randrange(min(len(whole), dice.choice([60, 400, len(whole)])))] = dice.randrange(256)
        try:
            clean_image(SimpleUploadedFile("a", bytes(damaged)))
            outcomes.add("kept")
        except ValidationError as error:
            outcomes.add(error.messages[0][:20])
    assert outcomes


def test_a_photograph_whose_notes_are_damaged_is_no_crash():
    """What Pillow raises for it is neither of the errors that it documents."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 3, "x" * 20
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    whole = plain("JPEG", exif=exif)
    start = whole.index(b"Exif")
    for place in range(start + 6, start + 130):
        for value in (0, 2, 5, 10, 12, 255):
            damaged = whole[:place] + bytes([value]) + whole[place + 1 :]
            with suppress(ValidationError):
                clean_image(SimpleUploadedFile("a", damaged))


@pytest.mark.parametrize(
    ("kind", "side", "mode"),
    [("WEBP", 3000, "RGB"), ("PNG", 4000, "RGB"), ("JPEG", 4000, "RGB"), ("JPEG", 3500, "CMYK")],
)
def test_a_picture_of_more_pixels_than_fit_is_refused_before_it_is_unpacked(kind, side, mode, monkeypatch):
    data = plain(kind, (side, side), mode)
    monkeypatch.setattr(Image.Image, "thumbnail", lambda *args: pytest.fail("unpacked"))
    with pytest.raises(ValidationError, match="million pixels"):
        clean_image(SimpleUploadedFile("a", data))


def test_a_picture_is_made_small_before_anything_copies_it(monkeypatch):
    sizes = []
    turned = images.ImageOps.exif_transpose
    monkeypatch.setattr(images.ImageOps, "exif_transpose", lambda image: sizes.append(image.size) or turned(image))
    exif = Image.Exif()
    exif[0x0112] = 6
    cleaned = clean_image(SimpleUploadedFile("a", plain("WEBP", (2400, 1200), "RGBA", exif=exif)))
    assert sizes == [(1600, 800)]
    assert Image.open(cleaned).size == (800, 1600)


def test_pictures_are_unpacked_one_at_a_time():
    inside, most = [], []

    def unpack(image):
        inside.append(image)
        most.append(len(inside))
        time.sleep(0.02)  # long enough for the others to come in, if they could
        inside.pop()
        return turned(image)

    turned = images.re_encoded
    uploads = [SimpleUploadedFile("a", plain()) for _ in range(6)]
    with patch.object(images, "re_encoded", unpack), ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(clean_image, uploads))) == 6
    assert set(most) == {1}


def test_whoever_cannot_have_their_turn_is_told_so(monkeypatch):
    monkeypatch.setattr(images, "PATIENCE", 0.01)
    with images.unpacking, pytest.raises(ValidationError, match="try again"):
        clean_image(SimpleUploadedFile("a", plain()))
    assert clean_image(SimpleUploadedFile("a", plain()))


def test_pictures_have_a_rate_of_their_own(settings):
    settings.API_UPLOAD_RATE = "2/m"
    user = make_sales()
    codes = [Caller(user).upload("/auth/me/avatar/", "avatar", SimpleUploadedFile("a.png", plain())) for _ in range(3)]
    assert [response.status_code for response in codes] == [200, 200, 429]
    assert Caller(user).get("/auth/me/").status_code == 200
