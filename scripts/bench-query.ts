/**
 * A query into a frame, beside awswrangler and PyAthena in their modes, on one endpoint, which it
 * starts and stops: the same table, the same SQL, each client resident and warmed, in turn. A row
 * too few or another sum fails the bench.
 *
 *   npm run bench:query
 *   npm run bench:query -- --rounds 3 --rows 10000 --clients workbench,pyathena-pandas --json
 */
import { parseArgs } from "node:util";
import { runQuery } from "../src/lib/athena/query";
import { loadSettings } from "../src/lib/config/load";
import { systemEffects } from "../src/lib/effects";
import { type BenchEngines, runBench } from "./bench/engines";
import {
  queryClients,
  type QueryClient,
  type QueryPlace,
  type QueryTimes,
  ResidentClient,
} from "./bench/query-clients";
import { formatQueryStandings, queryStandings } from "./bench/query-table";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000,100000" },
    rounds: { type: "string", default: "5" },
    clients: { type: "string", default: queryClients.join(",") },
    json: { type: "boolean", default: false },
  },
});
const sizes = values.rows.split(",").map(Number);
const rounds = Number(values.rounds);
const clients = queryClients.filter((name) => values.clients.split(",").includes(name));

/** Every type that a query of events has, and texts with all that a CSV makes hard. */
const columns = `
  n AS id,
  40000000000 + n AS event_id,
  CASE WHEN n % 7 = 0 THEN NULL ELSE n / 3e0 END AS share,
  CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'say "' || CAST(n AS varchar) || '"'
    WHEN 3 THEN 'two' || chr(10) || 'lines, ' || CAST(n AS varchar)
    ELSE 'octo-org/repository-' || CAST(n % 1000 AS varchar) END AS repo,
  CAST(date_add('second', n, TIMESTAMP '2026-01-01 00:00:00') AS timestamp(6)) AS created_at,
  date_add('day', n % 365, DATE '2026-01-01') AS day,
  CAST(n / 100e0 AS decimal(12, 2)) AS cost,
  n % 2 = 0 AS merged,
  ARRAY['label-' || CAST(n % 10 AS varchar), NULL] AS labels`;

async function bench(engines: BenchEngines): Promise<void> {
  const settings = loadSettings({ env: engines.env, dataset: "benchquery" });
  const { database } = settings.glue;
  const place: QueryPlace = {
    home: engines.home,
    env: { ...engines.env, DATASET: settings.dataset, AWS_DEFAULT_REGION: settings.aws.region },
    database,
    workgroup: settings.athena.workgroup,
    output: `s3://${settings.processedBucket}/bench/`,
  };
  const run = (sql: string): Promise<unknown> => runQuery(settings, sql, {}, systemEffects());
  await run(`CREATE DATABASE IF NOT EXISTS ${database}`);
  const most = Math.max(...sizes);
  const location = `s3://${settings.processedBucket}/bench/warehouse/`;
  await run(`CREATE TABLE mixed
WITH (table_type = 'ICEBERG', is_external = false, location = '${location}') AS
SELECT ${columns}
FROM (SELECT (a - 1) * 1000 + b AS n FROM UNNEST(sequence(1, ${Math.ceil(most / 1000)})) AS x(a)
  CROSS JOIN UNNEST(sequence(1, 1000)) AS y(b))`);

  const residents = new Map<QueryClient, ResidentClient>();
  try {
    for (const name of clients) residents.set(name, await ResidentClient.start(name, place));
    const result: Record<string, unknown> = {
      import_seconds: Object.fromEntries(
        [...residents].map(([name, { importSeconds }]) => [name, importSeconds]),
      ),
    };
    for (const rows of sizes) {
      const standings = queryStandings(await race(residents, rows));
      result[`rows_${rows}`] = standings;
      if (!values.json) {
        const title = `${rows.toLocaleString("en-US")} rows`;
        process.stdout.write(`${formatQueryStandings(title, standings)}\n\n`);
      }
    }
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ rounds, ...result }, null, 2)}\n`
        : `import seconds: ${JSON.stringify(result["import_seconds"])}\n`,
    );
  } finally {
    for (const client of residents.values()) await client.stop();
  }
}

/** awswrangler's CTAS and UNLOAD write Hive tables, which have no microseconds: the same for all. */
function queryOf(rows: number): string {
  return `SELECT id, event_id, share, repo, CAST(created_at AS timestamp(3)) AS created_at, day, cost,
  merged, labels FROM mixed WHERE id <= ${rows}`;
}

/** One round that warms, then the others, each begun by another client. */
async function race(
  residents: ReadonlyMap<QueryClient, ResidentClient>,
  rows: number,
): Promise<Map<QueryClient, QueryTimes[]>> {
  const times = new Map<QueryClient, QueryTimes[]>();
  const all = [...residents];
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % all.length;
    for (const [name, client] of [...all.slice(first), ...all.slice(0, first)]) {
      const taken = await client.query(queryOf(rows));
      if (taken.rows !== rows || taken.sum !== (rows * (rows + 1)) / 2) {
        throw new Error(`${name} read ${taken.rows} rows of sum ${taken.sum}`);
      }
      const words = round === 0 ? "warming" : `round ${round}`;
      process.stderr.write(
        `${words}: ${name}, ${rows} rows: ${JSON.stringify({ ...taken, rows: undefined, sum: undefined })}\n`,
      );
      if (round > 0) times.set(name, [...(times.get(name) ?? []), taken]);
    }
  }
  return new Map(clients.map((name) => [name, times.get(name) ?? []]));
}

void runBench(bench, ["ministack", "aws"]);
