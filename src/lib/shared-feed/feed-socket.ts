import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** What makes a feed one and the same: whoever asks for it on this machine shares it. */
export interface FeedKey {
  brokers: readonly string[];
  topic: string;
  /** The API's address. */
  address: string;
  /** Paths of the lists that are read; none for all public events. */
  paths: readonly string[];
}

/** The feed is ours, or another process has it and listens. */
export type FeedHold = { kind: "ours"; server: Server } | { kind: "theirs"; socket: Socket };

/** The socket of a feed. Not in the home: a socket's path may have 107 characters and no more. */
export function feedSocketPath({ brokers, topic, address, paths }: FeedKey): string {
  const key = JSON.stringify([[...brokers].sort(), topic, address, [...paths].sort()]);
  const name = createHash("sha256").update(key).digest("hex").slice(0, 24);
  return join(tmpdir(), `workbench-feeds-${userInfo().uid}`, `${name}.sock`);
}

/**
 * Takes a feed, or connects to the process that has it. A socket that a killed process left behind
 * is taken over.
 */
export async function holdFeed(path: string): Promise<FeedHold> {
  const folder = join(path, "..");
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  for (;;) {
    const server = await listen(path);
    if (server !== undefined) return { kind: "ours", server };
    const socket = await dial(path);
    if (socket !== undefined) return { kind: "theirs", socket };
    // Nobody behind it any more.
    rmSync(path, { force: true });
  }
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

function dial(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
  });
}
