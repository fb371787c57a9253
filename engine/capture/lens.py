"""The 35 mm equivalent focal length that pictures say about themselves, as `CameraSpec.film_mm` takes it.

It is defined by the picture's diagonal, so that neither rotation nor scaling changes it; cropping does.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.capture.quicktime import track_metadata

QUICKTIME_KEY = "com.apple.quicktime.camera.focal_length.35mm_equivalent"
_EXIF_IFD, _MAKE = 0x8769, 0x010F
_FOCAL_LENGTH, _FOCAL_LENGTH_35MM, _DIGITAL_ZOOM, _WIDTH, _HEIGHT = 0x920A, 0xA405, 0xA404, 0xA002, 0xA003
_PLAUSIBLE_MM = (5.0, 1500.0)
_MOST_CROP = 15.0
"""Maximum ratio of equivalent and true focal length: smaller sensors are not built. Some programs write an equivalent
of ten times as much into reduced pictures."""
_ASPECT_DIFFERS = 0.02


def film_mm_of_image(content: bytes, size: tuple[int, int]) -> float | None:
    """The equivalent focal length by the EXIF data of an image file, whose picture is (width, height) `size`."""
    from PIL import Image as pillow  # noqa: N813 (a module)

    try:
        with warnings.catch_warnings(), pillow.open(io.BytesIO(content)) as picture:
            warnings.simplefilter("ignore")  # large pictures, odd metadata
            exif = picture.getexif()
            return _of_exif(str(exif.get(_MAKE, "")), exif.get_ifd(_EXIF_IFD), size)
    except Exception:  # noqa: BLE001 - metadata may be damaged in any way where the picture is not
        return None


def film_mm_of_video(path: Path, metadata: Mapping[str, str]) -> float | None:
    """The equivalent focal length of a QuickTime or MP4 file; `metadata` is that of the whole file."""
    return film_mm_of_metadata(metadata) or film_mm_of_metadata(track_metadata(path))


def film_mm_of_metadata(metadata: Mapping[str, str]) -> float | None:
    """The equivalent focal length that QuickTime's metadata says."""
    return _plausible(_number(metadata.get(QUICKTIME_KEY)))


def _of_exif(make: str, tags: Mapping[int, Any], size: tuple[int, int]) -> float | None:
    """Apple's equivalent includes the digital zoom, that of others does not."""
    zoom = max(1.0, _number(tags.get(_DIGITAL_ZOOM)))
    equivalent, focal = _number(tags.get(_FOCAL_LENGTH_35MM)), _number(tags.get(_FOCAL_LENGTH))
    if make.strip().rstrip("\0") != "Apple":
        equivalent *= zoom
    if focal > 0 and equivalent > _MOST_CROP * zoom * focal:
        return None
    return _plausible(equivalent * _crop((_number(tags.get(_WIDTH)), _number(tags.get(_HEIGHT))), size))


def _crop(taken: tuple[float, float], size: tuple[int, int]) -> float:
    """The diagonal of the picture as it was taken over that of a part that was cut out of it; 1 if it is whole.

    Without a change of shape, a smaller picture is taken to be scaled.
    """
    long, short = sorted(taken)[::-1]
    own_long, own_short = sorted(size)[::-1]
    if short <= 0 or abs(long / short * own_short / own_long - 1) <= _ASPECT_DIFFERS:
        return 1.0
    is_part = own_long <= long and own_short <= short
    return math.hypot(*taken) / math.hypot(*size) if is_part else 1.0


def _number(value: Any) -> float:
    """0 for what is missing or no number, which EXIF says of unknown values, too."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return 0.0
    return number if math.isfinite(number) else 0.0


def _plausible(mm: float) -> float | None:
    return mm if _PLAUSIBLE_MM[0] <= mm <= _PLAUSIBLE_MM[1] else None
