"""Run the main job (index, ask, serve, API, page) where only loopback may be reached; print what came of it.

    python offline_job.py ARTICLE CORPUS

A program for test_offline.py, run in a process of its own: an audit hook sees every connection, look-up and
datagram that Python code makes, also those whose failure somebody swallows, and cannot be taken off again.
"""

import contextlib
import fcntl
import io
import ipaddress
import json
import os
import socket
import struct
import sys
import threading
import time
import urllib.request

NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}
attempts: list[str] = []


def host_of(event, args):
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        return args[0]
    address = args[1]
    return address[0] if isinstance(address, tuple) else None


def outside(host):
    """Tell whether a host is another machine; unix sockets and wildcards are not."""
    if host in {None, "", "localhost", b"localhost"}:
        return False
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def watch(event, args):
    if event in NETWORK and outside(host := host_of(event, args)):
        attempts.append(f"{event} {host}")
        raise OSError(f"blocked: {event} {host}")


def raise_loopback():
    """Bring up `lo` in a network namespace of our own, where even that is down."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as given:
        fcntl.ioctl(given, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))


def command(*arguments):
    """Run `repondeur …` in this process and return what it wrote to stdout."""
    from ui.cli import main

    written = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(written):
        main([*arguments], standalone_mode=False)
    return written.buffer.getvalue().decode()


def served(corpus):
    """Run `repondeur serve` on a thread of this process; return its address once it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ("serve", "--corpus", corpus, "--port", str(port))
    thread = threading.Thread(target=command, args=arguments, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    while True:
        try:
            fetch(f"{address}/healthz")
        except OSError:
            if not thread.is_alive():
                raise
            time.sleep(0.1)
        else:
            return address


def fetch(address, body=None):
    """Return the text at an address of this machine, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310  ours
    with opener.open(request, timeout=60) as reply:
        return reply.read().decode()


def blocked():
    """Tell whether the block works: another machine's name and address must both be out of reach."""
    tried = 0
    for act in (
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
    ):
        try:
            act()
        except OSError:
            tried += 1
    found = len(attempts) == tried == 2
    attempts.clear()
    return found


def run(article, corpus, question="Quand Amazon a-t-il suspendu Rekognition ?"):
    result = {"blocked": blocked()}
    result["index"] = json.loads(command("index", article, "--corpus", corpus, "--json"))
    result["ask"] = json.loads(command("ask", question, "--corpus", corpus, "--json"))
    address = served(corpus)
    result["api"] = json.loads(fetch(f"{address}/api/v1/ask", {"question": question}))
    result["page"] = fetch(f"{address}/")
    return result


if __name__ == "__main__":
    raise_loopback()
    sys.addaudithook(watch)
    done = run(*sys.argv[1:3])
    # The server's thread held stdout last; the process ends with it still serving.
    sys.__stdout__.write(json.dumps(done | {"attempts": attempts}) + "\n")
    sys.__stdout__.flush()
    os._exit(0)
