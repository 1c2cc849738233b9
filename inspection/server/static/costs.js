// Costs of a case and who bears each: nobody chooses that, it follows from what was found; the coordinator puts a cost on record.

import { doing, field, labelled, submit } from "./asking.js";
import { bi, chip, facts, h, section } from "./dom.js";
import { post } from "./http.js";
import { moment } from "./time.js";
import { codes, word } from "./words.js";

const TONES = { ENTERPRISE: "warn", WAIVED: "good", UNDECIDED: "wait" };

export function costsPart({ costs }) {
  if (!costs?.length) return null;
  return section(["费用与承担", "Costs and who bears them"], { class: "costs" },
    facts([...sums(costs)].map(([bearer, paid]) => [word("bearer", bearer), h("span", { class: "number" }, paid)])),
    h("ul", { class: "points" }, costs.map((one) => h("li", { "data-cost": one.id },
      h("p", { class: "point" }, bi(word("cost", one.kind), "strong"), h("span", { class: "number" }, money(hundredths(one.amount), one.currency)),
        chip(word("bearer", one.bearer), TONES[one.bearer])),
      h("p", {}, bi(word("cause", one.cause)), " → ", bi([one.because_zh, one.because_en])),
      one.note ? h("p", { class: "quote" }, one.note) : null,
      h("p", { class: "muted" }, moment(one.at))))));
}

/** What each bearer pays, in every currency there is: whole hundredths, since a sum of money is never a fraction of two. */
function sums(costs) {
  const found = new Map();
  for (const one of costs) {
    const by = found.get(one.bearer) ?? found.set(one.bearer, new Map()).get(one.bearer);
    by.set(one.currency, (by.get(one.currency) ?? 0n) + hundredths(one.amount));
  }
  return [...found].map(([bearer, by]) => [bearer, [...by].map(([currency, sum]) => money(sum, currency)).join(" + ")]);
}

function hundredths(amount) {
  const [whole, part = ""] = amount.split(".");
  return BigInt(whole + part.padEnd(2, "0"));
}

const money = (sum, currency) => `${(sum / 100n).toLocaleString("en")}.${String(sum % 100n).padStart(2, "0")} ${currency}`;

/** The coordinator puts a cost on record, as soon as the case is prepared. */
export function costCard(data) {
  if (!data.costs) return null;
  const refused = h("div");
  const select = (name, group) => h("select", { name }, codes(group).map((code) => h("option", { value: code }, word(group, code).join(" "))));
  const [kind, cause] = [select("kind", "cost"), select("cause", "cause")];
  const amount = h("input", { name: "amount", required: true, inputmode: "decimal", placeholder: "1200.00", maxlength: 18 });
  const currency = h("input", { name: "currency", required: true, value: "CNY", maxlength: 3 });
  const note = h("input", { name: "note", maxlength: 1000 });
  const said = () => ({ kind: kind.value, cause: cause.value, amount: amount.value.trim(), currency: currency.value.trim(), note: note.value.trim() });
  return h("div", { class: "action", "data-kind": `cost-${data.costs.length}` },
    h("details", {}, h("summary", {}, bi(["登记费用", "Record a cost"])),
      h("form", { on: submit(doing(data, refused, "已登记费用", () => post(`${data.base}/costs`, said()))) },
        field(["项目", "What was paid for"], labelled(kind)), field(["原因", "Why it arose"], labelled(cause)),
        field(["金额", "Amount"], labelled(amount)), field(["币种", "Currency"], labelled(currency)), field(["说明（选填）", "Note, if any"], labelled(note)),
        bi(["由谁承担由系统按查验结论与原因确定", "Who bears it follows from what was found and why it arose"], "p", { class: "hint" }),
        h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["登记", "Record"]))))), refused);
}
