// A rights holder answers without signing in: the secret stands in the fragment of the letter's link, which no browser sends to
// any server, and goes to ours in a header. One answer, in two steps: it cannot be taken back.

import { field, labelled, submit } from "./asking.js";
import { announce, bi, button, chip, facts, fill, h, problem, section } from "./dom.js";
import { get, path, post } from "./http.js";
import { countdown, english, moment } from "./time.js";
import { tone, word } from "./words.js";

const OUTCOMES = ["GENUINE", "COUNTERFEIT", "UNKNOWN"];
const HINTS = {
  GENUINE: ["货物为本权利人生产或经本权利人许可", "Made or licensed by the rights holder"],
  COUNTERFEIT: ["未经本权利人许可使用", "Used without the rights holder's licence"],
  UNKNOWN: ["凭现有资料不能判断", "Not to be told from what is known"],
};
/** The server does not tell a wrong link from a question that was taken back. */
const GONE = ["请核对信中的完整网址。若询问部门已撤回请求，则无需答复。",
  "Check that the address is the whole one from the letter. If the agency has withdrawn its question, no answer is needed."];

export async function rightsView(page, id, secret) {
  const where = path("/public/v1/rights-confirmations", id);
  const headers = { "X-Confirmation-Secret": secret };
  const seen = h("div", { class: "rights" });
  fill(page, h("div", { class: "narrow" }, bi(["知识产权确权", "Confirmation by the rights holder"], "h1"), seen));
  const show = (asked) => fill(seen, question(asked), asked.reply
    ? answered(asked.reply) : answerForm((said) => post(`${where}/reply`, said, headers), show));
  try {
    show(await get(where, { headers }));
  } catch (fault) {
    fill(seen, problem(fault), fault.status === 404 ? bi(GONE, "p", { class: "hint" }) : null);
  }
}

function question(asked) {
  return section(["请您确认", "You are asked"], {}, facts([
    [["询问部门", "Asked by"], bi([asked.agency_zh, asked.agency_en]), "wide"],
    [["权利人", "Rights holder"], asked.holder], [["品牌", "Brand"], asked.brand],
    [["事项", "Question"], h("p", { class: "observation" }, asked.question), "wide"],
    [["答复期限", "Answer by"], asked.due && !asked.reply ? [countdown(asked.due), h("p", { class: "en", lang: "en" }, `${english(asked.due)} (UTC+8)`)] : null, "wide"],
  ]), asked.state === "LAPSED" ? h("p", {}, chip(["期限已过，答复仍会记录并注明逾期", "The time has passed: an answer still counts, and is shown as late"], "warn")) : null);
}

function answered(reply) {
  return section(["您的答复已收到", "Your answer is on record"], { class: "answered" },
    h("p", { class: "verdict" }, chip(word("rights", reply.outcome), tone(reply.outcome)),
      reply.late ? chip(["逾期答复", "Late"], "warn") : null),
    facts([
      [["说明", "In words"], reply.text ? h("p", { class: "observation" }, reply.text) : null, "wide"],
      [["答复人", "Answered by"], reply.name], [["时间", "At"], `${moment(reply.at)} · ${english(reply.at)}`],
    ]),
    bi(["答复不能更改；如需更正，请联系询问部门。", "An answer cannot be changed; contact the agency that asked to correct it."], "p", { class: "hint" }));
}

function answerForm(send, show) {
  const name = h("input", { name: "name", required: true, maxlength: 200, autocomplete: "name" });
  const text = h("textarea", { name: "text", rows: 4, maxlength: 4000 });
  const refused = h("div");
  const confirm = h("div");
  let chosen = null;
  const choices = OUTCOMES.map((outcome) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "outcome", value: outcome, required: true, on: { change: () => { chosen = outcome; fill(confirm); } } }),
    h("span", {}, bi(word("rights", outcome), "strong"), bi(HINTS[outcome], "span", { class: "stack muted" }))));
  const give = async () => {
    fill(refused);
    try {
      const asked = await send({ outcome: chosen, name: name.value.trim(), text: text.value.trim() });
      announce("答复已提交 Your answer is on record");
      show(asked);
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
  const ask = () => {
    const [zh, en] = word("rights", chosen);
    fill(confirm, h("div", { class: "sure", role: "alert" },
      h("p", {}, bi([`将答复“${zh}”，提交后不能更改。`, `You will answer “${en}”. It cannot be changed afterwards.`])),
      button(["确认提交", "Submit"], give, { class: "primary" })));
    confirm.querySelector("button").focus();
  };
  return section(["您的答复", "Your answer"], {},
    h("form", { on: { ...submit(ask), input: () => fill(confirm) } },
      h("fieldset", {}, bi(["请选择一项", "Choose one"], "legend"), choices),
      field(["说明与依据（可不填）", "In words, with grounds (optional)"], labelled(text)),
      field(["答复人姓名与职务", "Your name and office"], labelled(name)),
      h("p", { class: "send" }, h("button", { type: "submit" }, bi(["下一步", "Next"])))),
    confirm, refused);
}
