"""The report's page: what stands in it, and what must never."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
import report_page
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

TEMPLATES = Path(__file__).resolve().parents[2] / "jupyterhub" / "templates"
ATTACK = "</script><script>alert(1)</script><!-- \u2028"
FACTS = {
    "dataset": "demo",
    "notice": "Invented events",
    "generatedAt": "2026-11-24T12:34:56.000Z",
    "version": "1.2.3",
    "code": "folded",
    "parameters": [{"name": "repo", "value": "octo/hello", "set": True}],
    "coverage": "The tables held 12 events.",
    "data": {"events": 12, "from": "2026-11-20T10:00:00Z", "to": "2026-11-24T12:00:00Z"},
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Stand for Vega: a small script."""
    path = tmp_path / "library.js"
    path.write_text(
        "window.vegaEmbed = () => 'a < b && c';\r\n//# sourceMappingURL=library.js.map\n"
    )
    return path


def render(library: Path, *cells: object, **facts: object) -> str:
    """Render cells to a page, with other facts than the usual."""
    return report_page.render_page(
        new_notebook(cells=list(cells)),
        templates=TEMPLATES,
        scripts=[library],
        name="trial",
        facts=FACTS | facts,
    )


def display(data: dict[str, object], metadata: dict[str, object] | None = None) -> object:
    """Make a code cell with one displayed output."""
    output = new_output("display_data", data=data, metadata=metadata or {})
    return new_code_cell("await chart.show();", outputs=[output])


def executed_scripts(page: str) -> list[str]:
    """Return the scripts that a browser would run."""
    return re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)


def test_says_what_it_is(library: Path) -> None:
    page = render(library, new_markdown_cell("# Busy *repositories*\n\nWords."))
    assert "<title>Busy *repositories* · repo octo/hello</title>" in page
    assert page.count("<h1>") == 1
    assert "Invented events" in page
    assert "2026-11-24 12:34 UTC" in page
    assert "<p>Words.</p>" in page
    assert "The tables held 12 events." in page


def told_to_the_index(page: str) -> dict[str, Any]:
    """Return what the page tells of itself, and check that it stands in the page's beginning."""
    found = re.search(r'<meta name="workbench-report" content="([^"]*)">', page[: 64 * 1024])
    assert found is not None
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def test_tells_the_index_what_it_is(library: Path) -> None:
    title = f"A {ATTACK}".replace("\u2028", "")
    parameters = [{"name": "repo", "value": ATTACK, "set": True}]
    page = render(library, new_markdown_cell(f"# {title}"), parameters=parameters)
    told = told_to_the_index(page)
    assert told["title"] == title.strip()
    assert told["notebook"] == "trial"
    assert told["parameters"] == [{"name": "repo", "value": ATTACK}]
    assert told["data"] == FACTS["data"]
    assert told["charts"] == 0
    assert "<script>alert" not in page


def test_contents_lead_to_headings(library: Path) -> None:
    words = "# T\n\n## One *and* two\n\n### Part & parcel\n\n## One *and* two\n\nEnd."
    page = render(library, new_markdown_cell(words))
    lines = re.findall(r'<li class="level-(\d)"><a href="#([^"]+)">(.*?)</a>', page)
    assert lines == [
        ("2", "section-1", "One and two"),
        ("3", "section-2", "Part &amp; parcel"),
        ("2", "section-3", "One and two"),
    ]
    for _, name, _ in lines:
        assert page.count(f'id="{name}"') == 1


def test_few_headings_need_no_contents(library: Path) -> None:
    page = render(library, new_markdown_cell("# T\n\n## One\n\n## Two"))
    assert "<nav" not in page
    assert "<!--" not in page.split("<script", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("code", "closed", "opened"), [("folded", 1, 0), ("hidden", 0, 0), ("shown", 0, 1)]
)
def test_code_is_folded_hidden_or_shown(library: Path, code: str, closed: int, opened: int) -> None:
    page = render(library, display({"text/plain": "x"}), code=code)
    assert page.count('<details class="code"><summary>') == closed
    assert page.count('<details class="code" open=""><summary>') == opened
    assert ("chart" in page.partition("<main>")[2].partition("</main>")[0]) == (code != "hidden")


def test_allows_exactly_its_own_scripts(library: Path) -> None:
    page = render(library, new_markdown_cell("# A"))
    policy = re.search(r'Content-Security-Policy"[^>]*', page) or re.search(
        r'content="[^"]*"[^>]*Content-Security-Policy', page
    )
    assert policy is not None
    scripts = executed_scripts(page)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page
    assert "unsafe-eval" not in page
    assert "script-src 'unsafe-inline'" not in page
    assert "sourceMappingURL" not in page


def test_names_no_address_to_load_from(library: Path) -> None:
    page = render(library, new_markdown_cell("# A\n\n$x$"), display({"text/plain": "x"}))
    assert not re.search(r"<(link|iframe|script src|img src=\"http)", page)
    assert "mathjax" not in page.lower()
    assert "cdn" not in page.lower()


def test_a_chart_cannot_end_its_script(library: Path) -> None:
    spec = {"title": ATTACK, "description": f'"{ATTACK}', "data": {"values": [{"x": ATTACK}]}}
    page = render(library, display({report_page.VEGA_LITE: spec, "text/plain": ATTACK}))
    found = re.search(r'<script type="application/json">(.*?)</script>', page, flags=re.DOTALL)
    assert found is not None
    assert json.loads(found.group(1)) == spec
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_streams_are_escaped(library: Path, name: str) -> None:
    output = new_output("stream", name=name, text=ATTACK)
    page = render(library, new_code_cell("1", outputs=[output]))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("mime", ["text/plain", "text/markdown"])
def test_texts_are_escaped(library: Path, mime: str) -> None:
    page = render(library, display({mime: ATTACK}))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_title_is_escaped(library: Path) -> None:
    page = render(library, new_markdown_cell(f"# {ATTACK}"))
    assert "<script>alert" not in page


def test_a_picture_is_an_image_and_no_markup(library: Path) -> None:
    page = render(library, display({"image/svg+xml": "<svg><script>alert(1)</script></svg>"}))
    assert "data:image/svg+xml;base64," in page
    assert "<svg>" not in page


def test_progress_is_left_out(library: Path) -> None:
    page = render(
        library,
        display({"text/html": "<b>query RUNNING</b>"}, {"workbench": {"progress": True}}),
        display({"text/html": "<b>kept</b>"}, {"workbench": {"progress": False}}),
    )
    assert "query RUNNING" not in page
    assert "<b>kept</b>" in page


def test_links_to_notebooks_keep_their_words_only(library: Path) -> None:
    source = "See [the pipeline](01-pipeline.ipynb) and [this](https://example.com/a.ipynb)."
    page = render(library, new_markdown_cell(source))
    assert "See the pipeline and" in page
    assert 'href="https://example.com/a.ipynb"' in page


def test_a_script_that_would_end_early_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.js"
    path.write_text("const x = '</SCRIPT>';")
    with pytest.raises(ValueError, match="cannot stand inside a page"):
        report_page.read_script(path)
