"""The page in a real browser, headless, from its file: what a reader clicks, presses and prints."""

import base64
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from hairline import palette
from hairline.config import Params, load_params
from hairline.data.predictions import archive_of, read_prediction
from hairline.report.page.page import results_page
from hairline.report.study.gallery import read_ids
from hairline.report.study.results import read_studies
from tests.report.made import make_results

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
SORT = ".sortable:has(button:text-is('AP')) >> nth=0"


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A project with many arms, long names and two data sets, and its page.html."""
    root = tmp_path_factory.mktemp("page")
    values = load_params(Path(__file__).parents[2] / "params.yaml").model_dump(mode="json")
    values["studies"] = {"distill": "kd", "compare": "compare"}
    values["kd"] |= {"temperatures": [2, 5, 10, 20], "strategies": ["standard", "hyperthermal", "non_isothermal"]}
    name = "a-very-long-name-of-a-data-set-that-somebody-chose-2024.final_v2"
    values["datasets"][name] = values["datasets"]["synthetic"]
    values["compare"] |= {"test_on": [name], "networks": ["hrsegnet", "smp_unet"]}
    values["evaluate"]["bootstrap"] = 100
    values["report"]["gallery"] = 5
    params = Params.model_validate(values)
    make_results(root, params, images=7, size=64, classes=("background", "crack", "spalling" * 8))
    studies = read_studies(params.studies, metrics=root / "reports/metrics")
    page = results_page(
        studies, select="f1", pictures=5, predictions=root / "data/predictions", prepared=root / "data/prepared"
    )
    (root / "page.html").write_text(page)
    return root


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser, results):
    """Opens the page in a window of its own; whatever it complains of or asks for fails the test."""
    said, asked, contexts = [], [], []

    def opened(*, address: str = f"file://{results}/page.html", **options):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.endswith("/page.html") and not url.startswith("data:")] == []


def column(page, place: int) -> list[str]:
    return page.locator(f"{SORT} >> tbody tr > :nth-child({place})").evaluate_all(
        "cells => cells.filter((cell) => cell.offsetParent).map((cell) => cell.dataset.value)"
    )


def test_the_page_opens_from_a_server_too_and_asks_it_for_nothing_else(open_page, results):
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *words):
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(results))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = open_page(address=f"http://127.0.0.1:{server.server_port}/page.html")
        page.wait_for_load_state("networkidle")
        page.locator(".shot .frame").first.click()
        server.shutdown()
    assert asked == ["/page.html"]


def test_a_click_on_a_title_sorts_and_the_third_gives_the_order_back(open_page):
    page = open_page()
    head, button = page.locator(f"{SORT} >> thead th").nth(1), page.locator(f"{SORT} >> thead button").nth(1)
    before = column(page, 2)
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, 2) == sorted(before, key=float, reverse=True)
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(page, 2) == sorted(before, key=float)
    button.click()
    assert head.get_attribute("aria-sort") == "none"
    assert column(page, 2) == before


def test_the_keyboard_sorts_and_what_has_no_value_stays_last(open_page):
    page = open_page()
    button = page.locator(f"{SORT} >> thead button").nth(5)
    button.focus()
    page.keyboard.press("Enter")
    descending = column(page, 6)
    page.keyboard.press("Space")
    ascending = column(page, 6)
    assert descending[-1] == ascending[-1] == "", "the reference has no difference to itself"
    assert [float(value) for value in ascending[:-1]] == sorted(float(value) for value in ascending[:-1])
    assert descending[:-1] != ascending[:-1]
    page.locator(f"{SORT} >> thead button").first.click()
    assert page.locator(f"{SORT} >> [aria-sort$=ending]").count() == 1
    sweep = [
        f"{strategy}-T{at}" for strategy in ("hyperthermal", "non_isothermal", "standard") for at in (2, 5, 10, 20)
    ]
    assert column(page, 1) == ["baseline", "chosen", *sweep, "teacher"], "2 comes before 10"


def test_the_search_box_keeps_what_matches(open_page):
    page = open_page()
    page.locator("input[type=search]").fill("HYPER")
    assert column(page, 1) == [f"hyperthermal-T{temperature}" for temperature in (2, 5, 10, 20)]
    assert page.locator(".filter output").inner_text() == "4 of 15 arms"
    page.locator("input[type=search]").fill("")
    assert len(column(page, 1)) == 15


def drawn(page, gallery: int = 0, place: int = 0) -> np.ndarray:
    """The layer that is shown over a picture, as RGBA."""
    url = page.locator(".gallery").nth(gallery).locator(".layer").nth(place).get_attribute("src")
    content = np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(content, cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)


def test_keys_flip_between_photograph_truth_prediction_and_verdict(open_page, results):
    page = open_page()
    gallery = page.locator(".gallery").first
    name = gallery.locator("figcaption strong").first.inner_text()
    run = gallery.locator("option:checked").inner_text()
    truth = read_ids(results / f"data/prepared/synthetic/masks/{name}.png")
    archive = next((results / "data/predictions").glob(f"*/{run}-s0-f0.zip"))
    predicted = read_prediction(archive, name) > 0
    page.keyboard.press("2")
    assert ((drawn(page)[..., 3] > 0) == (truth > 0)).all()
    page.keyboard.press("3")
    assert ((drawn(page)[..., 3] > 0) == predicted).all()
    page.keyboard.press("4")
    missed = (truth > 0) & ~predicted
    assert ((drawn(page)[..., :3] == palette.rgb(palette.MISSED)).all(-1) == missed).all()
    page.keyboard.press("1")
    assert not gallery.locator(".layer").first.is_visible()
    assert gallery.locator(".photograph").first.is_visible()
    assert page.locator(".gallery .views [aria-pressed=true]").all_inner_texts() == ["Photograph1"] * 2
    gallery.locator(".views [data-view=truth]").click()
    assert gallery.get_attribute("data-view") == "truth"
    assert page.locator(".gallery").nth(1).get_attribute("data-view") == "photograph", "a button is for its gallery"
    assert gallery.locator(".of-classes").is_visible() and not gallery.locator(".of-verdict").is_visible()


def test_another_run_shows_its_own_pixels_and_scores(open_page, results):
    page = open_page()
    gallery = page.locator(".gallery").first
    name = gallery.locator("figcaption strong").first.inner_text()
    scores = gallery.locator("figcaption .scores").first.inner_text()
    gallery.locator("select").select_option("teacher")
    page.keyboard.press("Escape")
    gallery.locator(".views [data-view=prediction]").click()
    predicted = read_prediction(archive_of(results / "data/predictions/distill", "teacher-s0-f0"), name)
    assert ((drawn(page)[..., 3] > 0) == (predicted > 0)).all()
    assert gallery.locator("figcaption .scores").first.inner_text() != scores
    assert "teacher" in gallery.locator(".layer").first.get_attribute("alt")


def test_a_picture_opens_and_arrows_and_escape_lead_through(open_page):
    page = open_page()
    frames = page.locator(".gallery").first.locator(".shot .frame")
    names = page.locator(".gallery").first.locator("figcaption strong").all_inner_texts()
    title = page.locator("#viewer-title")
    frames.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert frames.nth(1).evaluate("frame => frame === document.activeElement")
    page.keyboard.press("Enter")
    assert title.inner_text() == f"{names[1]} (2 of 5)"
    page.keyboard.press("ArrowRight")
    assert title.inner_text() == f"{names[2]} (3 of 5)"
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert title.inner_text() == f"{names[4]} (5 of 5)", "after the first comes the last"
    page.keyboard.press("2")
    assert page.locator("#viewer").get_attribute("data-view") == "truth"
    shown = page.locator("#viewer .layer").get_attribute("src")
    assert shown == page.locator(".gallery").first.locator(".layer").nth(4).get_attribute("src")
    page.locator("#viewer select").select_option("baseline")
    lines = page.locator(".gallery").first.locator("figcaption").nth(4).locator(".scores > span").all_inner_texts()
    assert page.locator("#viewer .scores").inner_text() == " · ".join(lines)
    assert page.locator(".gallery").first.locator("option:checked").inner_text() == "baseline"
    page.locator("#viewer [data-step='1']").click()
    assert title.inner_text() == f"{names[0]} (1 of 5)"
    page.keyboard.press("Escape")
    assert not page.locator("#viewer").is_visible()
    assert frames.nth(0).evaluate("frame => frame === document.activeElement"), "focus is where the reader was"


def test_an_enlarged_picture_fits_the_window(open_page):
    for width, height in ((1280, 900), (1280, 500), (390, 844)):
        page = open_page(viewport={"width": width, "height": height})
        page.locator(".gallery").first.locator(".shot .frame").first.click()
        box = page.locator("#viewer .photograph").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        assert box["height"] > 150


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_never_scrolls_sideways(open_page, width, colours):
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=colours)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dark_page_has_light_text_and_black_lines_become_light(open_page):
    grounds = {}
    for colours in ("light", "dark"):
        page = open_page(color_scheme=colours)
        ground = page.locator("body").evaluate("each => getComputedStyle(each).backgroundColor")
        black = page.locator("polyline.c6").first.evaluate("each => getComputedStyle(each).stroke")
        text = page.locator("body").evaluate("each => getComputedStyle(each).color")
        assert black == text
        grounds[colours] = brightness(ground), brightness(text)
    assert grounds["light"][0] > 230 > 60 > grounds["light"][1]
    assert grounds["dark"][0] < 60 < 200 < grounds["dark"][1]


def brightness(colour: str) -> float:
    """Of `rgb(1, 2, 3)`."""
    return sum(float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) / 3


def test_paper_shows_where_the_best_run_is_wrong_whatever_the_screen_shows(open_page):
    page = open_page()
    gallery = page.locator(".gallery").first
    verdict = gallery.locator(".layer").first.get_attribute("src")
    gallery.locator("select").select_option("teacher")
    gallery.locator(".views [data-view=photograph]").click()
    page.emulate_media(media="print")
    layer = gallery.locator(".layer").first
    playwright.expect(layer).to_have_attribute("src", verdict)
    assert layer.is_visible() and gallery.locator(".of-verdict").is_visible()
    assert not gallery.locator(".tools").is_visible() and not page.locator(".top").is_visible()
    page.emulate_media(media="screen")
    playwright.expect(gallery).to_have_attribute("data-view", "photograph")
    assert gallery.locator("option:checked").inner_text() == "teacher"


def test_dark_readers_print_dark_on_white(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert brightness(page.locator("body").evaluate("each => getComputedStyle(each).backgroundColor")) == 255
    assert brightness(page.locator("body").evaluate("each => getComputedStyle(each).color")) < 60


def test_without_the_script_the_verdict_is_seen_and_no_dead_control(open_page):
    page = open_page(java_script_enabled=False)
    gallery = page.locator(".gallery").first
    assert gallery.locator(".layer").first.is_visible() and gallery.locator(".of-verdict").is_visible()
    assert not gallery.locator(".tools").is_visible()
    assert not page.locator(".filter").is_visible()
    assert page.locator(".arms").first.is_visible()


def test_nothing_moves_while_the_page_loads_or_flips(open_page):
    page = open_page()
    page.locator(".gallery").first.scroll_into_view_if_needed()
    for key in "12341":
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    moved = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => done(
            list.getEntries().filter((entry) => !entry.hadRecentInput).reduce((sum, entry) => sum + entry.value, 0)
        )).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 200))"""
    )
    assert moved < 0.005


def test_the_first_tab_skips_to_the_results_and_focus_is_seen(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    link = page.locator(".skip")
    assert link.evaluate("each => each === document.activeElement")
    assert link.bounding_box()["x"] >= 0
    outline = link.evaluate("each => getComputedStyle(each).outlineStyle + getComputedStyle(each).outlineWidth")
    assert outline == "solid3px"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_charts_are_readable_on_a_phone(open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    sizes = page.locator(".chart text").evaluate_all(
        "texts => texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
    )
    assert min(sizes) >= 7.5
    assert np.median(sizes) >= 9
