import type { S3Client } from "@aws-sdk/client-s3";
import { s3ClientConfig } from "../aws";
import type { Settings } from "../config/settings";
import { type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import type { CreateOptions, NewObject, ObjectMetadata, ObjectStore } from "./object-store";
import { judgeS3Error, type S3Failure } from "./s3-error";

const firstRetryMs = 200;
const maxRetryMs = 15_000;
/** S3 away for longer than this ends the work, loudly. */
const patienceMs = 15 * 60_000;
/** Where nothing ever answered, the address is more likely wrong. */
const firstPatienceMs = 20_000;

/**
 * The raw bucket.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export async function openS3Store(
  settings: Pick<Settings, "aws" | "raw">,
  effects: Effects,
): Promise<ObjectStore> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({
    ...s3ClientConfig(settings),
    // One attempt a call: what is done after a doubtful one is decided here.
    maxAttempts: 1,
    // Without the last one a request that hangs is only warned of, and hangs for ever.
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
    },
  });
  return new S3Store(client, settings, effects);
}

/** {@link CreateOptions} as they come, undefined or not. */
type Options = { [Name in keyof CreateOptions]: CreateOptions[Name] | undefined };

class S3Store implements ObjectStore {
  private answered = false;

  constructor(
    private readonly client: S3Client,
    private readonly settings: Pick<Settings, "aws" | "raw">,
    private readonly effects: Effects,
  ) {}

  async create(
    { key, body, contentType, metadata }: NewObject,
    { before, signal }: CreateOptions = {},
  ): Promise<"created" | "exists"> {
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const send = async (abortSignal: AbortSignal | undefined): Promise<"created"> => {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.settings.raw.bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          Metadata: { ...metadata },
          IfNoneMatch: "*",
        }),
        abortSignal === undefined ? {} : { abortSignal },
      );
      return "created";
    };
    const what = `writing ${this.address(key)}`;
    const outcome = await this.call("put", what, send, { before, signal });
    if (outcome === "missing") {
      throw new WorkbenchError("S3", `writing ${this.address(key)}: S3 answered 404`, {
        hint: "check RAW_BUCKET",
      });
    }
    return outcome;
  }

  async metadata(key: string): Promise<ObjectMetadata | undefined> {
    const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
    const outcome = await this.call(
      "head",
      `looking at ${this.address(key)}`,
      async (abortSignal) => {
        const answer = await this.client.send(
          new HeadObjectCommand({ Bucket: this.settings.raw.bucket, Key: key }),
          abortSignal === undefined ? {} : { abortSignal },
        );
        return { metadata: answer.Metadata ?? {} };
      },
    );
    return typeof outcome === "string" ? undefined : outcome.metadata;
  }

  async read(key: string): Promise<string | undefined> {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const outcome = await this.call("get", `reading ${this.address(key)}`, async (abortSignal) => {
      const answer = await this.client.send(
        new GetObjectCommand({ Bucket: this.settings.raw.bucket, Key: key }),
        abortSignal === undefined ? {} : { abortSignal },
      );
      return { text: (await answer.Body?.transformToString()) ?? "" };
    });
    return typeof outcome === "string" ? undefined : outcome.text;
  }

  address(key: string): string {
    return `s3://${this.settings.raw.bucket}/${key}`;
  }

  close(): void {
    this.client.destroy();
  }

  private async call<T>(
    operation: "put" | "head" | "get",
    what: string,
    send: (signal: AbortSignal | undefined) => Promise<T>,
    { before, signal: own }: Options = {},
  ): Promise<T | "missing" | "exists"> {
    const { effects } = this;
    const signal = anySignal(effects.signal, own);
    const startedMs = effects.now();
    for (let attempt = 0; ; attempt += 1) {
      await before?.();
      throwIfAborted(signal, `stopped while ${what}`);
      let failure: S3Failure;
      try {
        const result = await send(signal);
        this.answered = true;
        return result;
      } catch (error) {
        // Whether it came through is unknown: the next owner will see.
        throwIfAborted(signal, `stopped while ${what}`);
        failure = judgeS3Error(error, this.settings.raw.bucket, this.settings.aws.local);
      }
      if (failure.kind === "fatal") throw failure.error;
      if (failure.kind !== "again") {
        this.answered = true;
        return failure.kind;
      }
      if (effects.now() - startedMs > (this.answered ? patienceMs : firstPatienceMs)) {
        throw this.lost(what, failure.reason);
      }
      const waitMs = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10));
      effects.logger.warn(`${what}: ${failure.reason}; trying again`, { attempt, waitMs });
      effects.metrics.add("workbench_s3_retries_total", { operation });
      await effects.sleep(waitMs * (0.5 + Math.random() / 2), signal);
    }
  }

  private lost(what: string, reason: string): WorkbenchError {
    const { local, endpointUrl } = this.settings.aws;
    return new WorkbenchError("S3", `${what}: ${reason}`, {
      retryable: true,
      hint: local
        ? `start the local endpoint ${endpointUrl ?? ""}: npx workbench up`
        : "check the network and AWS_REGION, then run it again: it goes on where it stopped",
    });
  }
}

function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length < 2 ? given[0] : AbortSignal.any(given);
}
