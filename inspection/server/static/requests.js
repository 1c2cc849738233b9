// What agencies ask each other from a finding: the question, the signed answer with its sources, and the chain they make.

import { doing, field, labelled, submit, withReason } from "./asking.js";
import { bi, button, chip, h, section } from "./dom.js";
import { path, post, put, uuid } from "./http.js";
import { signed } from "./signing.js";
import { countdown, moment } from "./time.js";
import { codes, parties, word } from "./words.js";

const ANSWER = "lianjian.answer/1";
const OPEN = ["OPEN", "DECLINED"];
const TAKES_PART = ["coordinate", "approve", "lead_inspect", "inspect", "superior", "dispatch", "expert"];
const CAN_ASK = ["IN_FIELD", "CONCLUDING", "REPORTED", "DISPOSING", "FOLLOW_UP", "REOPENED"];
const TONES = { OPEN: "wait", ANSWERED: "good", DECLINED: "bad", WITHDRAWN: "plain" };

const takesPart = (me) => me.powers.some((power) => TAKES_PART.includes(power));

/** The chain of each finding that something was asked about: finding ← request ← response ← source. */
export function requestsPart({ requests, findings }) {
  if (!requests?.requests.length) return null;
  const known = new Map((findings ?? []).map((finding) => [finding.id, finding]));
  const of = (id) => requests.requests.filter((one) => one.finding === id);
  const asked = [...new Set(requests.requests.map((one) => one.finding))];
  const chains = new Map(requests.chains.map((chain) => [chain.finding, chain]));
  return section(["协查请求与证据链", "Requests and the evidence chain"], { class: "requests" }, asked.map((id) => {
    const [finding, chain] = [known.get(id), chains.get(id)];
    return h("div", { class: "chain", "data-finding": id },
      h("p", { class: "point" }, bi(["查验发现", "Finding"], "span", { class: "where" }),
        h("strong", {}, finding ? finding.observation : bi(["保密", "Withheld"])),
        chain?.closed ? chip(["证据链闭合", "Chain closed"], "good") : chip([`待 ${chain?.open.length ?? 0} 项答复`, "Chain open"], "wait")),
      h("ul", { class: "links" }, of(id).map(link)));
  }));
}

function link(one) {
  const [from, to] = [word("agency", one.agency), word("agency", one.asked)];
  return h("li", { "data-request": one.id },
    h("p", { class: "point" }, bi([`${from[0]} → ${to[0]}`, `${from[1]} → ${to[1]}`], "span", { class: "where" }), bi(word("request", one.subject)),
      chip(word("requested", one.state), TONES[one.state]), one.blocking && OPEN.includes(one.state) ? chip(["答复前不作结论", "No conclusion before"], "note") : null,
      one.state === "OPEN" ? countdown(one.due) : null),
    h("p", {}, one.text),
    one.withdrawn_because ? h("p", { class: "quote" }, one.withdrawn_because) : null,
    one.answer ? answered(one) : null);
}

function answered({ answer }) {
  return h("div", { class: "response" },
    h("p", {}, bi(answer.outcome === "DECLINED" ? ["谢绝", "Declined"] : ["答复", "Answer"], "span", { class: "label" }), answer.text),
    answer.sources.length ? h("ul", { class: "materials" }, answer.sources.map((source) => h("li", {}, bi(["来源", "Source"], "span", { class: "label" }),
      source.evidence ? bi(["本案证据", "Evidence of the case"]) : `${source.register} ${source.reference}`, source.as_of ? `（${source.as_of}）` : ""))) : null,
    h("p", { class: "muted" }, `${moment(answer.at)} ${answer.by} `, answer.late ? chip(["逾期", "Late"], "bad") : null,
      answer.signature ? chip(["已签名", "Signed"], "good") : null, answer.key_id ? h("code", { title: "签名密钥 signing key" }, answer.key_id.slice(0, 12)) : null));
}

/** What this person's agency has to answer, and what it may take back. */
export function requestCards(data) {
  const { me, requests } = data;
  if (!takesPart(me)) return [];
  const all = requests?.requests ?? [];
  return [...all.filter((one) => one.asked === me.agency && one.state === "OPEN").map((one) => answerCard(data, one)),
    ...all.filter((one) => one.agency === me.agency && one.state === "DECLINED").map((one) => declinedCard(data, one))];
}

const at = (data, one, verb) => `${path(`${data.base}/info-requests`, one.id)}/${verb}`;

function answerCard(data, one) {
  const refused = h("div");
  const text = h("textarea", { name: "text", required: true, rows: 3, maxlength: 4000 });
  const sources = [];
  const rows = h("div", { class: "sources" });
  const add = () => {
    sources.push(sourceRow(data));
    rows.append(sources.at(-1).element);
  };
  add();
  const send = doing(data, refused, "已签名答复", async () => {
    const answer = { text: text.value.trim(), sources: sources.map((source) => source.said()) };
    const content = { case: data.no, request: one.id, agency: one.asked, answer };
    await post(at(data, one, "answer"), { answer, ...await signed(data.me, ANSWER, content) });
  });
  return h("div", { class: "action", "data-kind": `request-${one.id}` },
    h("p", { class: "ask" }, bi([`${word("agency", one.agency)[0]}协查：${word("request", one.subject)[0]}`, `${word("agency", one.agency)[1]} asks: ${word("request", one.subject)[1]}`], "strong"), countdown(one.due)),
    h("p", { class: "quote" }, one.text),
    h("form", { on: submit(send) }, field(["答复", "Answer"], labelled(text)), rows,
      h("p", { class: "line send" }, button(["添加来源", "Another source"], add), h("button", { type: "submit", class: "primary" }, bi(["签名并答复", "Sign and answer"])))),
    withReason(["无法答复", "We cannot answer"], ["谢绝", "Decline"],
      (reason) => doing(data, refused, "已谢绝", () => post(at(data, one, "decline"), { reason }))(), { danger: true }),
    refused);
}

