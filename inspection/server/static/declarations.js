// An enterprise's own declarations: the one status of each, what is demanded or called back, objections.

import { bi, chip, fill, h } from "./dom.js";
import { demandPart } from "./demand.js";
import { objectionPart } from "./disagreement.js";
import { get, getIfAny, path } from "./http.js";
import { recalledPart } from "./recalled.js";
import { statusCard } from "./status_card.js";
import { moment } from "./time.js";
import { tone, word } from "./words.js";

export async function declarationsView(page) {
  const { items } = await get("/api/v1/declarations?limit=100");
  fill(page, bi(["我的报关单", "My declarations"], "h1"),
    items.length
      ? h("ul", { class: "cases" }, items.map((one) => h("li", {}, h("a", { class: "card row", href: `#/declarations/${one.number}` },
        h("span", { class: "number" }, `${one.number}/${one.version}`), chip(word("declaration", one.state), tone(one.state)),
        h("span", { class: "muted" }, moment(one.declared_at))))))
      : bi(["还没有报关单", "Nothing filed yet"], "p", { class: "empty" }));
}

export async function declarationView(page, number) {
  const base = path("/api/v1/declarations", number);
  const seen = h("div", { class: "own" });
  const show = async () => {
    const [declaration, status, items, recalls] = await Promise.all([
      get(base), get(`${base}/status`), getIfAny(`${base}/follow-ups`), getIfAny(`${base}/recall`),
    ]);
    fill(seen, h("h1", { class: "number" }, `${declaration.number}/${declaration.version}`), statusCard(status),
      recalledPart(number, recalls, show), demandPart(number, items, show), await objectionPart(number, status.code));
  };
  fill(page, h("div", { class: "narrow" }, h("p", { class: "crumb" }, h("a", { href: "#/" }, bi(["返回", "Back"]))), seen));
  await show();
}
