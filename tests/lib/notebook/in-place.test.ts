import Module from "node:module";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawInPlace } from "../../../src/lib/notebook/in-place";
import type { DisplayData } from "../../../src/lib/notebook/kernel";

interface Written {
  data: DisplayData;
  update: boolean;
}

const kernelPath = "/x/node_modules/tslab/dist/jupyter.js";
const cache = (Module as unknown as { _cache: Record<string, unknown> })._cache;
let written: Written[] = [];

beforeEach(() => {
  written = [];
  const lastWriteDisplayData = (data: DisplayData, update: boolean): number =>
    written.push({ data, update });
  cache[kernelPath] = { exports: { lastWriteDisplayData } };
});

afterEach(() => {
  Reflect.deleteProperty(cache, kernelPath);
});

const chart = {
  description: "A chart",
  toSvg: () => Promise.resolve("<svg/>"),
  mimeBundle: () => Promise.resolve({ "text/plain": "A chart", "x/full": 1 }),
};

describe("an output drawn in place", () => {
  it("is one output: made once, then changed", async () => {
    const place = drawInPlace();
    await place.update("one");
    await place.update("two");
    await place.finish("three");
    expect(written.map(({ update }) => update)).toEqual([false, true, true]);
    expect(new Set(written.map(({ data }) => data.transient.display_id)).size).toBe(1);
    expect(written.map(({ data }) => data.data["text/plain"])).toEqual(["one", "two", "three"]);
  });

  it("two of them are two outputs", async () => {
    await drawInPlace().update("one");
    await drawInPlace().update("two");
    expect(new Set(written.map(({ data }) => data.transient.display_id)).size).toBe(2);
  });

  it("shows a chart as a still picture until the end", async () => {
    const place = drawInPlace();
    await place.update(chart);
    await place.finish(chart);
    expect(written.map(({ data }) => Object.keys(data.data))).toEqual([
      ["image/svg+xml", "text/plain"],
      ["text/plain", "x/full"],
    ]);
  });

  it("outside a notebook prints the last value only", async () => {
    Reflect.deleteProperty(cache, kernelPath);
    const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const place = drawInPlace();
      await place.update("one");
      await place.finish("two");
      expect(print.mock.calls).toEqual([["two\n"]]);
    } finally {
      print.mockRestore();
    }
  });
});
