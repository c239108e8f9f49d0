import { z } from "zod";

const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" });
const name = (pattern: RegExp, words: string): z.ZodString =>
  z.string().regex(pattern, { error: `must be ${words}` });
const whole = (min: number, max: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^\d+$/, { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .refine((value) => value >= min && value <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    });
const flag = z
  .enum(["true", "false", "1", "0"], { error: "must be true or false" })
  .transform((value) => value === "true" || value === "1");
const list = z
  .string()
  .transform((value) => value.split(",").map((item) => item.trim()))
  .refine((items) => items.every((item) => item !== ""), { error: "has an empty entry" });
const bucket = name(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  "a bucket name: 3 to 63 of a-z, 0-9, dot and hyphen",
);

const jobName = name(/^[A-Za-z0-9_.-]{1,255}$/, "1 to 255 of A-Z, a-z, 0-9, _, dot and -");

/**
 * Every setting, as text from the environment or `.env`. Order is the order of the documentation;
 * what is optional here has its default in `loadSettings`.
 */
export const settingsSchema = z.object({
  DATASET: name(/^[a-z][a-z0-9]{0,31}$/, "1 to 32 of a-z and 0-9, a letter first").optional(),
  WORKBENCH_HOME: z.string().min(1).optional(),
  GITHUB_API_URL: httpUrl.optional(),
  GITHUB_TOKEN: list.optional(),
  GHARCHIVE_URL: z.string().min(1).optional(),
  SIMULATOR_URL: httpUrl.optional(),
  KAFKA_BROKERS: list
    .refine((items) => items.every((item) => /^[^\s:/]+:\d{1,5}$/.test(item)), {
      error: "must be host:port, several separated by commas",
    })
    .optional(),
  KAFKA_TOPIC: name(
    /^[A-Za-z0-9._-]{1,200}$/,
    "1 to 200 of A-Z, a-z, 0-9, dot, _ and -",
  ).optional(),
  KAFKA_GROUP: name(
    /^[A-Za-z0-9._-]{1,200}$/,
    "1 to 200 of A-Z, a-z, 0-9, dot, _ and -",
  ).optional(),
  // In front of the raw prefix, where it must not pass for a dataset's own.
  KAFKA_CLUSTER: name(
    /^(?!.*-(?:events|coverage|enrichment)$)[a-z0-9][a-z0-9-]{0,62}$/,
    "1 to 63 of a-z, 0-9 and hyphen, not ending in -events, -coverage or -enrichment",
  ).optional(),
  KAFKA_SSL: flag.optional(),
  KAFKA_SSL_CA: z.string().min(1).optional(),
  KAFKA_SASL_MECHANISM: z
    .enum(["plain", "scram-sha-256", "scram-sha-512"], {
      error: "must be plain, scram-sha-256 or scram-sha-512",
    })
    .optional(),
  KAFKA_SASL_USERNAME: z.string().min(1).optional(),
  KAFKA_SASL_PASSWORD: z.string().min(1).optional(),
  KAFKA_PARTITIONS: whole(1, 1000).optional(),
  KAFKA_REPLICATION: whole(1, 9).optional(),
  AWS_REGION: name(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-central-1").optional(),
  AWS_ENDPOINT_URL: httpUrl.optional(),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  RAW_BUCKET: bucket.optional(),
  PROCESSED_BUCKET: bucket.optional(),
  ATHENA_WORKGROUP: name(
    /^[A-Za-z0-9._-]{1,128}$/,
    "1 to 128 of A-Z, a-z, 0-9, dot, _ and -",
  ).optional(),
  ATHENA_OUTPUT: name(/^s3:\/\/[^/]+\/.*$/, "an s3://bucket/prefix/ address").optional(),
  ATHENA_CACHE: name(
    /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/,
    "an age: a number and a unit, such as 15m",
  ).optional(),
  GLUE_DATABASE: name(/^[a-z0-9_]{1,255}$/, "1 to 255 of a-z, 0-9 and _").optional(),
  GLUE_JOB: jobName.optional(),
  GLUE_MAINTENANCE_JOB: jobName.optional(),
  GLUE_ROLE: z.string().min(1).optional(),
  ROTATE_MESSAGES: whole(1, 10_000_000).optional(),
  ROTATE_BYTES: whole(1, 1_000_000_000).optional(),
  ROTATE_SECONDS: whole(1, 86_400).optional(),
});

/** The settings' names. */
export const settingNames = Object.keys(settingsSchema.shape);

/** Which settings are shown as `***`. */
export const secretNames: ReadonlySet<string> = new Set([
  "GITHUB_TOKEN",
  "KAFKA_SASL_PASSWORD",
  "AWS_SECRET_ACCESS_KEY",
]);
