import type { Settings } from "./settings";

/** The settings in force under the names they are set by; what is not set is left out. */
export function settingValues(settings: Settings): Record<string, string> {
  const { github, kafka, aws, raw, athena, glue, rotation } = settings;
  const values: Record<string, string | number | boolean | undefined> = {
    DATASET: settings.dataset,
    WORKBENCH_HOME: settings.home,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_TOKEN: github.tokens.join(",") || undefined,
    GHARCHIVE_URL: github.archiveUrl,
    SIMULATOR_URL: settings.simulatorUrl,
    KAFKA_BROKERS: kafka.brokers.join(","),
    KAFKA_TOPIC: kafka.topic,
    KAFKA_GROUP: kafka.group,
    KAFKA_CLUSTER: kafka.cluster,
    KAFKA_SSL: kafka.ssl,
    KAFKA_SSL_CA: kafka.sslCaFile,
    KAFKA_SASL_MECHANISM: kafka.sasl?.mechanism,
    KAFKA_SASL_USERNAME: kafka.sasl?.username,
    KAFKA_SASL_PASSWORD: kafka.sasl?.password,
    KAFKA_PARTITIONS: kafka.partitions,
    KAFKA_REPLICATION: kafka.replication,
    AWS_REGION: aws.region,
    AWS_ENDPOINT_URL: aws.endpointUrl,
    AWS_ACCESS_KEY_ID: aws.credentials?.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials?.secretAccessKey,
    RAW_BUCKET: raw.bucket,
    PROCESSED_BUCKET: settings.processedBucket,
    ATHENA_WORKGROUP: athena.workgroup,
    ATHENA_OUTPUT: athena.output,
    ATHENA_CACHE: athena.cache,
    GLUE_DATABASE: glue.database,
    GLUE_JOB: glue.job,
    GLUE_ROLE: glue.role,
    ROTATE_MESSAGES: rotation.maxMessages,
    ROTATE_BYTES: rotation.maxBytes,
    ROTATE_SECONDS: rotation.maxAgeMs / 1000,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
