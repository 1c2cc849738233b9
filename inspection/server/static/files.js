// Sending files: each is declared by its hash under an id made here, then sent whole. Sending again after a failure sends no twin.

import { h } from "./dom.js";
import { put, putBytes, uuid } from "./http.js";

/** What the platform keeps: photos, videos, PDF. */
const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,video/mp4,video/quicktime,video/webm,application/pdf";
const INSECURE = { title: "本页须以 https 打开才能上传文件 Files can be sent over https only" };

const known = new WeakMap();

/** A field for several files. */
export const filesInput = (attributes = {}) => h("input", { type: "file", multiple: true, accept: ACCEPTED, ...attributes });

/** Sends a file to `at(id)` and its bytes below; returns the id. */
export async function sendFile(at, file) {
  if (!globalThis.crypto?.subtle) throw INSECURE;
  const before = known.get(file) ?? { id: uuid(), sent: false };
  known.set(file, before);
  if (before.sent) return before.id;
  const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const sha256 = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const where = at(before.id);
  await put(where, {
    sha256, size: file.size, media_type: file.type || "application/octet-stream", file_name: file.name,
    captured_at: new Date(file.lastModified).toISOString(), device_id: "browser", device_seq: 0,
  });
  await putBytes(`${where}/bytes`, file);
  before.sent = true;
  return before.id;
}
