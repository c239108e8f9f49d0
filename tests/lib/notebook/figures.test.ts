import { expect, it } from "vitest";
import { formatBytes, formatMs, formatUsd } from "../../../src/lib/notebook/figures";

it.each([
  [formatBytes(0), "0 bytes"],
  [formatBytes(1023), "1023 bytes"],
  [formatBytes(1_572_864), "1.5 MB"],
  [formatBytes(2 ** 50), "1024 TB"],
  [formatUsd(0), "$0"],
  [formatUsd(0.0000476837), "$0.000048"],
  [formatUsd(0.5), "$0.5"],
  [formatUsd(12.345), "$12.35"],
  [formatMs(340), "340 ms"],
  [formatMs(12_345), "12.3 s"],
])("%s is %s", (text, expected) => {
  expect(text).toBe(expected);
});
