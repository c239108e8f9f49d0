import { WorkbenchError } from "../errors";
import { caFilePath, caFileProblem } from "./ca-file";
import { settingsSchema } from "./schema";
import type { AwsSettings, KafkaSettings, Settings } from "./settings";
import { readLayers, type SettingsLayer, unknownNames } from "./sources";

/** What {@link loadSettings} reads; each has the process's own as its default. */
export interface LoadOptions {
  env?: Readonly<Record<string, string | undefined>>;
  /** The folder whose `.env` is read. */
  cwd?: string;
  /** Stronger than DATASET. */
  dataset?: string;
  /** Weaker than DATASET. Default: `github`. */
  defaultDataset?: string;
}

/** Naming any of these means: not the AWS endpoint of this machine. */
const awsNames = [
  "AWS_ENDPOINT_URL",
  "RAW_BUCKET",
  "PROCESSED_BUCKET",
  "ATHENA_OUTPUT",
  "ATHENA_WORKGROUP",
];
/** From the local engines only together: half of a local address would reach a real account. */
const localAwsNames = [...awsNames, "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/** From the local cluster only together: another cluster's raw objects lie under another prefix. */
const localKafkaNames = ["KAFKA_BROKERS", "KAFKA_REPLICATION", "KAFKA_CLUSTER"];

type Values = ReturnType<typeof settingsSchema.parse>;

/**
 * Reads the settings: the environment first, then `.env`, then what `workbench up` wrote of the
 * local engines, then built-in defaults. With nothing set, the local engines.
 *
 * @throws {@link WorkbenchError} code CONFIG, naming every problem at once
 */
export function loadSettings(options: LoadOptions = {}): Settings {
  const env = { ...(options.env ?? process.env) };
  if (options.dataset !== undefined) env["DATASET"] = options.dataset;
  const { layers, home } = readLayers(env, options.cwd ?? process.cwd());
  const [environment, file, local] = layers as [SettingsLayer, SettingsLayer, SettingsLayer];

  const given: Record<string, string> = { ...file.values, ...environment.values };
  const awsGiven = awsNames.some((name) => given[name] !== undefined);
  const yours = [
    ...(awsGiven ? localAwsNames : []),
    ...(given["KAFKA_BROKERS"] === undefined ? [] : localKafkaNames),
  ];
  const localValues = Object.fromEntries(
    Object.entries(local.values).filter(([name]) => !yours.includes(name)),
  );
  const parsed = settingsSchema.safeParse({ ...localValues, ...given });

  const problems = unknownNames(file.values).map((name) => `${name} in .env is no setting`);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      problems.push(`${name} ${issue.message} (it is ${quote(name, given[name])})`);
    }
  }
  const values = parsed.success ? parsed.data : undefined;
  if (values !== undefined) problems.push(...contradictions(values, awsGiven));
  if (values === undefined || problems.length > 0) {
    throw new WorkbenchError("CONFIG", problems.join("; "), {
      hint: "mend it in the environment or in .env; docs/topics/settings.md lists them all",
    });
  }
  const dataset = values.DATASET ?? options.defaultDataset ?? "github";
  return build(values, dataset, home, !awsGiven || isLoopback(values.AWS_ENDPOINT_URL));
}

/** Whether an address is this machine's own. */
function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(address).hostname);
}

function build(values: Values, dataset: string, home: string, localAws: boolean): Settings {
  const processedBucket = values.PROCESSED_BUCKET ?? "github-events-processed";
  return {
    dataset,
    home,
    github: {
      apiUrl: values.GITHUB_API_URL ?? "https://api.github.com",
      tokens: values.GITHUB_TOKEN ?? [],
      archiveUrl: values.GHARCHIVE_URL ?? "https://data.gharchive.org",
    },
    simulatorUrl: values.SIMULATOR_URL ?? "http://127.0.0.1:8790",
    kafka: buildKafka(values, dataset),
    aws: buildAws(values, localAws),
    raw: { bucket: values.RAW_BUCKET ?? "github-events-raw", prefix: rawPrefix(values, dataset) },
    processedBucket,
    athena: {
      workgroup: values.ATHENA_WORKGROUP ?? (localAws ? "workbench" : "primary"),
      output: values.ATHENA_OUTPUT ?? (localAws ? `s3://${processedBucket}/athena/` : undefined),
      ...(values.ATHENA_CACHE === undefined ? {} : { cache: values.ATHENA_CACHE }),
    },
    glue: {
      database: values.GLUE_DATABASE ?? `${dataset}_events`,
      job: values.GLUE_JOB ?? "github_events_etl",
      maintenanceJob: values.GLUE_MAINTENANCE_JOB ?? "github_events_maintenance",
      role: values.GLUE_ROLE,
    },
    rotation: {
      maxMessages: values.ROTATE_MESSAGES ?? 100_000,
      maxBytes: values.ROTATE_BYTES ?? 64_000_000,
      maxAgeMs: (values.ROTATE_SECONDS ?? 300) * 1000,
    },
  };
}

