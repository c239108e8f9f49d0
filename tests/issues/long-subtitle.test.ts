/**
 * The subtitle of "time to resolution" ran out of the picture at 920 pixels, the title of "top
 * contributors" out of a report 400 pixels wide: lines were too long.
 */
import { expect, it } from "vitest";
import { measureText } from "../../src/lib/charts/text-width";
import { answer } from "../lib/analyses/answer";
import { contributorRows, resolutionRows } from "../lib/analyses/sample-rows";

/** The narrowest a chart of each class is, less its padding. */
it.each([
  ["Narrow", 368 - 16],
  ["Middle", 520 - 16],
  ["Broad", 700 - 16],
  ["Wide", 900 - 16],
  ["Full", 1240 - 16],
])("%s lines fit into %d pixels", (kind, room) => {
  const charts = [
    answer("time-to-resolution", resolutionRows(), "demo"),
    answer("top-contributors", contributorRows(["demo-dev-323"], ["x[bot]"]), "demo"),
  ];
  const params = charts.flatMap(
    (one) => one.chart().spec["params"] as { name: string; value?: string[] }[],
  );
  const widest = (name: string, fontSize: number, bold: boolean): number => {
    const lines = params
      .filter((param) => param.name === `${name}${kind}`)
      .flatMap((param) => param.value ?? []);
    expect(lines.join(" ").length).toBeGreaterThan(40);
    return Math.max(...lines.map((line) => measureText(line, fontSize, bold)));
  };
  expect(widest("title", 15, true)).toBeLessThanOrEqual(room);
  expect(widest("subtitle", 12, false)).toBeLessThanOrEqual(room);
});
