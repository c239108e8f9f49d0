import type { Readable } from "node:stream";
import type { Settings } from "../config/settings";
import { openS3 } from "../glue/client";
import { parseS3Path } from "../glue/s3-path";
import { readCsv, type TextRow } from "./csv-rows";

/**
 * Reads the rows of a result, its header first, from the file that Athena wrote: one request, where
 * GetQueryResults asks for each thousand rows anew. A piece of the file is in memory at a time.
 *
 * @param location - `s3://bucket/prefix/<id>.csv`, as GetQueryExecution names it
 * @param width - the number of columns
 * @throws Error where the file cannot be read (its bucket may be closed to the caller), or is not
 *   of the form Athena writes
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
 */
export async function* readResultFile(
  settings: Pick<Settings, "aws">,
  location: string,
  width: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly TextRow[]> {
  const place = parseS3Path(location);
  if (place === undefined) throw new Error(`${location} is no address of an object`);
  const s3 = await openS3(settings);
  try {
    const answer = await s3.client.send(
      new s3.sdk.GetObjectCommand(place),
      signal === undefined ? {} : { abortSignal: signal },
    );
    for await (const rows of readCsv(wholeBody(answer.Body as Readable, answer.ContentLength))) {
      const odd = rows.find((row) => row.length !== width);
      if (odd !== undefined) throw new Error(`a row has ${odd.length} values, not ${width}`);
      yield rows;
    }
  } finally {
    s3.client.destroy();
  }
}

async function* wholeBody(body: Readable, length: number | undefined): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    yield chunk as Buffer;
  }
  if (length !== undefined && bytes !== length) throw new Error(`${bytes} of ${length} bytes came`);
}