/** Where an answer is taken from: a record of a register, or evidence of the own agency in this case. */
function sourceRow(data) {
  const own = (data.evidence ?? []).filter((piece) => piece.owner === data.me.agency && piece.state === "STORED");
  const [register, reference] = [h("input", { name: "register", required: true, maxlength: 500 }), h("input", { name: "reference", required: true, maxlength: 500 })];
  const day = h("input", { name: "as_of", type: "date" });
  const record = h("div", { class: "record" }, field(["登记簿或系统", "Register"], labelled(register)), field(["记录编号", "Record"], labelled(reference)), field(["截至日期", "As of"], labelled(day)));
  const evidence = h("select", { name: "evidence", on: { change: () => {
    record.hidden = Boolean(evidence.value);
    for (const input of [register, reference]) input.required = !evidence.value;
  } } }, h("option", { value: "" }, "登记记录 A record"), own.map((piece) => h("option", { value: piece.id }, piece.file_name)));
  const said = () => (evidence.value ? { evidence: evidence.value }
    : { register: register.value.trim(), reference: reference.value.trim(), ...(day.value ? { as_of: day.value } : {}) });
  return { said, element: h("fieldset", { class: "source" }, bi(["来源", "Source"], "legend"), own.length ? field(["取自", "Taken from"], labelled(evidence)) : null, record) };
}

function declinedCard(data, one) {
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `declined-${one.id}` },
    h("p", { class: "ask" }, bi([`${word("agency", one.asked)[0]}谢绝协查，证据链未闭合`, `${word("agency", one.asked)[1]} declined: the chain stays open`], "strong")),
    h("p", { class: "quote" }, one.answer?.text), withdrawal(data, one, refused), refused);
}

const withdrawal = (data, one, refused) => withReason(["撤回该协查请求", "Take the request back"], ["撤回", "Withdraw"],
  (reason) => doing(data, refused, "已撤回", () => post(at(data, one, "withdraw"), { reason }))());

/** The findings of the person's own agency that it may ask others about, and tell of: what is labelled secret is neither. */
export function ownFindings({ me, case: one, findings }) {
  if (!takesPart(me) || !CAN_ASK.includes(one.state)) return [];
  return (findings ?? []).filter((finding) => finding.agency === me.agency && !finding.label);
}

/** Asking another agency from a finding of one's own, and taking back what is open. */
export function askCard(data) {
  const { me, case: one } = data;
  const mine = ownFindings(data);
  if (!mine.length) return null;
  const others = [...new Set([one.lead_agency, ...one.invitations.filter((invitation) => invitation.state === "ACCEPTED").map((invitation) => invitation.agency)])]
    .filter((agency) => agency !== me.agency);
  const open = (data.requests?.requests ?? []).filter((request) => request.agency === me.agency && request.state === "OPEN");
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `ask-${mine.map((finding) => finding.id)}-${others}-${open.map((request) => request.id)}` },
    others.length ? askForm(data, mine, others, refused) : null,
    open.map((request) => h("div", { class: "ruling" }, h("p", {}, `${parties([request.asked])[0]}：${request.text}`), withdrawal(data, request, refused))), refused);
}

function askForm(data, findings, others, refused) {
  const select = (name, options) => h("select", { name }, options.map(([value, text]) => h("option", { value }, text)));
  const finding = select("finding", findings.map((one) => [one.id, `第 ${one.line} 项 ${one.observation.slice(0, 40)}`]));
  const asked = select("asked", others.map((agency) => [agency, word("agency", agency).join(" ")]));
  const subject = select("subject", codes("request").map((code) => [code, word("request", code).join(" ")]));
  const text = h("textarea", { name: "text", required: true, rows: 3, maxlength: 4000 });
  const blocking = h("input", { type: "checkbox", name: "blocking" });
  let id = uuid();
  const ask = doing(data, refused, "已发出协查请求", async () => {
    await put(path(`${data.base}/info-requests`, id),
      { finding: finding.value, asked: asked.value, subject: subject.value, text: text.value.trim(), blocking: blocking.checked });
    id = uuid();
    text.value = "";
  });
  return h("details", {}, h("summary", {}, bi(["发出协查请求", "Ask another agency"])),
    h("form", { on: submit(ask) },
      field(["由查验发现", "From the finding"], labelled(finding)), field(["被请求部门", "Asked"], labelled(asked)), field(["事项", "Subject"], labelled(subject)),
      field(["请求内容", "In words"], labelled(text)),
      h("label", { class: "choice" }, blocking, bi(["答复前本部门不就该商品项作出结论", "We do not conclude on the line before the answer"])),
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["发出", "Send"])))));
}
