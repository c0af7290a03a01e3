"""Pictures: one check for all of them, whichever channel they come through."""

import threading
import uuid
from functools import partial
from io import BytesIO

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps
from unfold.widgets import UnfoldAdminImageFieldWidget

FORMATS = ("JPEG", "PNG", "WEBP")
# What can be unpacked in 150 MB (tests/bench/limits.py), by format, and of JPEGs in the colours of printers: a WebP
# needs up to 19 bytes a pixel, a progressive CMYK picture 12, the others 10.
MAX_PIXELS = {"JPEG": 15_000_000, "MPO": 15_000_000, "PNG": 15_000_000, "WEBP": 7_000_000, "CMYK": 12_000_000}
TOO_MANY_PIXELS = _("The picture has more than {number} million pixels.")
MAX_SIDE = 1600

# One picture at a time is unpacked in each process, so that many at once need no more memory than one.
unpacking = threading.Lock()
PATIENCE = 20  # seconds to wait for one's turn


def clean_image(upload) -> ContentFile:
    """A fresh picture made from the upload's pixels alone, at most 1600 pixels wide and high, under a random name.

    Raises ValidationError with a sentence for anything but a JPEG, PNG or WebP of a bearable size.
    """
    if upload.size > settings.MAX_IMAGE_BYTES:
        limit = settings.MAX_IMAGE_BYTES // (1024 * 1024)
        raise ValidationError(
            gettext("The picture is larger than %(limit)s MB. Please choose a smaller one.") % {"limit": limit}
        )
    if not unpacking.acquire(timeout=PATIENCE):
        raise ValidationError(gettext("Many pictures are being read at the moment. Please try again in a minute."))
    try:
        upload.seek(0)
        return re_encoded(Image.open(upload, formats=FORMATS))
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise too_many_pixels(MAX_PIXELS["PNG"]) from error
    except Exception as error:  # Pillow raises anything at all for a damaged file
        raise ValidationError(
            gettext("This is not a picture we can read. Please choose a JPEG, PNG or WebP file.")
        ) from error
    finally:
        unpacking.release()


def is_picture(name: str, file) -> bool:
    """Whether a stored file is what its name says, and one that could have been uploaded."""
    try:
        with Image.open(file, formats=FORMATS) as image:
            image.verify()
            suffixes = {"JPEG": (".jpg", ".jpeg"), "MPO": (".jpg", ".jpeg")}.get(str(image.format))
            return name.lower().endswith(suffixes or f".{str(image.format).lower()}")
    except Exception:  # as above
        return False


def too_many_pixels(allowed: int) -> ValidationError:
    return ValidationError(format_lazy(TOO_MANY_PIXELS, number=allowed // 1_000_000))


def re_encoded(image: Image.Image) -> ContentFile:
    """A new file of the picture's pixels, upright. Raises ValidationError before it unpacks too many of them."""
    allowed = min(MAX_PIXELS[str(image.format)], MAX_PIXELS.get(image.mode, MAX_PIXELS["PNG"]))
    if image.width * image.height > allowed:
        raise too_many_pixels(allowed)
    # MPO is what many phones call their JPEGs.
    image_format = "JPEG" if image.format == "MPO" else str(image.format)
    image.thumbnail((MAX_SIDE, MAX_SIDE))  # first of all: whatever comes later copies it
    image = ImageOps.exif_transpose(image)
    see_through = image_format != "JPEG" and image.has_transparency_data
    if image.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    image = to_srgb(image).convert("RGBA" if see_through else "RGB")
    image.info.clear()  # else Pillow writes comments and profiles into the new file
    buffer = BytesIO()
    image.save(buffer, format=image_format, quality=88)
    return ContentFile(buffer.getvalue(), name=f"{uuid.uuid4().hex}.{image_format.lower()}")


def to_srgb(image: Image.Image) -> Image.Image:
    """The picture in the colours that everybody assumes where no profile is named."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):  # a senseless profile
        return image


def clean_image_field(field: str, upload) -> ContentFile:
    """As `clean_image`, with what is wrong said at this field."""
    try:
        return clean_image(upload)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error


def delete_image_on_commit(old: FieldFile) -> None:
    """Delete the file of a picture, if there is one, when the transaction has succeeded."""
    if old:
        transaction.on_commit(partial(old.storage.delete, str(old.name)))


class PictureInput(UnfoldAdminImageFieldWidget):
    """Shows the present picture, and asks the browser to offer pictures only."""

    template_name = "core/picture_input.html"  # in core/templates: widgets are looked for in apps alone

    def __init__(self, attrs=None):
        super().__init__({"accept": ",".join(f"image/{name.lower()}" for name in FORMATS), **(attrs or {})})


class PictureField(forms.FileField):
    """A form's upload field that accepts real pictures only (see `clean_image`)."""

    widget = PictureInput

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        return clean_image(upload) if upload and upload is not initial and hasattr(upload, "size") else upload
