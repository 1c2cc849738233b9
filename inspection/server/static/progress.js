// Progress without signing in: the secret stands in the address's fragment, which no browser sends to any server, and goes to ours
// in a header.

import { bi, fill, h, problem } from "./dom.js";
import { get, path } from "./http.js";
import { statusCard } from "./status_card.js";

const EVERY = 30_000;

export async function progressView(page, caseNo, secret) {
  const seen = h("div");
  fill(page, h("div", { class: "narrow" },
    bi(["查验进度", "Inspection progress"], "h1"), h("p", { class: "number" }, caseNo), seen,
    bi(["本页每 30 秒自动更新。请妥善保管本页网址，持有者即可查看进度。",
      "Updated every 30 seconds. Keep this address to yourself: whoever has it sees the progress."], "p", { class: "hint" })));
  let last = -1;
  const look = async () => {
    try {
      const found = await get(path("/public/v1/progress", caseNo), { headers: { "X-Progress-Secret": secret } });
      if (found.status.seq === last) return;
      last = found.status.seq;
      fill(seen, statusCard(found.status), h("p", { class: "hint" }, bi(["报关单号", "Declaration"]), ` ${found.declaration}`));
    } catch (fault) {
      if (last < 0 || fault.status) fill(seen, problem(fault));
    }
  };
  await look();
  const timer = setInterval(look, EVERY);
  return () => clearInterval(timer);
}
