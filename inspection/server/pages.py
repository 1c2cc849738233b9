"""The plain page: static files served without a build, under a policy that lets nothing else run.

No inline script or style, nothing from another address, and no text that becomes markup: with Trusted Types required and none
allowed, a browser that knows them refuses ``innerHTML`` altogether.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from litestar import Response, get
from litestar.params import FromPath

from kit.errors import NotFound

STATIC = Path(__file__).parent / "static"
TYPES = MappingProxyType({".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-cache",
    }
)


@get("/", sync_to_thread=True, include_in_schema=False)
def index() -> Response[bytes]:
    """The page itself."""
    return _file("index.html")


@get("/assets/{file_path:str}", sync_to_thread=True, include_in_schema=False)
def asset(file_path: FromPath[str]) -> Response[bytes]:
    """A script, a style sheet, a picture."""
    return _file(file_path)


def _file(name: str) -> Response[bytes]:
    """One of the files there are: the name asked for is compared, never made a path of."""
    known = {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}
    if name not in known:
        raise NotFound(file=name)
    media_type = f"{TYPES[known[name].suffix]}; charset=utf-8"
    return Response(known[name].read_bytes(), media_type=media_type, headers=dict(HEADERS))


HANDLERS = [index, asset]
