"""The door of a shared installation before a service on loopback: ``deploy/nginx/alertgrade.conf`` without TLS."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = Path(__file__).parents[1] / "deploy" / "nginx" / "alertgrade.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def door(folder: Path, port: int, upstream: int) -> Iterator[int]:
    """nginx at ``port`` before ``upstream``; gives its process number."""
    folder.mkdir()
    changed = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", CONFIG.read_text())
    changed = re.sub(r"ssl_certificate\S*\s+\S+;", "", changed).replace("127.0.0.1:8600", f"127.0.0.1:{upstream}")
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    top = f"daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null crit; "
    events = "events { worker_connections 2048; } "
    (folder / "nginx.conf").write_text(f"{top}{events}http {{ access_log off; {paths}\n{changed}\n}}")
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-e", "/dev/null", "-c", str(folder / "nginx.conf")])
    time.sleep(0.5)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()
