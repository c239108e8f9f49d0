import { expect, it } from "vitest";
import { readParam } from "../../../src/cli/format/params";

it.each([
  ["7", 7],
  ["-7", -7],
  ["1.5", 1.5],
  ["9007199254740993", 9007199254740993n],
  ["true", true],
  ["null", null],
  ["PushEvent", "PushEvent"],
  ["'7'", "7"],
  ["''", ""],
  ["'", "'"],
  ["1e5", "1e5"],
  ["", ""],
])("--param %s", (text, value) => {
  expect(readParam(text)).toBe(value);
});
