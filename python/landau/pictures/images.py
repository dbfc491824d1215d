"""Images with a palette of their own."""

from pathlib import Path

import numpy as np
from PIL import Image


def indexed(image: Image.Image, colors: int, like: Image.Image | None = None) -> Image.Image:
    """The image with a palette of so many colours, or with that of another one; paper stays white."""
    image = image.convert("RGB")
    if like is not None:
        return image.quantize(palette=like, dither=Image.Dither.NONE)
    reduced = image.quantize(colors, dither=Image.Dither.NONE)
    entries = np.array(reduced.getpalette(), dtype=np.uint8).reshape(-1, 3)
    entries[entries.min(axis=1) > 243] = 255
    reduced.putpalette(entries.ravel().tolist())
    return reduced


def small(path: Path) -> Path:
    """The picture with a palette of its own, which the repository carries at a third of the size."""
    with Image.open(path) as image:
        reduced = indexed(image, 256)
    reduced.save(path, optimize=True)
    return path
