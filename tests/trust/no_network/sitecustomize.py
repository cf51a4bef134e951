"""Refuses every network call of the Python process that starts with this folder on its path, and notes it.

An audit hook, so that a library's own copy of `socket.socket` does not get round it. Local (Unix) sockets pass:
processes of one batch talk through them.
"""

import os
import sys

WATCHED = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    local = event in WATCHED and not isinstance(arguments[1], tuple)
    if event in LOOKUPS or (event in WATCHED and not local):
        with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {arguments[-1]!r}\n")
        raise PermissionError(f"no network here: {event}")


with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as started:
    started.write(f"watching {os.getpid()}\n")
sys.addaudithook(_refuse)
