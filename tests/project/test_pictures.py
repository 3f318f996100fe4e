"""The pictures of the documentation: each is made by the script, small enough, and shows a page that is served."""

from __future__ import annotations

import re
import runpy

import pytest

from belvedere.app.site import ADDRESSES
from tests.project.repository import REPOSITORY
from tests.project.test_docs import pages

IMAGES = REPOSITORY / "docs" / "images"


@pytest.fixture(scope="module")
def script() -> dict:
    return runpy.run_path(str(IMAGES / "make.py"))


def test_what_is_committed_is_what_the_script_draws_and_the_pages_show(script):
    committed = {file.stem for file in IMAGES.glob("*.png")}
    shown = {name for page in pages() for name in re.findall(r"images/([\w-]+)\.png", page.read_text(encoding="utf-8"))}
    assert committed == set(script["CHOSEN"]) == shown
    assert committed <= {picture.name for picture in script["pictures"]()}


def test_the_pictures_are_small(script):
    sizes = [file.stat().st_size for file in IMAGES.glob("*.png")]
    assert max(sizes) <= script["LARGEST_BYTES"] and sum(sizes) <= script["LARGEST_OF_ALL_BYTES"]


def test_every_page_of_the_site_is_in_the_list(script):
    shapes = {address: re.compile(re.sub(r"\{\w+\}", "[^/]+", address)) for address in ADDRESSES}
    drawn = [path.split("?")[0] for path in script["PAGES"].values()]
    assert [a for a, shape in shapes.items() if not any(shape.fullmatch(path) for path in drawn)] == []
    assert [path for path in drawn if not any(shape.fullmatch(path) for shape in shapes.values())] == []
