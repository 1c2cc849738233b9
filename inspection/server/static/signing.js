// The person's signing key in this browser: made here, its private part never leaves (not even this page can read it), its public
// part enrolled with a proof. What is signed: the canonical JSON (RFC 8785) of a statement that names its purpose.

import { get, post } from "./http.js";

const ENROLMENT = "lianjian.enrolment/1";
const NAME = "浏览器 Browser";
const IMPOSSIBLE = {
  title: "此浏览器不能签名 This browser cannot sign",
  advice: "请以 https 打开本页，并使用支持 Ed25519 的浏览器。Open the page over https in a browser that knows Ed25519.",
};

/** Sorted keys, no white space; texts, whole numbers, booleans, null, lists and objects only, which JSON.stringify writes alike. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

/** `{ key_id, signature }` of a statement by `me`; makes and enrols a key when there is none in force. */
export async function signed(me, purpose, content) {
  const key = await keyOf(me);
  return { key_id: key.id, signature: await sign(key, purpose, content) };
}

async function sign(key, purpose, content) {
  const bytes = new TextEncoder().encode(canonical({ ...content, purpose }));
  return base64url(await crypto.subtle.sign("Ed25519", key.private, bytes));
}

async function keyOf(me) {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) throw IMPOSSIBLE;
  const [store, enrolled] = [await opened(), await get("/api/v1/me/keys")];
  const kept = await done(store.transaction("keys").objectStore("keys").get(me.id));
  if (kept && enrolled.some((one) => one.id === kept.id && !one.revoked_at)) return kept;
  const made = await make(me);
  await done(store.transaction("keys", "readwrite").objectStore("keys").put(made, me.id));
  return made;
}

async function make(me) {
  let pair;
  try {
    pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    throw IMPOSSIBLE;
  }
  const publicKey = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  const proof = await sign({ private: pair.privateKey }, ENROLMENT, { login: me.login, public_key: publicKey });
  const { id } = await post("/api/v1/me/keys", { public_key: publicKey, proof, name: NAME });
  return { id, private: pair.privateKey };
}

const opened = () => {
  const request = indexedDB.open("lianjian", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("keys");
  return done(request);
};

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
