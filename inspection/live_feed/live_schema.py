"""The live feed described for machines: an AsyncAPI 3 document made from the very structs and close codes the feed uses."""

from __future__ import annotations

from typing import Any

import msgspec

from inspection.events import EventType
from inspection.live_feed.live_watchers import REASONS, Hello

INSTANT = {"type": "string", "format": "date-time"}
SEQ = {"type": "integer", "minimum": 1, "description": "number in the case's stream; without gaps for everybody"}


def asyncapi() -> dict[str, Any]:
    """The document: one channel, what a client says and what it hears."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Lianjian 联检 live feed", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {
            "case": {
                "address": "/live/v1/cases/{no}",
                "parameters": {"no": {"description": "case number, e.g. JC-5316-20261120-0001"}},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in MESSAGES},
            },
            "inbox": {
                "address": "/live/v1/inbox",
                "description": "an inbox: of one's unit or enterprise (`?of=desk`), or one's own (`?of=person`)",
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in MESSAGES},
            },
        },
        "operations": {
            "say": _operation("receive", "the client says which number it has", ("hello",)),
            "hear": _operation("send", "an opening, then frames in order", ("opening", "event", "withheld")),
        },
        "components": {"messages": MESSAGES, "securitySchemes": SECURITY},
        "x-close-codes": {str(int(code)): reason for code, reason in REASONS.items()},
    }


def _operation(action: str, summary: str, messages: tuple[str, ...]) -> dict[str, Any]:
    channel = "#/channels/case"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": summary,
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in messages],
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in SECURITY],
    }


def _hello() -> dict[str, Any]:
    """The struct's own schema, in one piece."""
    _, components = msgspec.json.schema_components((Hello,), ref_template="#/{name}")
    return dict(components["Hello"])


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


DESCRIPTION = (
    "Say hello with the last number you have; hear what you missed and then everything as it happens. Numbers have no holes: an"
    " event that is not for you comes as `withheld`. Whoever sees a gap says hello again. Readers ignore types they do not know."
)

SECURITY: dict[str, Any] = {
    "cookie": {"type": "httpApiKey", "in": "cookie", "name": "lianjian", "description": "__Host-lianjian over https"},
    "bearer": {"type": "http", "scheme": "bearer"},
}

MESSAGES: dict[str, Any] = {
    "hello": {
        "summary": "first, and again whenever a gap is seen",
        "payload": _hello(),
        "examples": [{"payload": {"after": 0}}, {"payload": {"after": 17, "epoch": "JC-5316-20261120-0001.1795138320"}}],
    },
    "opening": {
        "summary": "answers every hello; `resync`: your numbers belong to another log, all of this one follows",
        "payload": _object(
            ("type", "epoch", "head", "after", "now"),
            type={"enum": ["events", "resync"]},
            epoch={"type": "string", "description": "the log these numbers belong to; send it back with the next hello"},
            head={"type": "integer", "minimum": 0, "description": "the last number there is"},
            after={"type": "integer", "minimum": 0, "description": "the number before the first frame that follows"},
            now=INSTANT,
        ),
        "examples": [
            {
                "payload": {
                    "type": "events",
                    "epoch": "JC-5316-20261120-0001.1795138320",
                    "head": 18,
                    "after": 17,
                    "now": "2026-11-20T01:58:00Z",
                }
            }
        ],
    },
    "event": {
        "summary": "one event of the case",
        "payload": _object(
            ("seq", "type", "at", "by", "data"),
            seq=SEQ,
            type={"type": "string", "examples": [event.value for event in EventType]},
            at=INSTANT,
            by={"type": "string", "description": "a person's id, or `system`"},
            data={"type": "object"},
        ),
        "examples": [
            {
                "payload": {
                    "seq": 18,
                    "type": "InvitationAccepted",
                    "at": "2026-11-20T01:57:00Z",
                    "by": "01932c5e-0000-7000-8000-000000000001",
                    "data": {"agency": "market_regulation", "experts": ["Mei"], "late": False},
                }
            }
        ],
    },
    "withheld": {
        "summary": "something has this number and is not for you",
        "payload": _object(("seq", "type"), seq=SEQ, type={"const": "withheld"}),
        "examples": [{"payload": {"seq": 19, "type": "withheld"}}],
    },
}
