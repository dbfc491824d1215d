"""Checks the folder that plots/report.py wrote.

    check_report.py FOLDER GIF_FRAMES PICTURE…

Every PICTURE (a file name) is there, can be decoded, and shows something; there is no other file but report.html; that page
holds each of them, byte for byte, and refers to nothing outside itself. Exit status 1 with the reason otherwise.
"""

import base64
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from PIL import Image

# Attributes by which a page can load something.
LOADING = {"src", "srcset", "href", "data", "poster", "action", "background", "xlink:href"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.images, self.references, self.open, self.alternatives = [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("script", "link", "iframe", "object", "embed", "base"):
            sys.exit(f"report.html has a <{tag}>")
        self.references += [value for name, value in attributes.items() if name in LOADING]
        if tag == "img":
            self.images.append(attributes["src"])
            self.alternatives.append(attributes.get("alt", ""))
        if tag not in ("img", "meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            sys.exit(f"report.html: </{tag}> closes nothing")


def check_picture(path, gif_frames):
    with Image.open(path) as image:
        image.load()
        if path.suffix == ".gif":
            if image.n_frames != gif_frames:
                sys.exit(f"{path.name} has {image.n_frames} frames instead of {gif_frames}")
        elif image.format != "PNG" or image.width < 500:
            sys.exit(f"{path.name}: {image.format}, {image.width} pixels wide")
        pixels = image.convert("RGB")
    colors = pixels.getcolors(pixels.width * pixels.height)
    ink = 1.0 - max(count for count, _ in colors) / (pixels.width * pixels.height)
    if len(colors) < 30 or ink < 0.01:
        sys.exit(f"{path.name} is blank: {len(colors)} colours, {ink:.1%} of the pixels drawn on")


def main():
    folder, gif_frames, expected = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    found = sorted(path.name for path in folder.iterdir())
    if found != sorted([*expected, "report.html"]):
        sys.exit(f"found {found}")
    for name in expected:
        check_picture(folder / name, gif_frames)
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    page.close()
    if page.open:
        sys.exit(f"report.html leaves {page.open} open")
    outside = [reference[:60] for reference in page.references if not reference.startswith("data:")]
    if outside or re.search(r"url\(|@import|https?://", text):
        sys.exit(f"report.html refers to something outside itself: {outside}")
    embedded = sorted(base64.b64decode(source.partition(",")[2]) for source in page.images)
    if embedded != sorted((folder / name).read_bytes() for name in expected):
        sys.exit("report.html does not hold the pictures")
    if not all(page.alternatives):
        sys.exit("an image of report.html has no text for those who cannot see it")


main()
