// An enterprise's own declarations and the one status of each.

import { bi, chip, fill, h } from "./dom.js";
import { objectionPart } from "./disagreement.js";
import { get, path } from "./http.js";
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
  const [declaration, status] = await Promise.all([
    get(path("/api/v1/declarations", number)), get(path("/api/v1/declarations", number, "status")),
  ]);
  fill(page, h("div", { class: "narrow" },
    h("p", {}, h("a", { href: "#/" }, bi(["返回", "Back"]))),
    h("h1", { class: "number" }, `${declaration.number}/${declaration.version}`), statusCard(status),
    await objectionPart(number, status.code)));
}
