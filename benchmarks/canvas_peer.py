"""The peer of the benchmark of the canvas: a page of the shape of xyflow's own stress example, built apart.

The shape is theirs: plain nodes of 50 × 30 in a grid, each joined with the next, all in view. The page is ours.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.harness import PEERS

_FRONTEND = Path(__file__).resolve().parents[1] / "frontend" / "package.json"
_NEEDS = ("@xyflow/react", "react", "react-dom", "vite")

_PAGE = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stress</title>\
<style>html, body, #root { height: 100%; margin: 0 }</style></head>\
<body><div id="root"></div><script type="module" src="/main.js"></script></body></html>\n'

_SCRIPT = """
import "@xyflow/react/dist/style.css";
import { Background, Controls, ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const many = Number(new URLSearchParams(location.search).get("nodes"));
const wide = Math.ceil(Math.sqrt(many));
const box = { width: 50, height: 30 };
const allNodes = Array.from({ length: many }, (_, at) => ({
  id: String(at),
  data: { label: `Node ${at}` },
  position: { x: (at % wide) * 100, y: Math.floor(at / wide) * 50 },
  style: { ...box, fontSize: 11 },
  ...box,
}));
const allEdges = allNodes.slice(1).map((node, at) => ({ id: `e${at}`, source: String(at), target: node.id }));

function Stress() {
  const [nodes, , onNodesChange] = useNodesState(allNodes);
  const [edges, , onEdgesChange] = useEdgesState(allEdges);
  const about = { nodes, edges, onNodesChange, onEdgesChange, fitView: true, minZoom: 0.2 };
  return createElement(ReactFlow, about, createElement(Controls), createElement(Background));
}
createRoot(document.getElementById("root")).render(createElement(Stress));
"""


@contextmanager
def serve_peer() -> Iterator[str | None]:
    """The address of the page, which takes `?nodes=200`; None where it cannot be built."""
    built = _build()
    if built is None:
        yield None
        return

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _build() -> Path | None:
    """The folder of the built page. Its packages are those that the screens are made of, in the same versions."""
    home = PEERS / "xyflow"
    built = home / "dist"
    pinned = json.loads(_FRONTEND.read_text(encoding="utf-8"))["dependencies"]
    wanted = json.dumps({"private": True, "type": "module", "dependencies": {name: pinned[name] for name in _NEEDS}})
    said = home / "package.json"
    script = home / "main.js"
    if (built / "index.html").exists() and said.read_text() == wanted and script.read_text() == _SCRIPT:
        return built
    npm = shutil.which("npm")
    if npm is None:
        print("  xyflow's page cannot be built here: there is no npm", file=sys.stderr)
        return None
    home.mkdir(parents=True, exist_ok=True)
    said.write_text(wanted)
    script.write_text(_SCRIPT)
    (home / "index.html").write_text(_PAGE)
    for command in (
        [npm, "install", "--no-audit", "--no-fund", "--loglevel=error"],
        [npm, "exec", "--", "vite", "build"],
    ):
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"  xyflow's page cannot be built here: {done.stderr.strip()[-400:]}", file=sys.stderr)
            return None
    return built
