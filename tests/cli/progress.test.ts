import { describe, expect, it } from "vitest";
import { formatProgress, terminalProgress } from "../../src/cli/progress";

function recorder(isTTY: boolean): {
  text: string;
  isTTY: boolean;
  columns: number;
  write(t: string): void;
} {
  return {
    text: "",
    isTTY,
    columns: 40,
    write(text) {
      this.text += text;
    },
  };
}

describe("formatProgress", () => {
  it("shows state, elapsed time, figures and share", () => {
    const update = { step: "etl", state: "RUNNING", fraction: 0.4, figures: { rows: 1913 } };
    expect(formatProgress(update, 42_000)).toBe("etl RUNNING 00:42 · rows 1,913 · 40 %");
    expect(formatProgress({ step: "etl", state: "RUNNING" }, 3_725_000)).toBe(
      "etl RUNNING 1:02:05",
    );
  });
});

describe("terminalProgress", () => {
  it("writes over one line of a terminal, cut to its width, and leaves none", () => {
    const stream = recorder(true);
    const progress = terminalProgress(stream, () => 0);
    progress.update({ step: "query", state: "x".repeat(100) });
    expect(stream.text.replace("\r\u001b[K", "")).toHaveLength(39);
    progress.finish();
    expect(stream.text.endsWith("\r\u001b[K")).toBe(true);
  });

  it("writes a line a change of state elsewhere, not one an update", () => {
    const stream = recorder(false);
    const progress = terminalProgress(stream, () => 0);
    for (let rows = 0; rows < 50; rows++) {
      progress.update({ step: "etl", state: "RUNNING", figures: { rows } });
    }
    progress.update({ step: "etl", state: "SUCCEEDED" });
    expect(stream.text.split("\n").filter(Boolean)).toHaveLength(2);
  });
});
