"""Turn an executed notebook into one HTML page that asks nothing of any network.

The page carries its scripts inside. Its Content-Security-Policy allows exactly those, by their
hashes, and no address at all: a script that slipped into an output would not run, and an image
from elsewhere would not load.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

VEGA_LITE = "application/vnd.vegalite.v5+json"
# The first of these that an output carries is shown.
SHOWN_TYPES = [
    VEGA_LITE,
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/plain",
    "text/markdown",
]
NOTEBOOK_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)\s]+\.ipynb\)")
HTML_HEADING = re.compile(r"<h([23])(?:\s[^>]*)?>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
# Contents of fewer headings than this save nobody a search.
FEWEST_CONTENTS = 3
HEADING = re.compile(r"^\s*#\s+(.+?)\s*#*\s*(?:\n|$)")


def count_charts(notebook: NotebookNode) -> int:
    """Count the interactive charts among the outputs."""
    return sum(
        1
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if VEGA_LITE in output.get("data", {})
    )


def script_json(value: object) -> Markup:
    """Write a value as JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def image_address(svg: str) -> str:
    """Write an SVG as a data address; as an image its scripts and links are dead."""
    encoded = base64.b64encode(svg.encode()).decode()
    return f"data:image/svg+xml;base64,{encoded}"


def describe_chart(spec: dict[str, Any]) -> str:
    """Return the words that stand for a chart where it cannot be seen."""
    if isinstance(spec.get("description"), str):
        return str(spec["description"])
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return " ".join(text) if isinstance(text, list) else str(text)


def take_title(notebook: NotebookNode) -> str | None:
    """Cut the first heading out of the notebook and return it."""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        found = HEADING.match(cell.source)
        if found is None:
            return None
        cell.source = cell.source[found.end() :].lstrip("\n")
        return found.group(1)
    return None


def leave_out_progress(notebook: NotebookNode) -> None:
    """Drop progress displays: they told how long a step took, and the page is read afterwards."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_progress(output)]


def is_progress(output: NotebookNode) -> bool:
    """Tell whether an output carries the mark of a progress display."""
    mark = output.get("metadata", {}).get("workbench", {})
    return isinstance(mark, dict) and mark.get("progress") is True


def unlink_notebooks(notebook: NotebookNode) -> None:
    """Keep the words of links to notebooks beside this one; from the page they lead nowhere."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = NOTEBOOK_LINK.sub(r"\1", cell.source)


class Headings:
    """The headings of the prose: each gets an id of its own, and a line in the contents."""

    def __init__(self) -> None:
        """Begin with none."""
        self.found: list[tuple[int, str, Markup]] = []

    def number(self, html: str) -> str:
        """Give the headings of a piece of prose their ids; a filter of the template."""
        return HTML_HEADING.sub(self._take, html)

    def _take(self, found: re.Match[str]) -> str:
        level, content = int(found[1]), found[2]
        name = f"section-{len(self.found) + 1}"
        words = Markup(TAG.sub("", content)).unescape().strip()
        self.found.append((level, name, escape(words)))
        return f'<h{level} id="{name}">{content}</h{level}>'

    def contents(self) -> str:
        """Write the lines of the contents; nothing where there is one heading or none."""
        if len(self.found) < FEWEST_CONTENTS:
            return ""
        lines = "\n".join(
            f'<li class="level-{level}"><a href="#{name}">{words}</a></li>'
            for level, name, words in self.found
        )
        return (
            '<nav class="contents" aria-label="Contents"><details><summary>Contents</summary>'
            f"\n<ol>\n{lines}\n</ol>\n</details></nav>"
        )


def index_facts(title: str, name: str, charts: int, facts: dict[str, Any]) -> str:
    """Write what the list of all reports shows of this one; `src/lib/report/facts.ts` reads it."""
    told = {key: facts[key] for key in ("dataset", "generatedAt", "data")}
    parameters = [{key: one[key] for key in ("name", "value")} for one in facts["parameters"]]
    text = json.dumps(
        {"title": title, "notebook": name, "parameters": parameters, "charts": charts, **told},
        ensure_ascii=False,
    )
    return f'<meta name="workbench-report" content="{escape(text)}">'


def new_mark() -> Markup:
    """Make a place in the page to be filled at the end, which no notebook can know."""
    return Markup(f"<!--{secrets.token_hex(16)}-->")


def content_policy(scripts: list[str]) -> str:
    """Write the page's policy: these scripts, styles of its own, and nothing from anywhere."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def read_script(path: Path) -> str:
    """Read a script as it will stand in the page, ready to be hashed."""
    # A reader of HTML turns \r\n into \n before the browser computes the hash.
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    if "</script" in text.lower() or "<!--" in text:
        message = f"{path} cannot stand inside a page: it contains </script or <!--"
        raise ValueError(message)
    return text


def render_page(
    notebook: NotebookNode,
    *,
    templates: Path,
    scripts: list[Path],
    name: str,
    facts: dict[str, Any],
) -> str:
    """Render the notebook with the template `workbench`.

    `scripts` are the libraries that stand in every page, before the template's own script;
    `facts` are `dataset`, `notice`, `generatedAt` (ISO 8601, UTC), `version`, `code` (folded,
    hidden or shown), `parameters`, `coverage` (a sentence) and `data` (the same in figures).
    """
    template = templates / "workbench"
    texts = [read_script(path) for path in [*scripts, template / "report.js"]]
    title = take_title(notebook) or name
    headings = Headings()
    leave_out_progress(notebook)
    unlink_notebooks(notebook)
    config = Config()
    config.NbConvertBase.display_data_priority = SHOWN_TYPES
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="workbench",
        extra_template_basedirs=[str(templates)],
        exclude_anchor_links=True,
        filters={
            "script_json": script_json,
            "image_address": image_address,
            "describe_chart": describe_chart,
            "number_headings": headings.number,
        },
    )
    report = {
        **facts,
        "title": title,
        "name": name,
        "index_facts": (facts_mark := new_mark()),
        "contents": (contents_mark := new_mark()),
        "policy": content_policy(texts),
        "scripts": [Markup(text) for text in texts],
        "style": Markup((template / "report.css").read_text(encoding="utf-8")),
    }
    resources = {"metadata": {"name": escape(name)}, "report": report}
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    # Only now: the contents are known at the end, and nbconvert writes all attributes its own way.
    told = index_facts(title, name, count_charts(notebook), facts)
    return str(page).replace(facts_mark, told, 1).replace(contents_mark, headings.contents(), 1)
