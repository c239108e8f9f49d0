// Reads a result by streamQuery, of the library as it was built, and tells what it saw and how much
// memory it took. node --max-old-space-size=… stream-child.mjs SQL
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(import.meta.url);
const { streamQuery } = require("../../dist/lib/athena/stream.js");
const { loadSettings } = require("../../dist/lib/config/load.js");
const { systemEffects } = require("../../dist/lib/effects.js");

const settings = loadSettings();
const notes = [];
const logger = {
  debug: () => undefined,
  info: (text) => notes.push(text),
  warn: (text) => notes.push(text),
};
const { pages } = await streamQuery(settings, process.argv[2], {}, systemEffects({ logger }));
const before = process.hrtime.bigint();
let [rows, sum, length] = [0, 0, 0];
for await (const page of pages) {
  for (const row of page) {
    rows += 1;
    sum += row.id;
    length += row.title.length;
  }
}
const seconds = Number(process.hrtime.bigint() - before) / 1e9;
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ rows, sum, length, seconds, peakRssMb, notes }));
