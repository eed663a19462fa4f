"""A port to listen on, and who has it when it is taken."""

from __future__ import annotations

import socket

import psutil

HOST = "127.0.0.1"
FIRST, TRIED = 8000, 100


def is_free(port: int) -> bool:
    """Whether we could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def next_free(first: int = FIRST) -> int | None:
    """The first free port from `first` on; None where none of the next hundred is."""
    return next((port for port in range(first, min(first + TRIED, 65536)) if is_free(port)), None)


def holder(port: int) -> str:
    """The process that listens on a port, as far as we may know: "python (4711)"."""
    try:
        listening = [one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN and one.laddr]
        pid = next((one.pid for one in listening if one.laddr.port == port and one.pid), None)
        return f"{psutil.Process(pid).name()} ({pid})" if pid else "another process"
    except psutil.Error:
        return "another process"
