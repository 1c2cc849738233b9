// What rights holders are asked in a case and what they say; the agency whose desk keeps the contact asks and takes back.

import { doing, field, labelled, submit, withReason } from "./asking.js";
import { bi, chip, facts, fill, h, problem, section } from "./dom.js";
import { getIfAny, path, post, put, uuid } from "./http.js";
import { countdown, moment } from "./time.js";
import { word } from "./words.js";

const ASKS = ["dispatch", "coordinate"];
const OVER = ["CLOSED", "CANCELLED", "SUSPENDED", "SUGGESTED", "INVITING"];
const TONES = { GENUINE: "good", COUNTERFEIT: "bad", UNKNOWN: "warn", LAPSED: "bad", OPEN: "wait", WITHDRAWN: "plain" };

/** What was said, or where it stands while nothing was. */
const standing = (one) => (one.state === "WITHDRAWN" ? "WITHDRAWN" : one.outcome ?? one.state);

export function rightsPart({ rights }) {
  if (!rights?.length) return null;
  return section(["权利人确权", "Rights holders"], { class: "rights-asked" }, h("ul", { class: "points" }, rights.map((one) => h("li", { "data-confirmation": one.id },
    h("p", { class: "point" }, h("span", { class: "where" }, `第 ${one.line} 项`), h("strong", {}, `${one.holder} · ${one.brand}`),
      chip(word("rights", standing(one)), TONES[standing(one)]), one.reply?.late ? chip(["逾期答复", "Late"], "warn") : null,
      one.state === "OPEN" && one.due ? countdown(one.due) : null),
    h("p", {}, one.question),
    one.reply ? h("div", { class: "response" }, one.reply.text ? h("p", { class: "observation" }, one.reply.text) : null,
      h("p", { class: "muted" }, `${one.reply.name} ${moment(one.reply.at)}`)) : null,
    facts([
      [["询问部门", "Asked by"], bi(word("agency", one.agency))], [["依授权备案", "By an authorisation on file"], one.authorisation],
      [["撤回理由", "Taken back because"], one.withdrawn_because],
    ])))));
}

/** Asking a holder of the own desk about a line, and taking an open question back. */
export function rightsCard(data) {
  const { me, case: one } = data;
  if (!data.rights || OVER.includes(one.state) || !me.powers.some((power) => ASKS.includes(power))) return null;
  const refused = h("div");
  const open = data.rights.filter((asked) => asked.agency === me.agency && ["OPEN", "LAPSED"].includes(asked.state) && !asked.outcome);
  const holders = h("div");
  const details = h("details", { on: { toggle: () => details.open && !holders.childElementCount && fillForm(data, holders, refused) } },
    h("summary", {}, bi(["请权利人确权", "Ask a rights holder"])), holders);
  return h("div", { class: "action", "data-kind": `rights-${open.map((asked) => asked.id)}` }, details,
    open.map((asked) => h("div", { class: "ruling" }, h("p", {}, `${asked.holder}：${asked.question}`),
      withReason(["撤回确权请求", "Take the question back"], ["撤回", "Withdraw"],
        (reason) => doing(data, refused, "已撤回", () => post(`${path(`${data.base}/rights-confirmations`, asked.id)}/withdraw`, { reason }))()))), refused);
}

/** The contacts are read only when somebody is about to ask one. */
async function fillForm(data, holders, refused) {
  const { me } = data;
  try {
    const desk = await getIfAny(`${path("/api/v1/units", me.port, me.agency)}/rights-holders`);
    const known = (desk?.holders ?? []).filter((one) => !one.ended_at);
    fill(holders, known.length ? askForm(data, known, refused) : bi(["本部门还没有登记权利人", "No rights holder is registered here"], "p", { class: "empty" }),
      h("p", {}, h("a", { href: "#/rights-registry" }, bi(["权利人与预确权", "Rights registry"]))));
  } catch (fault) {
    fill(holders, problem(fault));
  }
}

function askForm(data, known, refused) {
  const options = (list) => list.map(([value, text]) => h("option", { value }, text));
  const who = h("select", { name: "holder" }, options(known.flatMap((one) => one.brands.map((brand) => [`${one.id}|${brand}`, `${one.name} · ${brand}`]))));
  const line = h("select", { name: "line" }, options(data.case.declaration_document.lines.map((one) => [one.no, `第 ${one.no} 项 ${one.name}`])));
  const text = h("textarea", { name: "text", required: true, rows: 3, maxlength: 4000 });
  let id = uuid();
  const ask = doing(data, refused, "已致函权利人", async () => {
    const [holder, brand] = who.value.split("|");
    await put(path(`${data.base}/rights-confirmations`, id), { line: Number(line.value), brand, holder, text: text.value.trim() });
    id = uuid();
  });
  return h("form", { on: submit(ask) }, field(["权利人与品牌", "Holder and brand"], labelled(who)), field(["商品项", "Line"], labelled(line)),
    field(["询问内容（权利人只看到品牌与本段文字）", "Question: the holder reads the brand and these words only"], labelled(text)),
    h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["致函权利人", "Write to the holder"]))));
}
