// The workbench's own client in the comparison: the library as it was built, told what to do by a
// job (scripts/bench/job.ts) on its command line.
import process from "node:process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { loadSettings } = require("../../dist/lib/config/load.js");
const { systemEffects } = require("../../dist/lib/effects.js");
const { produce } = require("../../dist/lib/produce.js");
const { consume } = require("../../dist/lib/consume.js");

const job = JSON.parse(process.argv[2]);

async function run(step) {
  const settings = loadSettings({ dataset: step.dataset });
  if (job.action === "produce") {
    const options = { source: "file", files: [step.file] };
    return (await produce(settings, options, systemEffects())).produced;
  }
  const raw = { bucket: job.bucket, prefix: step.prefix };
  const rotation = { ...settings.rotation };
  rotation.maxMessages = job.rotateMessages;
  rotation.maxBytes = job.rotateBytes;
  const options = { until: "caught-up", group: job.group };
  return (await consume({ ...settings, raw, rotation }, options, systemEffects())).messages;
}

await run(job.runs[0]);
const cpuBefore = process.cpuUsage();
const before = process.hrtime.bigint();
const messages = await run(job.runs[1]);
const seconds = Number(process.hrtime.bigint() - before) / 1e9;
const { user, system } = process.cpuUsage(cpuBefore);
const outcome = {
  messages,
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakRssMb: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
