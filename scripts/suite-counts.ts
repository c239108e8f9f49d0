/** How a suite ended. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts from vitest's JSON report. A file that failed to load counts as one failure. */
export function countVitest(text: string): Counts {
  const report = JSON.parse(text) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests?: number;
    testResults: { status: string; assertionResults: unknown[] }[];
  };
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/** Counts from pytest's JUnit report. */
export function countPytest(text: string): Counts {
  const attribute = (name: string): number => {
    const match = new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text);
    return match === null ? 0 : Number(match[1]);
  };
  const failed = attribute("failures") + attribute("errors");
  const skipped = attribute("skipped");
  return { passed: attribute("tests") - failed - skipped, failed, skipped };
}
