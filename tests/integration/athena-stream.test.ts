import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const rows = Number(process.env["QUERY_STREAM_ROWS"] ?? "1000000");
/** What the process may take in all; its heap's old part gets half of it. */
const mostRssMb = 192;

it(`${rows.toLocaleString("en-US")} rows stream through a process of ${mostRssMb} MB`, async () => {
  const title = "x".repeat(100);
  const sql = `SELECT (a - 1) * 1000 + b AS id, '${title}' || CAST(b AS varchar) AS title,
    CAST(b AS double) / 3 AS share, TIMESTAMP '2026-01-01 00:00:00' AS created_at
    FROM UNNEST(sequence(1, ${rows / 1000})) AS x(a) CROSS JOIN UNNEST(sequence(1, 1000)) AS y(b)`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--max-old-space-size=96",
    join(__dirname, "stream-child.mjs"),
    sql,
  ]);
  const seen = JSON.parse(stdout) as Record<"rows" | "sum" | "seconds" | "peakRssMb", number>;
  process.stderr.write(`${stdout}\n`);
  // "1" to "1000" have 2,893 digits.
  const length = rows * title.length + (rows / 1000) * 2893;
  expect(seen).toMatchObject({ rows, sum: (rows * (rows + 1)) / 2, length, notes: [] });
  expect(seen.peakRssMb).toBeLessThan(mostRssMb);
});
