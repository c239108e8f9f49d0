import { describe, expect, it } from "vitest";
import { chooseSource, defaultDatasetOf } from "../../../src/lib/config/dataset";

describe("chooseSource", () => {
  it.each([
    ["github", undefined, "github"],
    ["github", "file", "file"],
    ["mine", undefined, "github"],
    ["demo", undefined, "simulator"],
    ["demo2", "simulator", "simulator"],
  ] as const)("dataset %s, asked for %s: %s", (dataset, source, expected) =>
    expect(chooseSource(dataset, source)).toBe(expected),
  );

  it.each([
    ["github", "simulator", "DATASET=demo"],
    ["demo", "github", "DATASET=github"],
    ["demo", "file", "DATASET=github"],
  ] as const)("never lets %s take from %s", (dataset, source, cure) =>
    expect(() => chooseSource(dataset, source)).toThrow(
      expect.objectContaining({ code: "USAGE", hint: expect.stringContaining(cure) as string }),
    ),
  );
});

it("sends what is invented to a dataset of its own", () => {
  expect(defaultDatasetOf("simulator")).toBe("demo");
  expect(defaultDatasetOf(undefined)).toBe("github");
});
