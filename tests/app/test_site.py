"""The built pages: one file for every address of theirs, its assets kept for good, and a plain word where there is no build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from belvedere.app.site import ADDRESSES, add_site

MAIN = Path(__file__).parents[2] / "web" / "src" / "main.tsx"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Belvedere</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-1a2b.js").write_text("export {}", encoding="utf-8")
    (tmp_path / "theme.js").write_text("void 0", encoding="utf-8")
    return tmp_path


def client(folder: Path) -> TestClient:
    app = FastAPI()
    add_site(app, folder)
    return TestClient(app)


@pytest.mark.parametrize(
    "address", ["/", "/region/FR-59", "/compare?places=FR-59", "/watch", "/data", "/data/quarantine", "/data/x"]
)
def test_every_address_gives_the_page_and_asks_again_each_time(built: Path, address: str):
    answer = client(built).get(address)
    assert answer.status_code == 200
    assert "Belvedere" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_assets_are_kept_for_good_and_others_are_not_found(built: Path):
    pages = client(built)
    assert "immutable" in pages.get("/assets/index-1a2b.js").headers["cache-control"]
    assert pages.get("/assets/none.js").status_code == 404
    assert pages.get("/theme.js").headers["content-type"].startswith("text/javascript")
    assert pages.get("/elsewhere").status_code == 404


def test_without_a_build_it_says_what_to_run(tmp_path: Path):
    answer = client(tmp_path).get("/")
    assert answer.status_code == 503
    assert "scripts/build_web.sh" in answer.text


def test_server_and_pages_know_the_same_addresses():
    paths = re.findall(r"path: '([^'*]+)'", MAIN.read_text(encoding="utf-8"))
    in_pages = {"/" + path.strip("/").replace(":place", "{place}").replace(":feed", "{feed}") for path in paths}
    assert in_pages == set(ADDRESSES)
