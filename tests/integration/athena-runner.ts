import {
  AthenaClient,
  BatchGetQueryExecutionCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListQueryExecutionsCommand,
  type GetQueryResultsCommandOutput,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from "@aws-sdk/client-athena";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Settings } from "../../src/lib/config/settings";
import { clientOptions, until } from "./local-aws-client";

/**
 * A query of minutes, to be stopped. The text in it tells it from others.
 *
 * @param mark - letters and digits
 */
export function longQuery(mark: string): string {
  const numbers = (count: number): string => `UNNEST(sequence(1, ${count}))`;
  return (
    `SELECT count(*) AS ${mark} FROM ${numbers(10_000)} a(x) CROSS JOIN ${numbers(10_000)} b(y) ` +
    `CROSS JOIN ${numbers(10_000)} c(z) WHERE x * y * z % 7 = 3`
  );
}

type More = Partial<StartQueryExecutionCommandInput>;

/** Runs statements of one database through the SDK, and reads what they leave. */
export class AthenaRunner {
  readonly athena: AthenaClient;
  private readonly s3: S3Client;

  constructor(
    private readonly settings: Settings,
    readonly database: string,
  ) {
    const options = clientOptions(settings.aws.endpointUrl);
    this.athena = new AthenaClient(options);
    this.s3 = new S3Client({ ...options, forcePathStyle: true });
  }

  close(): void {
    this.athena.destroy();
    this.s3.destroy();
  }

  async start(QueryString: string, more: More = {}): Promise<string> {
    const { QueryExecutionId = "" } = await this.athena.send(
      new StartQueryExecutionCommand({
        QueryString,
        WorkGroup: this.settings.athena.workgroup,
        QueryExecutionContext: { Database: this.database },
        ...more,
      }),
    );
    return QueryExecutionId;
  }

  async status(QueryExecutionId: string): Promise<QueryExecution> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId });
    return (await this.athena.send(command)).QueryExecution ?? {};
  }

  end(id: string): Promise<QueryExecution> {
    const over = ["SUCCEEDED", "FAILED", "CANCELLED"];
    return until(
      () => this.status(id),
      (seen) => over.includes(seen.Status?.State ?? ""),
    );
  }

  /** The latest execution whose SQL holds a text, as Athena lists it. */
  async find(text: string): Promise<QueryExecution | undefined> {
    const WorkGroup = this.settings.athena.workgroup;
    const { QueryExecutionIds = [] } = await this.athena.send(
      new ListQueryExecutionsCommand({ WorkGroup, MaxResults: 50 }),
    );
    if (QueryExecutionIds.length === 0) return undefined;
    const { QueryExecutions = [] } = await this.athena.send(
      new BatchGetQueryExecutionCommand({ QueryExecutionIds }),
    );
    return QueryExecutions.find(({ Query }) => Query?.includes(text));
  }

  /** Waits until the execution whose SQL holds a text is in a state. */
  async reaches(text: string, state: string): Promise<QueryExecution | undefined> {
    return until(
      () => this.find(text),
      (found) => found?.Status?.State === state,
    );
  }

  async run(sql: string, more: More = {}): Promise<QueryExecution> {
    return this.end(await this.start(sql, more));
  }

  async results(QueryExecutionId = ""): Promise<{
    rows: (string | undefined)[][];
    pages: GetQueryResultsCommandOutput[];
  }> {
    const pages: GetQueryResultsCommandOutput[] = [];
    let NextToken: string | undefined;
    do {
      const command = new GetQueryResultsCommand({ QueryExecutionId, NextToken });
      const page = await this.athena.send(command);
      pages.push(page);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    const rows = pages.flatMap((page) => page.ResultSet?.Rows ?? []);
    return { pages, rows: rows.map(({ Data = [] }) => Data.map((datum) => datum.VarCharValue)) };
  }

  /** The rows of a statement that must succeed, of a SELECT without its header. */
  async rows(sql: string, more: More = {}): Promise<(string | undefined)[][]> {
    const execution = await this.run(sql, more);
    const { State, StateChangeReason } = execution.Status ?? {};
    if (State !== "SUCCEEDED") throw new Error(`${sql}: ${State}: ${StateChangeReason}`);
    const { rows } = await this.results(execution.QueryExecutionId);
    return execution.SubstatementType === "SELECT" ? rows.slice(1) : rows;
  }

  /** Why a statement failed. */
  async failure(sql: string): Promise<string> {
    const { Status } = await this.run(sql);
    return `${Status?.State}: ${Status?.StateChangeReason ?? ""}`;
  }

  async file(location = ""): Promise<string> {
    const { host, pathname } = new URL(location);
    const at = { Bucket: host, Key: decodeURIComponent(pathname.slice(1)) };
    const object = await this.s3.send(new GetObjectCommand(at));
    return (await object.Body?.transformToString()) ?? "";
  }

  async put(location: string, Body: string): Promise<void> {
    const { host, pathname } = new URL(location);
    const Key = decodeURIComponent(pathname.slice(1));
    await this.s3.send(new PutObjectCommand({ Bucket: host, Key, Body }));
  }
}
