"""Charts and maps in a real browser: a scenario over the current course, pictures, the detailed map, the wall."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Page, expect

from belvedere.app.serve import make_app
from belvedere.app.site import built_pages
from tests.app.api.conftest import asking, looking  # noqa: F401  the small country with outlooks and scenarios
from tests.app.api.outlook_workspace import CLOSING, PLACE, UNTRIED
from tests.app.demo_workspace import NOW

PANEL_LIGHT = (253, 252, 250)


@pytest.fixture(scope="module")
def address(asking) -> Iterator[str]:  # noqa: F811
    """Where the small country is served, its clock at `NOW`."""
    if not (built_pages() / "index.html").is_file():
        pytest.fail("The pages are not built. Run: sh scripts/build_web.sh")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(asking, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def ready(page: Page, path: str) -> Page:
    page.goto(path)
    page.wait_for_selector("[data-ready]")
    page.wait_for_load_state("load")
    return page


def test_a_scenario_is_drawn_over_the_current_course_and_says_the_difference(page: Page):
    ready(page, f"/region/{PLACE}?lang=en&scenario={CLOSING}&within=28")
    chart = page.locator(".main-panel .fan svg")
    for part in (".what-if-median", ".what-if-90", ".current-course .median", ".ceiling.before", ".ceiling.binding"):
        assert chart.locator(part).count() == 1, part
    style = "e => [getComputedStyle(e).strokeDasharray, getComputedStyle(e).strokeWidth, getComputedStyle(e).stroke]"
    dash, width, colour = chart.locator(".what-if-median").evaluate(style)
    assert re.sub(r"px|,", "", dash) == "9 3 2 3" and width == "2px" and colour == "rgb(154, 74, 134)"
    assert chart.locator(".current-course").evaluate("e => getComputedStyle(e).opacity") == "0.5"
    expect(page.locator(".main-panel .what-if-words")).to_contain_text(re.compile(r"differs from the current course by .*90%"))
    assert page.locator(".scenario-badge").count() == page.locator(".what-if-words").count() == 3
    page.keyboard.press("t")
    expect(page.get_by_role("columnheader", name="Current course").first).to_be_visible()


def test_the_switch_tells_of_each_scenario_and_offers_to_run_one_without_a_result(page: Page):
    ready(page, f"/region/{PLACE}?lang=en")
    page.get_by_role("button", name="Choose a scenario").click()
    expect(page.get_by_role("button", name="Fermeture le soir")).to_contain_text(
        "by A. Martin · draft · expires on 31 Dec 2026"
    )
    page.get_by_role("button", name="Écoles à distance").click()
    page.wait_for_url(re.compile(f"scenario={UNTRIED}"))
    expect(page.get_by_text("No forecast has been made under “Écoles à distance” yet.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Run it")).to_be_enabled()
    page.locator(".untried").get_by_role("button", name="Current course").click()
    expect(page.locator(".untried")).to_have_count(0)


@pytest.mark.parametrize(("path", "menu"), [(f"/region/{PLACE}", ".main-panel .dots"), ("/", ".map-panel .dots")])
def test_a_tile_is_saved_as_a_picture_that_says_what_it_is(page: Page, path, menu):
    page.add_init_script(
        "window.written = []; const write = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function (text, ...at)"
        " { window.written.push(text); return write.call(this, text, ...at) }"
    )
    ready(page, f"{path}?lang=en&theme=dark&scenario={CLOSING}&within=28")
    title = page.locator(menu.split()[0]).locator("h2").inner_text()
    page.locator(menu).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    picture = Image.open(io.BytesIO(download.value.path().read_bytes())).convert("RGB")
    words = " ".join(page.evaluate("window.written")).replace("\u00a0", " ")
    for part in (title, "28 d", "Fermeture le soir", "As known on Sun 22 Nov 2026", "Source"):
        assert part in words, part
    assert picture.getpixel((1, 1)) == PANEL_LIGHT  # a dark screen gives a light picture, for paper
    middle = picture.crop((0, picture.height // 4, picture.width, 3 * picture.height // 4))
    assert len(middle.getcolors(maxcolors=1 << 24)) > 50
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_detailed_map_zooms_and_shows_hospitals(page: Page):
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    ready(page, f"/?lang=en&place={PLACE}")
    assert not [url for url in loaded if "facilities" in url or "hospital" in url]
    page.get_by_role("button", name="Detailed map").click()
    points = page.locator(".map .hospitals g")
    expect(points.first).to_be_attached()
    whole = points.count()
    drawing = page.locator(".map > svg")
    drawing.focus()
    expect(page.get_by_role("button", name="Zoom in (+)")).to_be_enabled()
    for _ in range(3):
        page.keyboard.press("+")
    assert float(drawing.get_attribute("data-zoom")) > 3
    assert 0 < points.count() <= whole
    page.locator(".map .hospitals g[data-hospital*='-59-']").first.hover()
    expect(page.locator(".map .popup")).to_contain_text(re.compile(r"free beds? of \d+ · \d+%.*21\sNov"))
    expect(page.locator(".hospital-list li").first).to_contain_text("free bed")
    drawing.focus()
    page.keyboard.press("0")
    expect(drawing).to_have_attribute("data-zoom", "1.00")
    assert "detail=1" in page.url


def test_the_map_is_worked_with_the_keyboard(page: Page):
    ready(page, f"/?lang=en&place={PLACE}")
    page.locator(".map svg[role=img]").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("place=FR-62"))
    page.keyboard.press("t")
    expect(page.locator(".map-panel tbody tr.selected th")).to_have_text("Pas-de-Calais")
    page.keyboard.press("t")
    page.locator(".map svg[role=img]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/region/FR-62"))


def test_rates_are_in_title_axis_and_table(page: Page):
    ready(page, f"/region/{PLACE}?lang=en")
    page.get_by_role("button", name="Per 100,000").click()
    expect(page.locator(".main-panel h2")).to_contain_text("per 100,000 residents")
    expect(page.locator(".main-panel .fan .unit")).to_have_text("per 100,000 residents")
    page.keyboard.press("t")
    expect(page.get_by_role("columnheader", name="observed (per 100,000 residents)").first).to_be_visible()
    page.get_by_role("link", name="Compare").last.click()
    page.wait_for_url(re.compile("/compare.*per=100k"))


def test_the_wall_has_a_clock_no_controls_and_turns(page: Page):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.clock.install()
    ready(page, "/?lang=en&wall=1")
    expect(page.locator(".wall-clock time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(page.locator(".bar .oldest")).to_be_visible()
    assert page.locator(".headline .number strong").first.evaluate("e => getComputedStyle(e).fontSize") == "56px"
    assert page.locator("main .controls:visible, .rail:visible").count() == 0
    expect(page.locator(".watch tbody tr").first).to_be_visible()
    page.clock.fast_forward(31_000)
    page.wait_for_url(re.compile("/region/FR-"))
    page.wait_for_selector("[data-ready=region]")
    page.clock.fast_forward(31_000)
    page.wait_for_selector("[data-ready=situation]")
    page.keyboard.press("Escape")
    expect(page.locator("html")).to_have_attribute("data-wall", "off")


def test_the_wall_stands_still_where_movement_is_unwelcome(page: Page):
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    ready(page, "/?lang=en&wall=1")
    expect(page.locator(".watch tbody tr").first).to_be_visible()
    page.clock.fast_forward(120_000)
    expect(page.locator("[data-ready=situation]")).to_be_visible()
    assert "/region/" not in page.url


def test_a_country_without_outlines_is_a_ranked_list(page: Page):
    def elsewhere(route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["meta"]["country"] = "SI"
        route.fulfill(response=answer, json=told)

    page.route("**/api/v1/situation*", elsewhere)
    ready(page, "/?lang=en")
    rows = page.locator(".ranked li")
    expect(rows.first).to_be_visible()
    shown = [int(text) for row in rows.all() if (text := re.sub(r"\D", "", row.locator(".num").inner_text()))]
    assert shown == sorted(shown, reverse=True) and len(shown) >= 2
    rows.nth(1).get_by_role("button").click()
    expect(rows.nth(1)).to_have_class("selected")
    expect(page.get_by_role("button", name="Detailed map")).to_have_count(0)
