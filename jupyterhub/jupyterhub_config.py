"""JupyterHub for one machine: everything on loopback, one user, one password.

Whoever is to reach it from elsewhere comes through SSH (`./scripts/tunnel`), so nothing here
listens on an outside address. The supervisor starts it and passes:

    WORKBENCH_HOME            the folder for state (default: .workbench in the checkout)
    JUPYTERHUB_PORT           the port of the web page (default: 8888)
    WORKBENCH_PASSWORD_FILE   the file whose first line is the password
                              (default: $WORKBENCH_HOME/jupyterhub/password)
    WORKBENCH_NODE            the node program of the proxy (default: the one on the PATH)
    JUPYTERHUB_API_PORT, JUPYTERHUB_PROXY_API_PORT
                              internal ports (default: the first free ones from 8081 and 8001)

Reference: https://jupyterhub.readthedocs.io/en/stable/reference/config-reference.html
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner

LOOPBACK = "127.0.0.1"
# Outgoing connections take their ports from 32768 up on Linux; a listener below never meets one.
LAST_PORT = 32767
# A kernel that does not end when asked is killed after five seconds; a server may hold several.
KERNEL_STOP_SECONDS = 15
# SharedPasswordAuthenticator takes none shorter.
SHORTEST_PASSWORD = 8


def free_port(preferred: int, taken: set[int]) -> int:
    """Find the first port from `preferred` up that nothing listens on."""
    for port in range(preferred, LAST_PORT + 1):
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    message = f"no free port from {preferred} to {LAST_PORT} on {LOOPBACK}"
    raise SystemExit(message)


def internal_port(name: str, preferred: int, taken: set[int]) -> int:
    """Read an internal port from the environment, or choose a free one; add it to `taken`."""
    given = os.environ.get(name)
    port = int(given) if given else free_port(preferred, taken)
    taken.add(port)
    return port


def read_password(file: Path) -> str:
    """Read the password from the first line of `file`, or stop with the command that mends it."""
    try:
        password = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as error:
        message = f"cannot read the password: {error} (./scripts/up generates it)"
        raise SystemExit(message) from error
    # The authenticator compares ASCII only, and turns other letters into an error at each login.
    if len(password) < SHORTEST_PASSWORD or not password.isascii():
        message = (
            f"the password in {file} must be {SHORTEST_PASSWORD} or more ASCII characters "
            "(remove the file, then ./scripts/up)"
        )
        raise SystemExit(message)
    return password


def find_node() -> str:
    """Return the path of the node program that runs the proxy and is found first by kernels."""
    node = os.environ.get("WORKBENCH_NODE") or shutil.which("node")
    if node is None:
        message = "node is not on the PATH (./scripts/up says how to install it)"
        raise SystemExit(message)
    return node


class KernelStoppingSpawner(LocalProcessSpawner):  # type: ignore[misc]
    """A local spawner whose servers take their kernels with them.

    The stock one begins with SIGINT, on which a server without a terminal ends at once and leaves
    its kernels running; SIGTERM makes it stop them first.
    """

    async def stop(self, now: bool = False) -> None:
        """Stop the server, its kernels first; whatever does not end is killed as usual."""
        if not now and await self.poll() is None:
            await self._signal(signal.SIGTERM)
            await self.wait_for_death(KERNEL_STOP_SECONDS)
        await super().stop(now=now)


def first_on_path(folder: str) -> str:
    """Return the PATH with `folder` in front, once."""
    rest = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part != folder]
    return os.pathsep.join([folder, *rest])


CHECKOUT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("WORKBENCH_HOME") or CHECKOUT / ".workbench").resolve()
STATE = HOME / "jupyterhub"
STATE.mkdir(parents=True, exist_ok=True)
STATE.chmod(0o700)
NODE = find_node()
USER = pwd.getpwuid(os.getuid()).pw_name
PORT = int(os.environ.get("JUPYTERHUB_PORT") or 8888)
TAKEN = {PORT}

c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821 (JupyterHub provides it)

# Addresses: three listeners, all on loopback.
c.JupyterHub.bind_url = f"http://{LOOPBACK}:{PORT}"
API_PORT = internal_port("JUPYTERHUB_API_PORT", 8081, TAKEN)
PROXY_API_PORT = internal_port("JUPYTERHUB_PROXY_API_PORT", 8001, TAKEN)
c.JupyterHub.hub_bind_url = f"http://{LOOPBACK}:{API_PORT}"
c.ConfigurableHTTPProxy.api_url = f"http://{LOOPBACK}:{PROXY_API_PORT}"
c.ConfigurableHTTPProxy.command = [
    NODE,
    str(CHECKOUT / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"),
]

# State: all of it in one folder that only its owner reads.
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.pid_file = str(STATE / "jupyterhub.pid")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")

# Who comes in: the user who runs the hub, with the generated password. No administrator: the
# hub's own pages for stopping servers and adding users would work against `workbench down`.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = read_password(
    Path(os.environ.get("WORKBENCH_PASSWORD_FILE") or STATE / "password")
)
c.Authenticator.allowed_users = {USER}
c.Authenticator.allow_all = False

# What is started for them: JupyterLab on the notebooks, as the same user, stopped with the hub.
c.JupyterHub.spawner_class = KernelStoppingSpawner
c.JupyterHub.cleanup_servers = True
c.JupyterHub.cleanup_proxy = True
c.Spawner.cmd = [str(Path(sys.executable).parent / "jupyterhub-singleuser")]
c.Spawner.ip = LOOPBACK
c.Spawner.notebook_dir = str(CHECKOUT)
c.Spawner.default_url = "/lab/tree/notebooks/00-start-here.ipynb"
c.Spawner.args = ["--allow-root"] if os.getuid() == 0 else []
# On a busy machine of two cores JupyterLab takes its time.
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 120

# What servers and kernels see. The settings of the workbench pass through, so that a notebook and
# the command line work on the same engines; Jupyter's own files stay in the state folder, so that
# a setting in somebody's ~/.jupyter cannot change what is described here.
c.Spawner.env_keep = [
    *("PATH", "LANG", "LC_ALL", "TZ", "JAVA_HOME", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("DATASET", "RAW_BUCKET", "PROCESSED_BUCKET", "MONGODB_URL", "POSTGRES_URL", "MYSQL_URL"),
    *("SIMULATOR_URL", "GHARCHIVE_URL"),
    *(
        name
        for name in os.environ
        if name.startswith(("AWS_", "ATHENA_", "GITHUB_", "GLUE_", "KAFKA_", "ROTATION_"))
    ),
]
c.Spawner.environment = {
    "WORKBENCH_HOME": str(HOME),
    "PATH": first_on_path(str(Path(NODE).parent)),
    "JUPYTER_CONFIG_DIR": str(STATE / "user" / "config"),
    "JUPYTER_CONFIG_PATH": str(CHECKOUT / "jupyterhub" / "config"),
    "JUPYTER_DATA_DIR": str(STATE / "user" / "data"),
    "JUPYTER_RUNTIME_DIR": str(STATE / "user" / "runtime"),
    "JUPYTERLAB_SETTINGS_DIR": str(STATE / "user" / "settings"),
    "JUPYTERLAB_WORKSPACES_DIR": str(STATE / "user" / "workspaces"),
}
