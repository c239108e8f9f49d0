import { hostname, userInfo } from "node:os";

/** The line that, typed on a laptop, brings this machine's JupyterHub there. */
export function tunnelLine(port: string): string {
  return `ssh -N -L 127.0.0.1:${port}:127.0.0.1:${port} ${userInfo().username}@${hostname()}`;
}
