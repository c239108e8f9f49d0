/** A request as the simulated API gets it. */
export interface SimulatedRequest {
  method: string;
  /** With its query: `/events?per_page=100&page=2`. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** When the client began to send it, if that was before it came; a wait told since is none. */
  startedMs?: number;
}

/** What only a connection can show; the rest of an answer is then what would have been sent. */
export type SocketFault =
  /** The connection ends before the body does. */
  | "cut"
  /** The connection is reset and nothing is answered. */
  | "reset"
  /** Nothing is answered; the connection is reset after `delayMs`. */
  | "hang";

/** An answer of the simulated API. */
export interface SimulatedAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** How long after the request the client has it. */
  delayMs: number;
  /** To be shown as a network error. */
  fault?: SocketFault;
}

/** A request made though its client had been told to wait, or that its limit was spent. */
export interface Violation {
  /** What told it: `Retry-After`, or a limit with nothing left and its reset. */
  kind: "retry-after" | "limit";
  client: string;
  path: string;
  /** When the request began. */
  startedMs: number;
  /** When the client was told. */
  toldMs: number;
  /** Until when it was to wait. */
  untilMs: number;
}

/** Requests, as the simulator counts them. */
export interface RequestCounts {
  total: number;
  /** By the status that was sent; what a reset or a hang swallowed is under "none". */
  byStatus: Record<string, number>;
  /** Answers that the script of faults replaced. */
  faults: number;
  /** Polls of a page that came before the `X-Poll-Interval` that its last answer told was over. */
  earlyPolls: number;
  violations: number;
}

/** What one client, that is one token, did. */
export interface ClientCounts extends RequestCounts {
  /** Requests in the limit's current window, and the most there were in any. */
  used: number;
  peakUsed: number;
}

/** Events generated within a span of time. */
export interface EventCounts {
  events: number;
  byType: Record<string, number>;
}
