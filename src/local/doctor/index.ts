import type { Settings } from "../../lib/config/settings";
import type { Effects } from "../../lib/effects";
import { toWorkbenchError } from "../../lib/errors";
import type { Check } from "./check";
import { checkEngines } from "./engine-checks";
import { checkMachine } from "./machine-checks";

export { type Check };

/**
 * Checks the machine, what is installed, the settings and each engine.
 *
 * @param readSettings - may throw: settings that are wrong are one of the findings
 */
export async function examine(
  home: string,
  readSettings: () => Settings,
  effects: Pick<Effects, "logger" | "sleep">,
): Promise<Check[]> {
  const machine = await checkMachine(home, process.env);
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    const { message, hint } = toWorkbenchError(error, "CONFIG");
    const wrong: Check = { name: "Settings", ok: false, detail: message };
    return [...machine, hint === undefined ? wrong : { ...wrong, fix: hint }];
  }
  const words = settings.aws.local ? "the engines of this machine" : "AWS";
  const fine = { name: "Settings", ok: true, detail: `dataset ${settings.dataset}, ${words}` };
  return [...machine, fine, ...(await checkEngines(settings, effects))];
}
