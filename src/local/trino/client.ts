/** A column as Trino describes it. */
export interface TrinoColumn {
  name: string;
  type: string;
  typeSignature: TrinoType;
}

/** A type taken apart: `decimal` with 38 and 2, `row` with its fields. */
export interface TrinoType {
  rawType: string;
  arguments: readonly TrinoTypeArgument[];
}

export type TrinoTypeArgument =
  | { kind: "LONG"; value: number }
  | { kind: "TYPE"; value: TrinoType }
  | { kind: "NAMED_TYPE"; value: { fieldName?: { name: string }; typeSignature: TrinoType } };

/** Figures that come with every answer. */
export interface TrinoStats {
  state: string;
  queuedTimeMillis?: number;
  planningTimeMillis?: number;
  elapsedTimeMillis?: number;
  cpuTimeMillis?: number;
  physicalInputBytes?: number;
  physicalWrittenBytes?: number;
  processedRows?: number;
  processedBytes?: number;
  peakMemoryBytes?: number;
}

/** Why Trino refused or failed a query. */
export interface TrinoFailure {
  message: string;
  errorCode: number;
  errorName: string;
  errorType: string;
}

/** One answer of the protocol: some rows, or only how it stands. */
export interface TrinoAnswer {
  id: string;
  nextUri?: string;
  columns?: readonly TrinoColumn[];
  data?: readonly (readonly unknown[])[];
  updateType?: string;
  updateCount?: number;
  error?: TrinoFailure;
  stats: TrinoStats;
}

/** Under what a statement runs. */
export interface TrinoSession {
  catalog: string;
  schema?: string | undefined;
  source: string;
  /** Session properties, a catalog's with its name before them. */
  properties?: Readonly<Record<string, string>>;
}

/**
 * Trino's client protocol: a statement is sent once, its answers are followed from one address to
 * the next until there is none.
 *
 * @see https://trino.io/docs/476/develop/client-protocol.html
 */
export class TrinoClient {
  constructor(readonly url: string) {}

  /** Sends a statement; the first answer says only that it waits. */
  async submit(sql: string, session: TrinoSession, signal?: AbortSignal): Promise<TrinoAnswer> {
    return this.ask(`${this.url}/v1/statement`, {
      method: "POST",
      body: sql,
      headers: headers(session),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Follows an answer; takes up to a second where there is nothing new. */
  async next(nextUri: string, signal?: AbortSignal): Promise<TrinoAnswer> {
    return this.ask(nextUri, { headers: headers(), ...(signal === undefined ? {} : { signal }) });
  }

  /** Stops a query by its answer's address; one that has ended is fine. */
  async cancel(nextUri: string): Promise<void> {
    await fetch(nextUri, { method: "DELETE", headers: headers() });
  }

  /** Runs a statement to its end, for small answers. */
  async run(sql: string, session: TrinoSession, signal?: AbortSignal): Promise<TrinoAnswer> {
    let answer = await this.submit(sql, session, signal);
    while (answer.error === undefined && answer.nextUri !== undefined) {
      answer = await this.next(answer.nextUri, signal);
    }
    return answer;
  }

  private async ask(url: string, init: RequestInit): Promise<TrinoAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(url, init);
      const text = await response.text();
      if (response.status === 200) return parseLossless(text) as TrinoAnswer;
      // "Try again" in the protocol's words, while Trino starts or is busy.
      if ([429, 502, 503, 504].includes(response.status) && attempt < 20) {
        await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
        continue;
      }
      throw new Error(`Trino answered ${response.status}: ${text.slice(0, 300)}`);
    }
  }
}

function headers(session?: TrinoSession): Record<string, string> {
  // Trino is on this machine: to pack the answers would cost both sides more than it saves.
  const base = { "X-Trino-User": "workbench", "Accept-Encoding": "identity" };
  if (session === undefined) return base;
  const properties = Object.entries(session.properties ?? {});
  return {
    ...base,
    ...(properties.length === 0
      ? {}
      : { "X-Trino-Session": properties.map(([name, value]) => `${name}=${value}`).join(",") }),
    "X-Trino-Source": session.source,
    "X-Trino-Catalog": session.catalog,
    "X-Trino-Time-Zone": "UTC",
    // Times with the precision they are declared with, instead of cut to milliseconds.
    "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
    ...(session.schema === undefined ? {} : { "X-Trino-Schema": session.schema }),
  };
}

/** Where there is no such number, or none that only a text holds, JSON is parsed as it is. */
const longNumber = /(?:^|[[,:])\s*-?\d{16,}\s*(?:$|[\],}])/;

/**
 * Parses JSON with whole numbers of 16 digits and more as text: a bigint does not fit a double.
 */
export function parseLossless(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const safe = text.replaceAll(token, (found) =>
    /^-?\d{16,}$/.test(found) ? `"${found}"` : found,
  );
  return JSON.parse(safe);
}
