// Photos: small where they are named, whole when asked for. The bytes are the originals; who may not see one gets none.

import { bi, button, facts, fill, h } from "./dom.js";
import { moment } from "./time.js";

/** A small picture that opens the whole one. `piece` is what is known of the evidence, if it is. */
export function photoButton(base, id, piece = null) {
  const address = `${base}/evidence/${encodeURIComponent(id)}/bytes`;
  const name = piece?.file_name ?? "";
  const image = h("img", { src: address, alt: `现场照片 ${name}`.trim(), loading: "lazy", decoding: "async", width: 132, height: 99 });
  const opener = h("button", { type: "button", class: "photo", "data-evidence": id, "aria-label": `查看照片 View photo ${name}`.trim(),
    on: { click: () => whole(address, piece) } }, image);
  image.addEventListener("error", () => fill(opener, bi(["无法显示", "Not shown"])));
  return opener;
}

function whole(address, piece) {
  const dialog = h("dialog", { class: "whole", on: { close: () => dialog.remove() } },
    h("div", { class: "whole-head" }, h("strong", {}, piece?.file_name ?? "照片 Photo"),
      button(["关闭", "Close"], () => dialog.close())),
    h("img", { src: address, alt: piece?.file_name ?? "" }),
    piece ? facts([
      [["拍摄（设备时间）", "Taken, by the device"], moment(piece.captured_at)],
      [["存证", "Kept"], piece.stored_at ? moment(piece.stored_at) : null],
      [["设备", "Device"], `${piece.device_id} № ${piece.device_seq}`],
      [["SHA-256", ""], h("code", {}, piece.sha256)],
    ]) : null);
  document.body.append(dialog);
  dialog.showModal();
}
