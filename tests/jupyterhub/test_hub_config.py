"""The hub's configuration, read as JupyterHub reads it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from traitlets.config.loader import PyFileConfigLoader

CONFIG = Path(__file__).resolve().parents[2] / "jupyterhub" / "jupyterhub_config.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home with a password, and an environment without settings."""
    for name in list(os.environ):
        if name.startswith(("JUPYTERHUB_", "WORKBENCH_", "AWS_", "KAFKA_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    state = tmp_path / "jupyterhub"
    state.mkdir()
    (state / "password").write_text("correct horse\n")
    return tmp_path


def load() -> Any:
    """Read the configuration file."""
    return PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()


def test_listens_on_loopback_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_PORT", "9123")
    config = load()
    addresses = [
        config.JupyterHub.bind_url,
        config.JupyterHub.hub_bind_url,
        config.ConfigurableHTTPProxy.api_url,
    ]
    assert addresses[0] == "http://127.0.0.1:9123"
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)
    assert len(set(addresses)) == 3
    assert config.Spawner.ip == "127.0.0.1"


def test_takes_internal_ports_that_are_given(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_PORT", "9124")
    monkeypatch.setenv("JUPYTERHUB_PROXY_API_PORT", "9125")
    config = load()
    assert config.JupyterHub.hub_bind_url.endswith(":9124")
    assert config.ConfigurableHTTPProxy.api_url.endswith(":9125")


def test_passes_a_port_that_is_taken(home: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8081))
            taken.listen()
        except OSError:
            pass  # Somebody else has it, which is as good.
        assert not load().JupyterHub.hub_bind_url.endswith(":8081")


def test_state_is_in_the_home_and_private(home: Path) -> None:
    config = load()
    state = home / "jupyterhub"
    for file in (
        config.JupyterHub.cookie_secret_file,
        config.JupyterHub.pid_file,
        config.ConfigurableHTTPProxy.pid_file,
        config.JupyterHub.db_url.removeprefix("sqlite:///"),
        config.Spawner.environment["JUPYTER_RUNTIME_DIR"],
    ):
        assert Path(file).is_relative_to(state)
    assert state.stat().st_mode & 0o077 == 0


def test_one_user_with_the_generated_password(home: Path) -> None:
    config = load()
    assert len(config.Authenticator.allowed_users) == 1
    assert config.Authenticator.allow_all is False
    assert config.SharedPasswordAuthenticator.user_password == "correct horse"  # noqa: S105
    assert "admin_users" not in config.Authenticator


@pytest.mark.parametrize("password", ["", "short", "pässword-long"])
def test_a_password_that_cannot_work_is_refused(home: Path, password: str) -> None:
    (home / "jupyterhub" / "password").write_text(f"{password}\n")
    with pytest.raises(SystemExit, match="8 or more ASCII characters"):
        load()


def test_a_missing_password_names_the_command(home: Path) -> None:
    (home / "jupyterhub" / "password").unlink()
    with pytest.raises(SystemExit, match="scripts/up generates it"):
        load()


def test_settings_reach_the_kernels(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", "127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    config = load()
    assert {"KAFKA_BROKERS", "AWS_ENDPOINT_URL", "DATASET"} <= set(config.Spawner.env_keep)
    assert config.Spawner.environment["WORKBENCH_HOME"] == str(home)
