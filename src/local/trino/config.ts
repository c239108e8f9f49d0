import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What Trino's configuration depends on. */
export interface TrinoConfig {
  port: number;
  /** Folder of the plugins. */
  plugins: string;
  /** S3: ministack itself. */
  s3Url: string;
  /** The Glue catalog: the gateway. */
  glueUrl: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** The catalog's name, Athena's own: Iceberg's tables, the views, and by redirection all else. */
export const catalogName = "awsdatacatalog";

/** The tables that are not Iceberg's, under the name by which only the gateway speaks of them. */
export const hiveCatalogName = "hive";

/** Of the JVM; a query's memory and Trino's own must fit below it. */
export const heapMb = 1500;

/** The files below `etc`, by their path. */
export function trinoFiles(config: TrinoConfig): Record<string, string> {
  const address = `http://127.0.0.1:${config.port}`;
  return {
    "config.properties": properties({
      "node.environment": "workbench",
      "node.id": "workbench",
      // Without these two it listens on every address and tells others its host name.
      "node.bind-ip": "127.0.0.1",
      "node.internal-address": "127.0.0.1",
      "http-server.http.port": String(config.port),
      "discovery.uri": address,
      coordinator: "true",
      "node-scheduler.include-coordinator": "true",
      "web-ui.enabled": "false",
      "plugin.dir": config.plugins,
      "query.max-memory": "700MB",
      "query.max-memory-per-node": "700MB",
      "memory.heap-headroom-per-node": "300MB",
      // A query whose client has gone is of no use to anybody.
      "query.client.timeout": "2m",
      "query.min-expire-age": "1m",
      "query.max-history": "50",
    }),
    "log.properties": properties({
      "io.trino": "INFO",
      "io.airlift": "WARN",
      "io.airlift.bootstrap": "WARN",
      "org.eclipse.jetty": "WARN",
      "com.amazonaws": "WARN",
    }),
    [`catalog/${catalogName}.properties`]: properties({
      "connector.name": "iceberg",
      "iceberg.catalog.type": "glue",
      "iceberg.file-format": "PARQUET",
      "iceberg.hive-catalog-name": hiveCatalogName,
      // VACUUM takes its ages from the table's own properties, as on AWS.
      "iceberg.expire-snapshots.min-retention": "0s",
      "iceberg.remove-orphan-files.min-retention": "0s",
      "iceberg.allowed-extra-properties": "*",
      ...storeProperties(config),
    }),
    [`catalog/${hiveCatalogName}.properties`]: properties({
      "connector.name": "hive",
      "hive.metastore": "glue",
      "hive.iceberg-catalog-name": catalogName,
      "hive.non-managed-table-writes-enabled": "true",
      "hive.partition-projection-enabled": "true",
      "hive.recursive-directories": "true",
      // ministack answers every segment with all partitions.
      "hive.metastore.glue.partitions-segments": "1",
      ...storeProperties(config),
    }),
  };
}

/** The Glue catalog and S3, the same for both connectors. */
function storeProperties(config: TrinoConfig): Record<string, string> {
  const { accessKeyId, secretAccessKey } = config.credentials;
  return {
    "hive.metastore.glue.region": config.region,
    "hive.metastore.glue.endpoint-url": config.glueUrl,
    "hive.metastore.glue.aws-access-key": accessKeyId,
    "hive.metastore.glue.aws-secret-key": secretAccessKey,
    "fs.native-s3.enabled": "true",
    "s3.endpoint": config.s3Url,
    "s3.region": config.region,
    "s3.path-style-access": "true",
    "s3.aws-access-key": accessKeyId,
    "s3.aws-secret-key": secretAccessKey,
  };
}
function properties(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Writes `etc` anew. */
export function writeTrinoFiles(etc: string, files: Readonly<Record<string, string>>): void {
  rmSync(etc, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    const file = join(etc, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
  }
}

/** Whether `etc` holds exactly these files' texts: then a Trino that runs on it serves us too. */
export function sameTrinoFiles(etc: string, files: Readonly<Record<string, string>>): boolean {
  return Object.entries(files).every(([path, text]) => {
    try {
      return readFileSync(join(etc, path), "utf8") === text;
    } catch {
      return false;
    }
  });
}
