// Draws the report's charts and folds its code. Runs after vega, vega-lite and vega-embed.
"use strict";
(() => {
  /** Below this many pixels a legend stands under its chart. */
  const narrow = 560;
  const text = "currentColor";
  const faint = "color-mix(in srgb, currentColor 22%, transparent)";
  const quiet = { labelColor: text, titleColor: text, domainColor: faint, tickColor: faint };

  // Colours of words and rules follow the page's, so that one drawing serves light, dark and paper.
  const pageConfig = {
    background: "transparent",
    axis: { ...quiet, gridColor: faint },
    legend: { labelColor: text, titleColor: text },
    header: { labelColor: text, titleColor: text },
    title: { color: text, subtitleColor: text },
    view: { stroke: "transparent" },
  };

  /** Keys of both, those of `over` winning. */
  function merge(under, over) {
    const isObject = (value) =>
      value !== null && typeof value === "object" && !Array.isArray(value);
    if (!isObject(under) || !isObject(over)) return over;
    const merged = { ...under };
    for (const [key, value] of Object.entries(over)) merged[key] = merge(under[key], value);
    return merged;
  }

  /** Words broken into lines of at most `limit` characters; a word is never cut. */
  function wrap(words, limit) {
    const lines = [];
    for (const word of words.split(/\s+/)) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= limit) {
        lines[lines.length - 1] = `${last} ${word}`;
      } else lines.push(word);
    }
    return lines.length > 1 ? lines : words;
  }

  /** A title whose lines fit into `width` pixels beside the chart's menu. */
  function fitTitle(title, config, width) {
    if (title === undefined || title === null) return title;
    const given = typeof title === "object" && !Array.isArray(title) ? title : { text: title };
    const fitted = { ...given };
    for (const [key, sizeKey, size] of [
      ["text", "fontSize", 13],
      ["subtitle", "subtitleFontSize", 11],
    ]) {
      const pixels = given[sizeKey] ?? config.title?.[sizeKey] ?? size;
      const limit = Math.floor((width - 40) / (pixels * 0.6));
      if (typeof given[key] === "string") fitted[key] = wrap(given[key], limit);
    }
    return fitted;
  }

  /** The chart as the page shows it: as wide as its column, in the page's colours. */
  function forPage(spec, width) {
    const shown = { ...spec, background: "transparent" };
    shown.config = merge(spec.config ?? {}, pageConfig);
    if (width < narrow) {
      shown.config = merge(shown.config, { legend: { orient: "bottom", columns: 2 } });
    }
    shown.title = fitTitle(spec.title, shown.config, width);
    if (shown.title === undefined) delete shown.title;
    if ("mark" in spec || "layer" in spec) {
      shown.width = "container";
      shown.autosize = { type: "fit-x", contains: "padding" };
    }
    return shown;
  }

  async function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const options = {
      mode: "vega-lite",
      renderer: "svg",
      // Expressions are interpreted, not compiled: the page's policy forbids making code.
      ast: true,
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: document.title,
      tooltip: { theme: "report" },
    };
    const live = figure.querySelector(".live");
    await vegaEmbed(live, forPage(spec, live.clientWidth), options);
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
    button.hidden = false;
    button.addEventListener("click", () => {
      const show = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(show));
      button.textContent = show ? "Hide code" : "Show code";
      document.body.classList.toggle("with-code", show);
      for (const block of blocks) block.open = show;
    });
  }

  foldCode();
  drawAll();
})();
