"""The plain page: static files served without a build."""

from __future__ import annotations

from pathlib import Path

from litestar import Response, get
from litestar.params import FromPath

from kit.errors import NotFound

STATIC = Path(__file__).parent / "static"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)


@get("/", sync_to_thread=True)
def index() -> Response[bytes]:
    """The page itself."""
    return _file("index.html")


@get("/assets/{file_path:str}", sync_to_thread=True)
def asset(file_path: FromPath[str]) -> Response[bytes]:
    """A script, a style sheet, a picture."""
    return _file(file_path)


def _file(name: str) -> Response[bytes]:
    known = {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}
    if name not in known:
        raise NotFound(file=name)
    return Response(
        known[name].read_bytes(),
        media_type=f"{TYPES[known[name].suffix]}; charset=utf-8",
        headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"},
    )


HANDLERS = [index, asset]
