// Talking to the server: the public interfaces only, JSON in and out, refusals as the problem documents they are.

/** A refusal: the fields of its problem document (RFC 9457) and the HTTP status. */
export class Refused extends Error {
  constructor(status, document) {
    super(document.title ?? `HTTP ${status}`);
    Object.assign(this, document);
    this.status = status;
    this.title = document.title ?? `服务器未能处理请求 The server could not answer (HTTP ${status})`;
  }
}

/** No answer came at all. */
export class Unreachable extends Error {
  constructor() {
    super("unreachable");
    this.title = "无法连接服务器 The server cannot be reached";
    this.advice = "请检查网络，恢复后会自动重试。Check the network; it is tried again by itself.";
  }
}

async function request(method, path, { body, bytes, headers = {} } = {}) {
  const sent = { Accept: "application/json, application/problem+json", "Accept-Language": "zh-CN, en;q=0.5", ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  if (bytes !== undefined) sent["Content-Type"] = "application/octet-stream";
  let response;
  try {
    response = await fetch(path, {
      method, headers: sent, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? bytes : JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  const document = isJson && text ? JSON.parse(text) : {};
  if (!response.ok) throw new Refused(response.status, document);
  return document;
}

export const get = (path, options) => request("GET", path, options);

/** Every POST carries a key of its own, so that one sent twice by a bad network counts once. */
export const post = (path, body, headers = {}) =>
  request("POST", path, { body: body ?? {}, headers: { "Idempotency-Key": uuid(), ...headers } });

/** A PUT goes to an id of ours: the same content again changes nothing. */
export const put = (path, body) => request("PUT", path, { body });

/** A whole file as the body. */
export const putBytes = (path, bytes) => request("PUT", path, { bytes });

/** The answer, or null where nothing is there yet (404) or is not for this person (403). */
export async function getIfAny(path) {
  try {
    return await get(path);
  } catch (fault) {
    if (fault.status === 404 || fault.status === 403) return null;
    throw fault;
  }
}

/** `crypto.randomUUID` exists in secure contexts only; a terminal in the yard may reach us by plain http in a test. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A path with its parts escaped: `path("/api/v1/cases", no)`. */
export const path = (base, ...parts) => [base, ...parts.map(encodeURIComponent)].join("/");
