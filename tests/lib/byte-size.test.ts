import { expect, it } from "vitest";
import { parseByteSize } from "../../src/lib/byte-size";
import { formatBytes } from "../../src/lib/notebook/figures";

it.each([
  ["1KB", 1024],
  ["100MB", 104_857_600],
  ["1.5 GB", 1_610_612_736],
  ["2tb", 2_199_023_255_552],
])("%s is %i bytes, as figures are written", (text, bytes) => {
  expect(parseByteSize(text, "--max-scan")).toBe(bytes);
  expect(parseByteSize(formatBytes(bytes), "--max-scan")).toBe(bytes);
});

it.each(["", "100", "MB", "0MB", "-1MB", "1MiB", "1 0MB", "1e3MB"])("%j is refused", (text) => {
  expect(() => parseByteSize(text, "--max-scan")).toThrow(`--max-scan is ${JSON.stringify(text)}`);
});
