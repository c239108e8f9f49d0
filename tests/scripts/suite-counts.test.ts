import { describe, expect, it } from "vitest";
import { countPytest, countVitest } from "../../scripts/suite-counts";

describe("countVitest", () => {
  it("counts a file that failed to load as a failure", () => {
    const report = {
      numPassedTests: 4,
      numFailedTests: 1,
      numPendingTests: 2,
      testResults: [
        { status: "passed", assertionResults: [{}] },
        { status: "failed", assertionResults: [] },
      ],
    };
    expect(countVitest(JSON.stringify(report))).toEqual({ passed: 4, failed: 2, skipped: 2 });
  });
});

describe("countPytest", () => {
  it("reads the JUnit totals, errors among the failures", () => {
    const xml =
      '<testsuites name="x"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10">';
    expect(countPytest(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 });
  });
});
