"""A real endpoint on this machine, with replies and faults by script: what a provider may do to us."""

import json
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Step:
    """Answer one request: a text, or a fault."""

    text: str = ""
    status: int = 200
    headers: dict = field(default_factory=dict)
    finish: str = "stop"
    refusal: str = ""
    usage: bool = True
    prompt_tokens: int = 100
    delay: float = 0.0
    break_off: str = ""  # "at once": no response at all; "midway" or "reset": after the first half of a stream
    raw: tuple[bytes, ...] = ()  # these bytes for a body, whatever was asked, with a pause before each
    content_type: str = "application/json"
    pause: float = 0.0

    def counted(self):
        """Return the usage block."""
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": 20, "total_tokens": self.prompt_tokens + 20}


class Endpoint:
    """Serve scripted steps, by the shape a request asks for; the last step of a list repeats.

    `script` maps a shape's name (or "*") to steps; a step may be a function of the request. `requests` keeps what came.
    """

    def __init__(self):
        self.script = {}
        self.requests = []
        self.running = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"endpoint": self}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def env(self):
        """What a process needs to reach this endpoint."""
        return {
            "KOSNOTE_MODEL": "test-model", "OPENAI_API_KEY": "sk-secret-key", "OPENAI_BASE_URL": self.url,
            "KOSNOTE_TIMEOUT": "20", "KOSNOTE_MAX_RETRIES": "1", "NO_PROXY": "127.0.0.1",
        }  # fmt: skip

    def asked(self, shape):
        """Return the requests for a shape."""
        return [request for request in self.requests if shape_of(request) == shape]

    def next_step(self, request):
        with self._lock:
            shape = shape_of(request)
            steps = self.script.get(shape) or self.script["*"]
            asked = sum(shape_of(r) == shape for r in self.requests) if shape in self.script else len(self.requests)
            self.requests.append(request)
        step = steps[min(asked, len(steps) - 1)]
        step = step(request) if callable(step) else step
        return (
            step
            if isinstance(step, Step)
            else Step(text=step if isinstance(step, str) else json.dumps(step, ensure_ascii=False))
        )

    def entered(self, change):
        with self._lock:
            self.running += change
            self.most_at_once = max(self.most_at_once, self.running)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def shape_of(request):
    return request.get("response_format", {}).get("json_schema", {}).get("name", "")


class Handler(BaseHTTPRequestHandler):
    """Answer by the script of the endpoint it is made for."""

    endpoint = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._send(
            200,
            {"object": "list", "data": [{"id": "test-model", "object": "model", "created": 0, "owned_by": "t"}]},
        )

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        step = self.endpoint.next_step(request)
        self.endpoint.entered(1)
        try:
            time.sleep(step.delay)
            self._answer(request, step)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            self.endpoint.entered(-1)

    def _answer(self, request, step):
        if step.break_off == "at once":
            self.close_connection = True
            self.connection.shutdown(2)
        elif step.raw:
            self._send_raw(step)
        elif step.status != 200:
            self._send(
                step.status,
                {"error": {"message": "scripted: " + json.dumps(request["messages"])[:200]}},
                step.headers,
            )
        elif request.get("stream"):
            self._stream(step)
        else:
            message = {"role": "assistant", "content": step.text or None, "refusal": step.refusal or None}
            choice = {"index": 0, "finish_reason": step.finish, "message": message}
            usage = step.counted() if step.usage else None
            head = {"id": "c1", "object": "chat.completion", "created": 0, "model": request["model"]}
            self._send(200, {**head, "choices": [choice], "usage": usage})

    def _send(self, status, payload, headers=None):
        body = json.dumps(payload, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _send_raw(self, step):
        self._open(step.content_type)
        for piece in step.raw:
            time.sleep(step.pause)
            self.wfile.write(piece)
            self.wfile.flush()

    def _open(self, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _stream(self, step):
        self._open("text/event-stream")
        half = len(step.text) // 2
        pieces = [step.text[:half]] if step.break_off else [step.text[:half], step.text[half:]]
        for piece in pieces:
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        if step.break_off:
            self._reset() if step.break_off == "reset" else self.connection.shutdown(2)
            return
        if step.refusal:
            self._event({"choices": [{"index": 0, "delta": {"refusal": step.refusal}, "finish_reason": None}]})
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": step.finish}]})
        if step.usage:
            self._event({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, payload):
        head = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "test-model"}
        self.wfile.write(b"data: " + json.dumps({**head, **payload}, ensure_ascii=False).encode() + b"\n\n")
        self.wfile.flush()
