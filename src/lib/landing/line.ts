import { isUtf8 } from "node:buffer";

const openBrace = 0x7b;
const closeBrace = 0x7d;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** What ends a line: the message's place in the log, in the stead of its closing brace. */
export function place(partition: number, offset: bigint): string {
  return `,"_partition":${partition},"_offset":${offset}}\n`;
}

/**
 * A message's JSON on one line, from its brace to its brace. Its bytes stay as they came, since
 * reading and writing them again would round long numbers; all but line breaks between fields,
 * which become spaces, a place of its own, which is taken out, and what is no UTF-8.
 *
 * @param value - a JSON object that has been read with success
 * @param hasPlace - whether it has a field `_partition` or `_offset`
 */
export function oneLine(value: Buffer, hasPlace: boolean): Buffer {
  const json = trimmed(isUtf8(value) ? value : Buffer.from(value.toString()));
  const withoutPlace = hasPlace ? dropOwnPlace(json) : json;
  if (!withoutPlace.includes(lineFeed) && !withoutPlace.includes(carriageReturn))
    return withoutPlace;
  // Within a string a line break is escaped: those that are there stand between fields.
  return Buffer.from(
    withoutPlace.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)),
  );
}

function trimmed(json: Buffer): Buffer {
  if (json[0] === openBrace && json[json.length - 1] === closeBrace) return json;
  return json.subarray(json.indexOf(openBrace), json.lastIndexOf(closeBrace) + 1);
}

function dropOwnPlace(json: Buffer): Buffer {
  const fields = Object.entries(JSON.parse(json.toString()) as object);
  const kept = fields.filter(([name]) => name !== "_partition" && name !== "_offset");
  return Buffer.from(JSON.stringify(Object.fromEntries(kept)));
}
