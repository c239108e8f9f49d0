/** Bars of a few events had an axis of 0, 1, 1, 2, 2: its ticks were halves, written as whole numbers. */
import { expect, it } from "vitest";
import { rankedBars } from "../../src/lib/charts/ranked-bars";
import { renderSvg } from "../../src/lib/charts/render";

it.each([1, 2, 3, 4, 5, 6, 9, 40])("names each number once up to %d", async (most) => {
  const bars = [most, 1].map((forks, at) => ({
    name: `octo/cat-${at}`,
    values: { Forks: forks },
    details: {},
  }));
  const words = { title: "t", subtitle: "s", description: "d", subject: "Repository" };
  const spec = rankedBars(bars, { ...words, measure: "Forks", series: ["Forks"] });
  for (const width of [400, 720, 1400]) {
    const svg = await renderSvg(spec, width);
    const [axis = ""] = /role-axis-label.*?<\/g>/s.exec(svg) ?? [];
    const labels = [...axis.matchAll(/>([^<]*)<\/text>/g)].map(([, label]) => label);
    expect(labels.length).toBeGreaterThan(1);
    expect(new Set(labels).size).toBe(labels.length);
  }
});
