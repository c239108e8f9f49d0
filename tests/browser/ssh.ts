import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { installationDir } from "../../src/lib/config/sources";
import { freePort, start, type Started, waitFor } from "./processes";

/** An ssh server on loopback, keys only, that lets tunnels end at one port. */
export interface SshServer {
  port: number;
  key: string;
  stop(): Promise<void>;
}

/** Starts an ssh server of the test's own: its own configuration, host key, user key and port. */
export async function startSshServer(permitPort: number): Promise<SshServer> {
  const dir = mkdtempSync(join(tmpdir(), "sshd-"));
  const makeKey = (name: string): string => {
    const file = join(dir, name);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    return file;
  };
  const hostKey = makeKey("host_key");
  const key = makeKey("user_key");
  copyFileSync(`${key}.pub`, join(dir, "authorized_keys"));
  // The server run as root wants this empty folder; its package makes it at boot.
  if (process.getuid?.() === 0 && !existsSync("/run/sshd")) mkdirSync("/run/sshd", { mode: 0o755 });

  const port = await freePort(22_022);
  const config = [
    "ListenAddress 127.0.0.1",
    `Port ${port}`,
    `HostKey ${hostKey}`,
    "PidFile none",
    "UsePAM no",
    // The test's folder is below /tmp, which others may write to.
    "StrictModes no",
    `AuthorizedKeysFile ${join(dir, "authorized_keys")}`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "AllowTcpForwarding local",
    `PermitOpen 127.0.0.1:${permitPort} localhost:${permitPort}`,
  ];
  const file = join(dir, "sshd_config");
  writeFileSync(file, `${config.join("\n")}\n`);
  const started = start("/usr/sbin/sshd", ["-D", "-e", "-f", file], {});
  await waitFor("the ssh server", () => accepts(port), started);
  return {
    port,
    key,
    stop: async () => {
      await started.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

/** Runs `scripts/tunnel` to that server; resolves with the local port once it is open. */
export async function openTunnel(
  server: SshServer,
  remotePort: number,
): Promise<{ port: number; output(): string; stop(): Promise<void> }> {
  const port = await freePort(23_888);
  const host = `${userInfo().username}@127.0.0.1`;
  const options = ["-i", server.key, "-p", String(server.port), "-o", "IdentitiesOnly=yes"];
  const hostKeys = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
  const args = [host, String(port), "--", ...options, ...hostKeys, "-o", "BatchMode=yes"];
  const started: Started = start(join(installationDir, "scripts", "tunnel"), args, {
    env: { ...process.env, REMOTE_PORT: String(remotePort) },
  });
  await waitFor("the tunnel", () => accepts(port), started);
  return { port, output: () => started.output(), stop: () => started.stop() };
}

function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(undefined));
  });
}
