import { describe, expect, it } from "vitest";
import { describeFailure, readCellError } from "../../../src/lib/report/failure";

describe("what a cell said when it failed", () => {
  it.each([
    [
      "one of our errors",
      "ATHENA: the table github_events is missing\n  → npx workbench etl\n",
      { message: "ATHENA: the table github_events is missing", hint: "npx workbench etl" },
    ],
    [
      "an error with its stack",
      "/c/notebooks/src.js:3\n\nError: boom\n    at f (/c/x.js:1:1)\n    at async main\n",
      { message: "/c/notebooks/src.js:3 Error: boom" },
    ],
    [
      "a type error",
      "1:7 - Type 'string' is not assignable to type 'number'.\n",
      { message: "1:7 - Type 'string' is not assignable to type 'number'." },
    ],
    ["nothing", "", { message: "no message" }],
  ])("%s", (_what, text, expected) => {
    expect(readCellError(text)).toEqual(expected);
  });

  it("is cut where it is endless", () => {
    expect(readCellError("x".repeat(9000)).message).toHaveLength(301);
  });
});

describe("describeFailure", () => {
  it("names the notebook, the cell and its error, on one line", () => {
    const error = describeFailure(
      { event: "failed", reason: "cell", number: 3, line: "await wb.etl();", error: "Error: a\nb" },
      "01-pipeline",
    );
    expect(error.code).toBe("NOTEBOOK");
    expect(error.message).toBe("01-pipeline failed in code cell 3 (await wb.etl();): Error: a b");
  });

  it.each([
    ["no-kernel", "MISSING_PROGRAM"],
    ["kernel-died", "NOTEBOOK"],
    ["stopped", "ABORTED"],
  ] as const)("%s has the code %s", (reason, code) => {
    expect(describeFailure({ event: "failed", reason }, "n").code).toBe(code);
  });
});
