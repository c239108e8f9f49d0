import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Effects } from "../../lib/effects";
import { describeError, WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { openTrino, type TrinoEngine } from "../trino/engine";
import { ExecutionStore } from "./athena/execution-store";
import { Metadata } from "./athena/metadata";
import { NamedQueries } from "./athena/named-queries";
import { athenaOperations } from "./athena/operations";
import { PreparedStatements } from "./athena/prepared-statements";
import { QueryRunner } from "./athena/query-runner";
import { ResultReuse } from "./athena/result-reuse";
import { dropStaleUnloads } from "./athena/unload-database";
import { WorkGroups } from "./athena/workgroups";
import { openCatalog } from "./catalog";
import { createForwarder } from "./forward";
import { Adoption } from "./glue/catalog/adoption";
import { CatalogStore } from "./glue/catalog/catalog-store";
import {
  catalogInProcess,
  glueCatalogOperations,
  defaultPageSize,
} from "./glue/catalog/operations";
import { GlueRuns } from "./glue/glue-runs";
import { JobStore } from "./glue/job-store";
import { glueOperations } from "./glue/operations";
import { localCredentials, localRegion, openObjects } from "./objects";
import type { GatewayOptions } from "./options";
import { refuseAthena, refuseGlue } from "./refusals";
import { createGateway } from "./server";
import type { Operation } from "./wire";

/** A local AWS endpoint that listens. */
export interface Gateway {
  url: string;
  port: number;
  /**
   * Stops listening, the queries and the job runs. Trino goes on: the next gateway adopts it,
   * and `npx workbench down` stops it by its record.
   */
  close(): Promise<void>;
}

/**
 * Starts the local AWS endpoint on 127.0.0.1: Athena over Trino, Glue's jobs over Spark and its
 * catalog; all else is forwarded to ministack.
 *
 * @throws WorkbenchError code ENGINE when the port is taken
 */
export async function startGateway(
  options: GatewayOptions,
  env: Readonly<Record<string, string | undefined>>,
  effects: Effects,
): Promise<Gateway> {
  const { home, ministack } = options;
  const { logger } = effects;
  const now = (): number => effects.now();
  const state = join(homePaths(home).data, "aws");
  const operations = new Map<string, Operation>();
  const forwarder = createForwarder(ministack);
  const server = createGateway(
    {
      operations,
      closedServices: new Map([
        ["AmazonAthena", refuseAthena],
        ["AWSGlue", refuseGlue],
      ]),
    },
    forwarder,
    logger,
  );
  const port = await listen(server, options.port);
  const url = `http://127.0.0.1:${port}`;
  const s3Url = ministack.origin;

  const objects = openObjects(s3Url);
  const ministackCatalog = openCatalog(s3Url);
  const catalogStore = new CatalogStore(join(state, "glue", "catalog.log"));
  const catalogContext = {
    store: catalogStore,
    adoption: new Adoption(catalogStore, ministackCatalog),
    now,
    pageSize: defaultPageSize,
  };
  add("AWSGlue", glueCatalogOperations(catalogContext));
  const catalog = catalogInProcess(catalogContext);
  const trino: TrinoEngine = openTrino(
    {
      home,
      env,
      s3Url,
      glueUrl: url,
      region: localRegion,
      credentials: localCredentials,
    },
    effects,
  );
  const store = new ExecutionStore(join(state, "athena", "executions"));
  const lost = store.recover(now());
  if (lost > 0) logger.warn("queries that ran when the endpoint stopped have failed", { lost });
  // In the background: the catalog may be away for a moment, and nobody waits for this.
  void dropStaleUnloads(catalog).catch((error: unknown) => {
    logger.warn("what UNLOADs may have left is still there", { error: describeError(error) });
  });
  const folder = join(state, "athena");
  const reuse = new ResultReuse(join(folder, "reuse"), store, objects, now);
  const runner = new QueryRunner(store, trino, { objects, catalog }, effects, (execution) =>
    reuse.remember(execution),
  );
  const workgroups = new WorkGroups(join(folder, "workgroups"), now);
  const metadata = new Metadata(catalog);
  const prepared = new PreparedStatements(join(folder, "prepared"), workgroups, now);
  const named = new NamedQueries(join(folder, "named"), workgroups);
  const tokens = join(folder, "tokens");
  add(
    "AmazonAthena",
    athenaOperations({ store, runner, workgroups, metadata, prepared, named, reuse, tokens, now }),
  );

  const jobs = new JobStore(join(state, "glue", "jobs"), ministackCatalog, now);
  const endpoints = { gatewayUrl: url, s3Url, region: localRegion, credentials: localCredentials };
  const runs = new GlueRuns({
    home,
    folder: join(state, "glue"),
    objects,
    endpoints,
    env,
    effects,
  });
  runs.recover();
  add("AWSGlue", glueOperations(jobs, runs, now));

  return {
    url,
    port,
    async close() {
      server.close();
      await Promise.all([runner.close(), runs.close()]);
      server.closeAllConnections();
      forwarder.close();
      catalogStore.close();
    },
  };

  function add(service: string, byName: Record<string, Operation>): void {
    for (const [name, operation] of Object.entries(byName)) {
      operations.set(`${service}.${name}`, operation);
    }
  }
}

function listen(server: ReturnType<typeof createGateway>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const words = error.code === "EADDRINUSE" ? "is taken" : `cannot be used: ${error.message}`;
      reject(new WorkbenchError("ENGINE", `port ${port} ${words}`, { cause: error }));
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
