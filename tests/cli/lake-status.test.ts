import { describe, expect, it } from "vitest";
import { formatChecks, formatLake, readChecksStatus } from "../../src/cli/lake-status";
import { loadSettings } from "../../src/lib/config/load";
import { systemEffects } from "../../src/lib/effects";

const run = { job_run_id: "jr_1", checked_at: "2026-11-24T10:00:00.000Z", problems: [] };

describe("the checks of the latest job run", () => {
  it.each([
    [null, "data quality: nothing checked yet (npx workbench etl)"],
    [{ problem: "no endpoint" }, "data quality: not known: no endpoint"],
    [
      { ...run, ok: 14, warning: 0, failed: 0 },
      "data quality: 14 checks ok (job run jr_1, 2026-11-24 10:00:00)",
    ],
    [
      {
        ...run,
        ...{ ok: 12, warning: 1, failed: 2, problems: ["github_events, unique_key: 1 of 3"] },
      },
      "data quality: 12 checks ok, 1 warning, 2 failed (job run jr_1, 2026-11-24 10:00:00)\n" +
        "  github_events, unique_key: 1 of 3",
    ],
  ])("are told in a line: %j", (checks, text) => {
    expect(formatChecks(checks)).toBe(text);
  });

  it("are left out where the settings are wrong, or the endpoint is down", async () => {
    const broken = (): never => {
      throw new Error("DATASET is ???");
    };
    const status = await readChecksStatus(broken, systemEffects());
    expect(formatChecks(status)).toMatch(/^data quality: not known: .*DATASET is \?\?\?/);

    const down = loadSettings({ env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, cwd: "/" });
    const startedMs = performance.now();
    expect(await readChecksStatus(() => down, systemEffects())).toHaveProperty("problem");
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });
});

describe("the lake's tables", () => {
  it("are a line each", () => {
    const text = formatLake({
      database: "github_events",
      tables: [
        {
          ...{ table: "github_events", rows: 1200, files: 4, bytes: 4 * 2 ** 20, small_files: 3 },
          ...{ partitions: 2, delete_files: 1, snapshots: 7 },
          written_at: "2026-11-24T10:00:00.123Z",
          maintained_at: null,
        },
        {
          ...{ table: "quarantine", rows: 0, files: 0, bytes: 0, small_files: 0 },
          ...{ partitions: null, delete_files: 0, snapshots: 0 },
          written_at: null,
          maintained_at: null,
        },
      ],
    });
    expect(text.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "))).toEqual([
      "lake github_events",
      "  table  rows  files  mean size  below 8 MB  partitions  delete files  snapshots  written (UTC)  maintained (UTC)",
      "  github_events  1,200  4  1.0 MB  3  2  1  7  2026-11-24 10:00:00  -",
      "  quarantine  0  0  -  0  -  0  0  -  -",
    ]);
    expect(formatLake({ problem: "Trino is not installed" })).toBe(
      "lake: not known: Trino is not installed",
    );
    expect(formatLake({ database: "x", tables: [] })).toBe(
      "lake: no tables in x yet (npx workbench etl)",
    );
  });
});
