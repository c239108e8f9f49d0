"""Install the TypeScript kernel into the Python environment that runs this file: tslab, mended.

The command that `tslab install` records is a bare `tslab`, which works only where that name is on
the PATH; this one records absolute paths, so that the kernel starts for the hub, for nbconvert and
for a plain `jupyter lab` of the same environment alike. Running it again changes nothing.

    <venv>/bin/python jupyterhub/install_kernel.py --checkout DIR --node PATH
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

KERNEL_NAME = "tslab"

# Mends tslab before it starts.
PRELOAD = Path("dist") / "kernel" / "preload.js"


class KernelSpec(TypedDict):
    """The fields of a kernel.json that Jupyter reads."""

    argv: list[str]
    display_name: str
    language: str
    interrupt_mode: str
    env: dict[str, str]


def kernel_spec(checkout: Path, node: Path, display_name: str) -> KernelSpec:
    """Describe the kernel: this Node running this checkout's tslab."""
    return {
        "argv": [
            str(node),
            "--require",
            str(checkout / PRELOAD),
            str(checkout / "node_modules" / "tslab" / "bin" / "tslab"),
            "kernel",
            "--config-path={connection_file}",
        ],
        "display_name": display_name,
        "language": "typescript",
        "interrupt_mode": "signal",
        # What packages warn of for their own sake would stand in red under a reader's cell.
        "env": {
            "NODE_OPTIONS": "--disable-warning=TimeoutNegativeWarning",
            "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        },
    }


def write_spec(folder: Path, spec: KernelSpec) -> bool:
    """Write kernel.json into `folder` unless it says the same already; tell whether it changed."""
    target = folder / "kernel.json"
    text = json.dumps(spec, indent=2) + "\n"
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "kernel.json.partial"
    partial.write_text(text, encoding="utf-8")
    partial.replace(target)
    return True


def check_tslab(checkout: Path, node: Path) -> str | None:
    """Load what the kernel loads; return what is wrong, or None.

    zeromq is the one compiled package underneath: its prebuilt file must fit this Node.
    """
    entry = checkout / "node_modules" / "tslab" / "bin" / "tslab"
    if not entry.is_file():
        return f"{entry} is missing: run `npm ci` in {checkout}"
    if not (checkout / PRELOAD).is_file():
        return f"{checkout / PRELOAD} is missing: run `npm run build` in {checkout}"
    probe = "require('zeromq'); require('tslab')"
    try:
        done = subprocess.run(
            [str(node), "--require", str(checkout / PRELOAD), "-e", probe],
            cwd=checkout,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except OSError as error:
        return f"{node} cannot be run: {error}"
    if done.returncode != 0:
        reason = next((line for line in done.stderr.splitlines() if "Error" in line), done.stderr)
        return f"tslab does not load in {node}: {reason.strip()}"
    return None


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code is 0 when the kernel is in place and loads."""
    parser = argparse.ArgumentParser(description="Install the TypeScript kernel (tslab).")
    parser.add_argument("--checkout", type=Path, required=True, help="folder with node_modules")
    parser.add_argument("--node", type=Path, required=True, help="the node program to run it with")
    parser.add_argument("--prefix", type=Path, default=Path(sys.prefix), help="default: this venv")
    parser.add_argument("--name", default=KERNEL_NAME, help=f"default: {KERNEL_NAME}")
    parser.add_argument("--display-name", default="TypeScript")
    options = parser.parse_args(arguments)

    checkout = options.checkout.resolve()
    node = options.node.absolute()
    problem = check_tslab(checkout, node)
    if problem is not None:
        print(f"install_kernel: {problem}", file=sys.stderr)
        return 1
    folder = options.prefix / "share" / "jupyter" / "kernels" / options.name
    changed = write_spec(folder, kernel_spec(checkout, node, options.display_name))
    print(f"kernel {options.name}: {'installed' if changed else 'up to date'} in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
