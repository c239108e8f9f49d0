/** Where Spark finds S3 and the catalog on this machine. */
export interface SparkEndpoints {
  s3Url: string;
  /** The Glue catalog: the gateway. */
  glueUrl: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** Spark's settings by name. */
export type SparkConf = Record<string, string>;

const glueCatalogImpl = "org.apache.iceberg.aws.glue.GlueCatalog";

/**
 * The settings of a job on this machine: its own, in which the catalogs over Glue get the local
 * endpoints, and what keeps Spark small, on UTC and on loopback. A job's own setting wins where
 * it is not about where things are.
 */
export function localConf(
  own: Readonly<SparkConf>,
  endpoints: SparkEndpoints,
  scratchDir: string,
): SparkConf {
  return {
    ...glueCatalog("glue_catalog"),
    // Small data: 200 tasks of a shuffle would cost more than the work.
    "spark.sql.shuffle.partitions": "4",
    "spark.default.parallelism": "4",
    // For the same reason: compiling a stage into one method takes longer than running it as it is.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalogImplementation": "in-memory",
    ...own,
    ...catalogEndpoints(own, endpoints),
    ...s3aConf(endpoints),
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.warehouse.dir": `${scratchDir}/spark-warehouse`,
  };
}

/** A catalog of Iceberg tables in Glue, as a Glue job's `--conf` names it on AWS. */
function glueCatalog(name: string): SparkConf {
  const catalog = `spark.sql.catalog.${name}`;
  return {
    [catalog]: "org.apache.iceberg.spark.SparkCatalog",
    [`${catalog}.catalog-impl`]: glueCatalogImpl,
    [`${catalog}.io-impl`]: "org.apache.iceberg.aws.s3.S3FileIO",
  };
}

/** The local endpoints for `glue_catalog` and every other catalog over Glue that a job names. */
function catalogEndpoints(own: Readonly<SparkConf>, endpoints: SparkEndpoints): SparkConf {
  const names = new Set(["glue_catalog"]);
  for (const [key, value] of Object.entries(own)) {
    const match = /^spark\.sql\.catalog\.([^.]+)\.(catalog-impl|type)$/.exec(key);
    if (match?.[1] !== undefined && (value === glueCatalogImpl || value === "glue")) {
      names.add(match[1]);
    }
  }
  const conf: SparkConf = {};
  for (const name of names) {
    const catalog = `spark.sql.catalog.${name}`;
    conf[`${catalog}.s3.endpoint`] = endpoints.s3Url;
    conf[`${catalog}.s3.path-style-access`] = "true";
    conf[`${catalog}.s3.access-key-id`] = endpoints.credentials.accessKeyId;
    conf[`${catalog}.s3.secret-access-key`] = endpoints.credentials.secretAccessKey;
    conf[`${catalog}.glue.endpoint`] = endpoints.glueUrl;
    conf[`${catalog}.client.region`] = endpoints.region;
  }
  return conf;
}

/** `s3://` addresses through Hadoop's s3a, as Glue's own file system serves them on AWS. */
function s3aConf({ s3Url, region, credentials }: SparkEndpoints): SparkConf {
  const s3a = "spark.hadoop.fs.s3a";
  return {
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
    "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
    [`${s3a}.endpoint`]: s3Url,
    [`${s3a}.endpoint.region`]: region,
    [`${s3a}.path.style.access`]: "true",
    [`${s3a}.connection.ssl.enabled`]: "false",
    [`${s3a}.access.key`]: credentials.accessKeyId,
    [`${s3a}.secret.key`]: credentials.secretAccessKey,
    [`${s3a}.aws.credentials.provider`]: "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
  };
}
