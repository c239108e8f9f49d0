import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Settings } from "../../../src/lib/config/settings";

type Json = Record<string, unknown>;

/** Throw it in an operation to answer with an error of AWS's. */
export class AwsFault extends Error {
  constructor(
    readonly type: string,
    message = "",
    readonly status = 400,
  ) {
    super(message);
  }
}

/**
 * Glue and S3 on a loopback port, as far as a test says: operations by name, objects in a map.
 * The AWS SDK talks to it over HTTP, so that what is tested is what AWS would see.
 */
export class FakeAws {
  /** `bucket/key` → content. */
  readonly objects = new Map<string, string>();
  /** Every Glue call in order: its operation and request. */
  readonly calls: { operation: string; request: Json }[] = [];
  readonly uploads: string[] = [];
  operations: Record<string, (request: Json) => Json> = {};
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** How often each Glue operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  settings(): Pick<Settings, "aws" | "glue" | "processedBucket" | "raw"> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      aws: {
        local: true,
        region: "us-east-1",
        endpointUrl: `http://127.0.0.1:${port}`,
        credentials: { accessKeyId: "x", secretAccessKey: "x" },
      },
      glue: {
        database: "github_events",
        job: "github_events_etl",
        maintenanceJob: "github_events_maintenance",
        role: undefined,
      },
      processedBucket: "processed",
      raw: { bucket: "raw", prefix: "github-events/" },
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const target = request.headers["x-amz-target"];
    if (typeof target !== "string") {
      this.#answerS3(request, response, body);
      return;
    }
    const operation = target.split(".")[1] ?? "";
    const input = JSON.parse(body) as Json;
    this.calls.push({ operation, request: input });
    response.setHeader("content-type", "application/x-amz-json-1.1");
    try {
      const handle = this.operations[operation];
      if (handle === undefined) throw new AwsFault("UnknownOperationException", operation);
      response.end(JSON.stringify(handle(input)));
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      response.statusCode = error.status;
      response.end(JSON.stringify({ __type: error.type, message: error.message }));
    }
  }

  #answerS3(request: IncomingMessage, response: ServerResponse, body: string): void {
    const key = decodeURIComponent(new URL(request.url ?? "", "http://x").pathname.slice(1));
    const content = this.objects.get(key);
    if (request.method === "PUT") {
      this.objects.set(key, body);
      this.uploads.push(key);
      response.end();
    } else if (content === undefined) {
      response.statusCode = 404;
      response.end(
        request.method === "HEAD"
          ? ""
          : "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>",
      );
    } else {
      response.end(request.method === "HEAD" ? "" : content);
    }
  }
}

/** A job that exists, whose runs answer with the states given, one a call, the last for ever. */
export function serveJob(aws: FakeAws, states: Json[], summary?: Json): void {
  let asked = 0;
  let job: Json | undefined;
  aws.operations = {
    GetJob: () => {
      if (job === undefined) throw new AwsFault("EntityNotFoundException", "no such job");
      return { Job: job };
    },
    CreateJob: (request) => {
      job = request;
      return { Name: request["Name"] };
    },
    UpdateJob: (request) => {
      job = { ...(request["JobUpdate"] as Json), Name: request["JobName"] };
      return { JobName: request["JobName"] };
    },
    StartJobRun: (request) => {
      if (summary !== undefined) {
        const path = (request["Arguments"] as Json)["--summary_path"] as string;
        aws.objects.set(path.replace("s3://", ""), JSON.stringify(summary));
      }
      return { JobRunId: "jr_1" };
    },
    GetJobRun: () => {
      const state = states[Math.min(asked, states.length - 1)];
      asked += 1;
      return { JobRun: { Id: "jr_1", ...state } };
    },
    BatchStopJobRun: () => ({ SuccessfulSubmissions: [{ JobRunId: "jr_1" }], Errors: [] }),
  };
}
