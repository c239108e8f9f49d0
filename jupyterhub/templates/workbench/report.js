// Draws the report's charts and folds its code. Runs after vega, vega-lite and vega-embed.
"use strict";
(() => {
  const text = "currentColor";
  const quiet = "var(--quiet, #57606a)";
  const line = "#8c959f99";
  const grid = "#8c959f40";
  // For charts that name no colours; what a chart names wins. Ours name the page's own.
  const pageConfig = {
    background: "transparent",
    axis: {
      labelColor: text,
      titleColor: quiet,
      domainColor: line,
      tickColor: line,
      gridColor: grid,
    },
    legend: { labelColor: text, titleColor: quiet },
    header: { labelColor: text, titleColor: text },
    title: { color: text, subtitleColor: quiet },
    text: { color: text },
    rule: { color: text },
    view: { stroke: "transparent" },
  };

  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  /** Keys of both, those of `over` winning. */
  function merge(under, over) {
    if (!isObject(under) || !isObject(over)) return over;
    const merged = { ...under };
    for (const [key, value] of Object.entries(over)) merged[key] = merge(under[key], value);
    return merged;
  }

  /** A copy with `change` applied to every string, those of the data left alone. */
  function mapStrings(value, change) {
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        key === "data" || key === "datasets" ? item : mapStrings(item, change),
      ]),
    );
  }

  /** The chart as the page shows it: as wide as its column. */
  function forPage(spec) {
    const shown = { ...spec, config: merge(pageConfig, spec.config ?? {}) };
    const single = "mark" in spec || "layer" in spec;
    if (single && typeof spec.width !== "object") {
      shown.width = "container";
      shown.autosize = { type: "fit-x", contains: "padding" };
    }
    return shown;
  }

  /**
   * The interpreter reads `datetime(1626847200000)`, which Vega-Lite writes for a moment, as that
   * year; the number itself is the same moment.
   */
  function mendMoments(vegaSpec) {
    return mapStrings(vegaSpec, (value) => value.replace(/\bdatetime\((-?\d{6,})\)/g, "$1"));
  }

  async function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const options = {
      mode: "vega-lite",
      renderer: "svg",
      // Expressions are interpreted, not compiled: the page's policy forbids making code.
      ast: true,
      patch: mendMoments,
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: document.title,
      tooltip: { theme: "report" },
    };
    await vegaEmbed(figure.querySelector(".live"), forPage(spec), options);
    figure.classList.add("drawn");
  }

  function drawAll() {
    for (const figure of document.querySelectorAll("figure.chart")) {
      draw(figure).catch((error) => {
        // Without its drawing the reader still has the still picture underneath.
        console.error("a chart could not be drawn", error);
      });
    }
  }

  function foldCode() {
    const blocks = document.querySelectorAll("details.code");
    const button = document.getElementById("code-toggle");
    if (button === null || blocks.length === 0) return;
    const setShown = (show) => {
      button.setAttribute("aria-pressed", String(show));
      button.textContent = show ? "Hide code" : "Show code";
      for (const block of blocks) block.open = show;
    };
    button.hidden = false;
    setShown(blocks[0].open);
    button.addEventListener("click", () =>
      setShown(button.getAttribute("aria-pressed") !== "true"),
    );
  }

  /** The contents stand open where there is room beside the text. */
  function unfoldContents() {
    const contents = document.querySelector(".contents details");
    if (contents === null) return;
    const wide = matchMedia("(min-width: 80rem)");
    const follow = () => (contents.open = wide.matches);
    follow();
    wide.addEventListener("change", follow);
  }

  foldCode();
  unfoldContents();
  drawAll();
})();
