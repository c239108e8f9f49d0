import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { installationDir } from "../../src/lib/config/sources";

/** Who takes part: the workbench, and the modes of the two Python clients. */
export const queryClients = [
  "workbench",
  "awswrangler-plain",
  "awswrangler-plain-quick",
  "awswrangler-ctas",
  "awswrangler-ctas-quick",
  "awswrangler-unload",
  "awswrangler-unload-quick",
  "pyathena-default",
  "pyathena-default-quick",
  "pyathena-pandas",
  "pyathena-pandas-quick",
] as const;
export type QueryClient = (typeof queryClients)[number];

/** One query of one client; snake_case, since clients tell it as JSON. */
export interface QueryTimes {
  /** From the SQL to the frame. */
  seconds: number;
  /** Of these, making the frame of the rows: the workbench tells it. */
  frame_seconds?: number;
  cpu_seconds: number;
  rows: number;
  /** Of the column `id`. */
  sum: number;
  peak_rss_mb: number;
}

/** Where a client asks. */
export interface QueryPlace {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  database: string;
  workgroup: string;
  output: string;
}

/** A client that stays, so that only its first query finds it cold. */
export class ResidentClient {
  private constructor(
    private readonly child: ChildProcess,
    private readonly answers: AsyncIterator<string>,
    /** Seconds it took to load the client's libraries. */
    readonly importSeconds: number,
  ) {}

  static async start(client: QueryClient, place: QueryPlace): Promise<ResidentClient> {
    const { home, env, database, workgroup, output } = place;
    const script = (name: string): string => join(installationDir, "scripts", "bench", name);
    const [program, args] =
      client === "workbench"
        ? [process.execPath, [script("query-client.mjs")]]
        : [
            join(home, "clients", "bin", "python"),
            [script("query_clients.py"), client, database, workgroup, output],
          ];
    const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    const answers: AsyncIterator<string> = lines[Symbol.asyncIterator]();
    const first = JSON.parse(await nextLine(answers, client)) as { import_seconds: number };
    return new ResidentClient(child, answers, first.import_seconds);
  }

  async query(sql: string): Promise<QueryTimes> {
    this.child.stdin?.write(`${JSON.stringify({ sql })}\n`);
    return JSON.parse(await nextLine(this.answers, "a client")) as QueryTimes;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.stdin?.end();
    await ended;
  }
}

async function nextLine(answers: AsyncIterator<string>, client: string): Promise<string> {
  const next = await answers.next();
  if (next.done === true) throw new Error(`${client} ended before it answered`);
  return next.value;
}
