import type { Server, Socket } from "node:net";
import type { ProduceSummary } from "../produce";

/** The first line that a follower gets. */
export interface FeedHello {
  pid: number;
  /** The types kept, or all. */
  types: readonly string[] | "all";
  /** Whether commits and opening times are learnt besides. */
  enriches: boolean;
}

/** Tells those who follow a feed what has been stored of it, from its start on. */
export class FeedPublisher {
  private readonly followers = new Set<Socket>();
  private latest: ProduceSummary | undefined;

  constructor(
    private readonly server: Server,
    hello: FeedHello,
  ) {
    server.on("connection", (socket) => {
      this.followers.add(socket);
      socket.on("close", () => this.followers.delete(socket));
      // A follower that went away in the middle of a line is no concern of the feed.
      socket.on("error", () => undefined);
      socket.write(`${JSON.stringify(hello)}\n`);
      if (this.latest !== undefined) socket.write(`${JSON.stringify(this.latest)}\n`);
    });
  }

  publish(totals: ProduceSummary): void {
    this.latest = totals;
    for (const socket of this.followers) {
      // Each line says all: one that reads slowly may miss some, and does not hold anything up.
      if (socket.writableLength < 100_000) socket.write(`${JSON.stringify(totals)}\n`);
    }
  }

  /** Lets the followers go, after the last totals, and the feed with them. */
  close(): void {
    for (const socket of this.followers) {
      socket.end(this.latest === undefined ? "" : `${JSON.stringify(this.latest)}\n`);
      // A follower that is stopped must not keep this process.
      socket.unref();
    }
    this.server.close();
  }
}
