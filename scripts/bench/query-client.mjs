// The workbench in the comparison of query clients (scripts/bench-query.ts): the library as it was
// built. A line of JSON comes in for each query, one goes out with what it took.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(import.meta.url);
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;

const loading = process.hrtime.bigint();
const { openWorkbench } = require("../../dist/lib/index.js");
require("danfojs-node");
require("@aws-sdk/client-athena");
require("@aws-sdk/client-s3");
tell({ import_seconds: seconds(loading) });

const wb = await openWorkbench({ dataset: process.env.DATASET });
for await (const line of createInterface({ input: process.stdin })) {
  const { sql } = JSON.parse(line);
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  const result = await wb.query(sql);
  const queried = seconds(before);
  const frame = result.frame();
  const took = seconds(before);
  const { user, system } = process.cpuUsage(cpuBefore);
  let sum = 0;
  for (const id of frame.column("id").values) sum += id;
  tell({
    seconds: took,
    frame_seconds: took - queried,
    cpu_seconds: (user + system) / 1e6,
    rows: frame.shape[0],
    sum,
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
  });
}
