"""Mail and page in a real Chromium: nothing is too wide; all text can be read, light, dark and inverted."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.golden import golden_digest

from monitor.stages.render import render

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt-get install chromium")

WIDTHS = (390, 1200)
# WCAG 2.2, 1.4.3: contrast of text to what is behind it.
LEAST_CONTRAST = 4.5
MEASURE = """
function channel(c) { c /= 255; return c <= .04045 ? c / 12.92 : Math.pow((c + .055) / 1.055, 2.4); }
function light(rgb) { return .2126 * channel(rgb[0]) + .7152 * channel(rgb[1]) + .0722 * channel(rgb[2]); }
function parse(text) { return (text.match(/[\\d.]+/g) || []).map(Number); }
function behind(view, element) {
  for (; element; element = element.parentElement) {
    const rgb = parse(view.getComputedStyle(element).backgroundColor);
    if (rgb.length === 3 || rgb[3] > 0) return rgb;
  }
  return [255, 255, 255];
}
function measure(frame) {
  const view = frame.contentWindow, page = frame.contentDocument;
  let worst = 99, where = "", wide = [];
  for (const element of page.body.querySelectorAll("*")) {
    if (element.getBoundingClientRect().right > frame.width) wide.push(element.tagName);
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || ["STYLE", "TITLE", "DESC", "title", "desc"].includes(element.tagName)) continue;
    const style = view.getComputedStyle(element);
    const svg = element.namespaceURI.endsWith("svg");
    const a = light(parse(svg ? style.fill : style.color)), b = light(behind(view, element));
    const c = light(parse(svg ? style.fill : style.color).map(x => 255 - x));
    const d = light(behind(view, element).map(x => 255 - x));
    const contrast = Math.min((Math.max(a, b) + .05) / (Math.min(a, b) + .05),
                              (Math.max(c, d) + .05) / (Math.min(c, d) + .05));
    if (contrast < worst) { worst = contrast; where = element.tagName + " " + element.textContent.slice(0, 40); }
  }
  return {width: Number(frame.width), scroll: page.documentElement.scrollWidth, wide, worst, where,
          dark: light(behind(view, page.body)) < .2};
}
window.onload = () => {
  const found = [...document.querySelectorAll("iframe")].map(measure);
  document.getElementById("found").textContent = JSON.stringify(found);
};
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("form", ["mail", "html"])
def test_on_a_phone_and_on_a_desk_it_fits_and_can_be_read(form: str, scheme: str, tmp_path: Path) -> None:
    page = html.escape(render(golden_digest(), form))
    frames = "".join(f'<iframe width="{width}" height="900" srcdoc="{page}"></iframe>' for width in WIDTHS)
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">{frames}'
        f'<pre id="found"></pre><script>{MEASURE}</script>',
        "utf-8",
    )
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}",
            f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}", "--dump-dom", frame.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert said, done.stderr[-500:]
    for measured in json.loads(html.unescape(said[1])):
        assert measured["scroll"] <= measured["width"], measured
        assert measured["wide"] == [], measured
        assert measured["worst"] >= LEAST_CONTRAST, measured
        assert measured["dark"] is (scheme == "dark")