function rawPrefix({ KAFKA_CLUSTER: cluster }: Values, dataset: string): string {
  return `${cluster === undefined ? "" : `${cluster}/`}${dataset}-events/`;
}

function buildKafka(values: Values, dataset: string): KafkaSettings {
  const kafka: KafkaSettings = {
    brokers: values.KAFKA_BROKERS ?? ["127.0.0.1:9092"],
    topic: values.KAFKA_TOPIC ?? `${dataset}-events`,
    // One a dataset: kafkajs gives the members of a group the topics of one of them alone.
    group: values.KAFKA_GROUP ?? (dataset === "github" ? "workbench" : `workbench-${dataset}`),
    ssl: values.KAFKA_SSL ?? false,
    partitions: values.KAFKA_PARTITIONS ?? 6,
    replication: values.KAFKA_REPLICATION ?? 1,
  };
  const { KAFKA_CLUSTER: cluster, KAFKA_SSL_CA: ca, KAFKA_SASL_MECHANISM: mechanism } = values;
  if (cluster !== undefined) kafka.cluster = cluster;
  if (ca !== undefined) kafka.sslCaFile = caFilePath(ca);
  if (mechanism !== undefined) {
    kafka.sasl = {
      mechanism,
      username: values.KAFKA_SASL_USERNAME ?? "",
      password: values.KAFKA_SASL_PASSWORD ?? "",
    };
  }
  return kafka;
}

function buildAws(values: Values, local: boolean): AwsSettings {
  if (!local) {
    return {
      local,
      region: values.AWS_REGION ?? "us-east-1",
      endpointUrl: values.AWS_ENDPOINT_URL,
    };
  }
  return {
    local,
    // One region, whatever the shell is set to: the local catalog keeps one apart from another.
    region: "us-east-1",
    endpointUrl: values.AWS_ENDPOINT_URL ?? "http://127.0.0.1:4566",
    // Never the machine's own keys: a local endpoint must not see them.
    credentials: { accessKeyId: "workbench", secretAccessKey: "workbench" },
  };
}

/** Problems between settings that are each well-formed. */
function contradictions(values: Values, awsGiven: boolean): string[] {
  const problems: string[] = [];
  if (awsGiven && values.AWS_ENDPOINT_URL === undefined) {
    for (const name of ["RAW_BUCKET", "PROCESSED_BUCKET"] as const) {
      if (values[name] === undefined) problems.push(`${name} is not set, though AWS settings are`);
    }
    if (values.AWS_REGION === undefined) {
      problems.push("AWS_REGION is not set, though AWS settings are");
    }
  }
  const { KAFKA_SSL_CA: ca } = values;
  if (ca !== undefined) {
    const problem = caFileProblem(ca);
    if (problem !== undefined) problems.push(`KAFKA_SSL_CA: ${problem}`);
    if (values.KAFKA_SSL !== true) problems.push("KAFKA_SSL_CA is set without KAFKA_SSL=true");
  }
  const sasl = [values.KAFKA_SASL_USERNAME, values.KAFKA_SASL_PASSWORD];
  if (values.KAFKA_SASL_MECHANISM !== undefined && sasl.includes(undefined)) {
    problems.push("KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD");
  }
  if (values.KAFKA_SASL_MECHANISM === undefined && sasl.some((value) => value !== undefined)) {
    problems.push("KAFKA_SASL_USERNAME or _PASSWORD is set without KAFKA_SASL_MECHANISM");
  }
  if (
    (values.GLUE_JOB ?? "github_events_etl") ===
    (values.GLUE_MAINTENANCE_JOB ?? "github_events_maintenance")
  ) {
    problems.push("GLUE_JOB and GLUE_MAINTENANCE_JOB name the same job");
  }
  return problems;
}

function quote(name: string, value: string | undefined): string {
  if (value === undefined) return "not set";
  return /TOKEN|PASSWORD|SECRET|KEY/.test(name) ? "a secret, not shown" : JSON.stringify(value);
}
