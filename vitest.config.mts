import { defineConfig } from "vitest/config";

/**
 * Three projects, slowest last: units (no engine), integration (real engines, shared by one
 * global set-up) and browser (JupyterHub, the report, an ssh tunnel). Files with engines run one
 * after the other: two cores serve one Spark at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/integration/**", "tests/browser/**"],
          testTimeout: 20_000,
          // Loading danfojs and the AWS SDK anew for each file takes longer than the tests: units
          // leave nothing behind them, and share what is loaded.
          isolate: false,
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: ["tests/integration/engines.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: ["tests/integration/engines.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
