/** The settings in force, from the environment, `.env` and the local engines (see `loadSettings`). */
export interface Settings {
  /** Names topic, raw prefix and database together: `github`, or `demo…` for invented events. */
  dataset: string;
  /** Absolute path of the state folder, WORKBENCH_HOME. */
  home: string;
  github: {
    apiUrl: string;
    /** Empty without a token. */
    tokens: readonly string[];
    archiveUrl: string;
  };
  /** Address of the local simulator of GitHub's API. */
  simulatorUrl: string;
  kafka: KafkaSettings;
  aws: AwsSettings;
  raw: {
    bucket: string;
    /** Ends with a slash: `github-events/`, behind the cluster's name where it has one. */
    prefix: string;
  };
  processedBucket: string;
  athena: {
    workgroup: string;
    /** `s3://bucket/prefix/`; undefined where the workgroup enforces one. */
    output: string | undefined;
    /** How old an answer of the local cache may be, such as `15m`; undefined: none is taken. */
    cache?: string;
  };
  glue: {
    database: string;
    /** The job that reads raw objects into tables. */
    job: string;
    /** The job that looks after the tables. */
    maintenanceJob: string;
    /** The IAM role of the jobs: needed on AWS, unused on one machine. */
    role: string | undefined;
  };
  rotation: RotationSettings;
}

/** How Kafka is reached, and how its topics are made. */
export interface KafkaSettings {
  brokers: readonly string[];
  topic: string;
  /** Each sink is a group of its own: `<group>-<sink>`. */
  group: string;
  /** A short name that keeps the raw objects of several clusters apart; undefined for one alone. */
  cluster?: string;
  ssl: boolean;
  /** Absolute path of a PEM file with the certificates to trust; without it, those Node trusts. */
  sslCaFile?: string;
  sasl?: { mechanism: SaslMechanism; username: string; password: string };
  partitions: number;
  replication: number;
}

export type SaslMechanism = "plain" | "scram-sha-256" | "scram-sha-512";

/** How AWS is reached. */
export interface AwsSettings {
  /** True where the endpoint is the one on this machine. */
  local: boolean;
  region: string;
  /** Undefined on real AWS. */
  endpointUrl: string | undefined;
  /** Given only for the local endpoint; on AWS the SDK's own chain finds them. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** When a raw object is closed and written, whichever comes first. */
export interface RotationSettings {
  maxMessages: number;
  /** Bytes of JSON before compression. */
  maxBytes: number;
  maxAgeMs: number;
}
