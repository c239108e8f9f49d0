import { z } from "zod";

/** What a page tells of itself, in its head, for the list of all. */
export interface ReportFacts {
  title: string;
  /** The notebook's name: `02-activity`. */
  notebook: string;
  parameters: readonly { name: string; value: string }[];
  dataset: string;
  /** ISO 8601, UTC. */
  generatedAt: string;
  /** Interactive charts in it. */
  charts: number;
  /** What the tables held; null where that was not known. */
  data: { events: number; from: string | null; to: string | null } | null;
}

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d/);
const schema = z.object({
  title: z.string(),
  notebook: z.string(),
  parameters: z.array(z.object({ name: z.string(), value: z.string() })),
  dataset: z.string(),
  generatedAt: moment,
  charts: z.number().int().min(0),
  data: z.object({ events: z.number(), from: moment.nullable(), to: moment.nullable() }).nullable(),
});

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#34;": '"',
  "&#39;": "'",
  "&#x27;": "'",
  "&amp;": "&",
};

/**
 * Reads the facts from the beginning of a page: the JSON in its
 * `<meta name="workbench-report" content="…">`.
 *
 * @returns undefined for a page that has none, or none that can be read
 */
export function readReportFacts(head: string): ReportFacts | undefined {
  const found = /<meta name="workbench-report" content="([^"]*)">/.exec(head)?.[1];
  if (found === undefined) return undefined;
  const text = found.replaceAll(
    /&(?:lt|gt|quot|#34|#39|amp);/g,
    (entity) => entities[entity] ?? "",
  );
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
