"""The documentation builds, asks nothing of other hosts, and names only commands that exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify

from belvedere.app.site import ADDRESSES
from tests.project.repository import REPOSITORY

# A page may link anywhere; it may load nothing from elsewhere.
LOADED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//|<link\b[^>]*\bhref=["']?(?:https?:)?//|@import\s+["']?https?:|url\(["']?https?:"""
)
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    return [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]


def commands(text: str) -> Iterator[list[str]]:
    """The words after `belvedere` on each line of a code block that calls it."""
    for block in FENCE.findall(text):
        for line in block.splitlines():
            if called := re.match(r"(?:\$ )?(?:\.venv/bin/)?belvedere\b(.*)", line.strip()):
                yield shlex.split(called[1], comments=True)


def named_commands() -> list[tuple[str, ...]]:
    return sorted({tuple(words) for page in pages() for words in commands(page.read_text(encoding="utf-8"))})


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_every_page_is_built(site):
    missing = [
        str(p)
        for p in pages()[1:]
        if p.name != "README.md" and not (site / p.relative_to(REPOSITORY / "docs")).with_suffix(".html").exists()
    ]
    assert missing == []


def test_the_built_pages_load_nothing_from_other_hosts(site):
    loading = {
        str(f.relative_to(site)): LOADED.findall(f.read_text(encoding="utf-8"))
        for f in [*site.rglob("*.html"), *site.rglob("*.css")]
    }
    assert {name: found for name, found in loading.items() if found} == {}
    assert len(loading) > 5


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js">',
        '<link rel="stylesheet" href="//fonts.example/a">',
        "url(https://f.example/a.woff)",
    ],
)
def test_what_is_loaded_from_elsewhere_is_found(text):
    assert LOADED.search(text)


def test_a_link_is_not_a_load():
    assert not LOADED.search('<a href="https://example.org">there</a>')


def test_no_picture_is_named_that_does_not_exist():
    named = [
        (page, target) for page in pages() for target in re.findall(r"!\[[^]]*]\(([^)#?]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert [f"{page.name}: {target}" for page, target in named if not (page.parent / target).exists()] == []


def test_links_of_the_readme_lead_somewhere():
    targets = re.findall(r"]\(([^)#:]+)\)", (REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert len(targets) > 4
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []


def links(page: Path) -> list[str]:
    """Targets of a page's links that stay within the repository, without those in code."""
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
    return [target for target in re.findall(r"]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """What can be linked to within a page, as MkDocs names its headings."""
    text = page.read_text(encoding="utf-8")
    own = re.findall(r"""(?:\bid="|\{ *#)([\w-]+)""", text)
    return {*own, *(slugify(heading, "-") for heading in re.findall(r"^#+ +(.+)$", text, re.MULTILINE))}


def broken(page: Path) -> list[str]:
    """Links of a page that lead nowhere: no such file, or no such heading in it."""
    found = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            found.append(f"{page.name}: {target}")
    return found


def test_every_internal_link_leads_to_a_file_and_a_heading():
    assert sum(len(links(page)) for page in pages()) > 40
    assert [link for page in pages() for link in broken(page)] == []


def test_a_link_to_a_heading_that_is_not_there_is_found(tmp_path):
    assert anchors(REPOSITORY / "docs" / "concepts.md") >= {"three-clocks", "health-of-a-feed"}
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](none.md) [d](https://example.org/none)\n```\n[e](neither.md)\n```\n")
    assert broken(page) == ["page.md: #two", "page.md: none.md"]


SHOWN = re.compile(r"`(?:GET )?(?:http://(?:127\.0\.0\.1|localhost)(?::\d+)?)?(/[a-z{][^`\s]*|/\?[^`\s]*|/)`")
"""An address of a page in running text: `/data/{feed}`, `/?as_of=…`."""
NOT_PAGES = ("/api/", "/health", "/srv", "/var", "/tmp", "/regions", "/frame", "/situation", "/search", "/feeds", "/quarantine",
             "/origin", "/cube", "/jobs", "/events")  # fmt: skip
"""Folders, and the interface's own addresses, which its guide gives without their beginning."""


def test_addresses_of_pages_exist():
    """A page that is named is one that the site serves."""
    shapes = [re.compile(re.sub(r"\{\w+\}", "[^/]+", address)) for address in ADDRESSES]
    named = {
        (page.name, address.split("?")[0])
        for page in pages()
        if page.parent.name not in ("reference", "decisions") and page.name != "api.md"
        for address in SHOWN.findall(page.read_text(encoding="utf-8"))
        if not address.startswith(NOT_PAGES)
    }
    assert ("tutorial.md", "/") in named
    assert [(page, address) for page, address in sorted(named) if not any(s.fullmatch(address) for s in shapes)] == []


def test_commands_are_found_in_code_blocks_only():
    text = "belvedere init\n```sh\n$ belvedere ingest a.csv --feed x  # note\n.venv/bin/belvedere status\nother\n```\n"
    assert list(commands(text)) == [["ingest", "a.csv", "--feed", "x"], ["status"]]


@pytest.mark.parametrize("words", named_commands(), ids=" ".join)
def test_a_documented_command_exists_with_its_options(words):
    """`belvedere WORDS --help` answers, and its help names every option the page uses."""
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    leading = list(words[: next((i for i, word in enumerate(words) if word.startswith("-")), len(words))])
    command = [sys.executable, "-c", "from belvedere.app.cli import main; main()", *leading, "--help"]
    done = subprocess.run(
        command, env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [option for option in options if not re.search(re.escape(option) + r"\b", done.stdout)] == []
