"""The processes behind `fiber ui`: a code server, the daemon of sensors and schedules, and in this one the webserver.

`dagster dev` starts the same three; it starts its webserver as a program of its own, which cannot be guarded.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import uvicorn
import yaml
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._utils.log import configure_loggers
from dagster_shared.ipc import get_ipc_shutdown_pipe, open_ipc_subprocess, send_ipc_shutdown_message
from dagster_shared.serdes import serialize_value
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from fiber_pipeline.web.guard import Guard, own_names
from fiber_pipeline.web.outputs import WithOutputs

_ENDS_WITHIN = 60.0
_REQUESTS_END_WITHIN = 5
_LOOKED_AT_EVERY = 2.0
# As the webserver's own command has them.
_STATEMENT_MILLISECONDS, _POOL_RECYCLE_SECONDS, _POOL_OVERFLOW = 15_000, 3_600, 20


def serve(
    instance: dg.DagsterInstance, workspace: Path, outputs: Path, host: str, port: int, names: Collection[str] = ()
) -> bool:
    """Serve until told to stop; return whether that is why it ended, and not that the daemon is gone.

    workspace: what to load. outputs: the folder of files to show. names: by which a proxy on this machine is asked.
    """
    os.environ["DAGSTER_IS_DEV_CLI"] = "1"
    configure_loggers(formatter="colored", log_level="INFO")
    instance.optimize_for_webserver(_STATEMENT_MILLISECONDS, _POOL_RECYCLE_SECONDS, _POOL_OVERFLOW)
    target = WorkspaceFileTarget([str(workspace)])
    with (
        ProxyServerManager(instance, target, code_server_log_level="warning") as code_servers,
        _workspace_of(code_servers) as served,
        _daemon(instance, served) as daemon,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(served)]), version=__version__) as context,
    ):
        server = server_of(context, outputs, host, port, names)
        threading.Thread(target=_end_with, args=(daemon, server), daemon=True).start()
        server.run()
        return daemon.poll() is None


def server_of(
    context: WorkspaceProcessContext, outputs: Path, host: str, port: int, names: Collection[str] = ()
) -> uvicorn.Server:
    """The webserver with the outputs beside it and the guard before both. Arguments as of `serve`."""
    app = WithOutputs(create_app_from_workspace_process_context(context), outputs)
    return uvicorn.Server(
        uvicorn.Config(
            Guard(app, own_names(host, port, names)),
            host,
            port,
            log_level="warning",
            timeout_graceful_shutdown=_REQUESTS_END_WITHIN,
        )
    )


@contextmanager
def _workspace_of(code_servers: ProxyServerManager) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "workspace.yaml"
        file.write_text(yaml.dump({"load_from": code_servers.get_code_server_specs()}), "utf-8")
        yield file


@contextmanager
def _daemon(instance: dg.DagsterInstance, workspace: Path) -> "Iterator[subprocess.Popen[bytes]]":
    read, write = get_ipc_shutdown_pipe()
    command = [sys.executable, "-m", "dagster._daemon", "run", "--log-level", "info", "--shutdown-pipe", str(read)]
    arguments = ["--instance-ref", serialize_value(instance.get_ref()), "--workspace", str(workspace)]
    process = open_ipc_subprocess([*command, *arguments], pass_fds=[read])
    try:
        yield process
    finally:
        send_ipc_shutdown_message(write)
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()


def _end_with(daemon: "subprocess.Popen[bytes]", server: uvicorn.Server) -> None:
    """Without its daemon a UI looks alive, and nothing runs by itself."""
    while daemon.poll() is None:
        threading.Event().wait(_LOOKED_AT_EVERY)
    server.should_exit = True
