/** How a test's SDK clients reach a local endpoint. */
export function clientOptions(endpoint: string | undefined): {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
} {
  if (endpoint === undefined) throw new Error("there is no local endpoint");
  return {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "workbench", secretAccessKey: "workbench" },
  };
}

/** Asks every 100 ms until the answer is the one waited for. */
export async function until<T>(
  ask: () => Promise<T>,
  done: (answer: T) => boolean,
  timeoutMs = 240_000,
): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (Date.now() > endMs)
      throw new Error(`still ${JSON.stringify(answer)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
