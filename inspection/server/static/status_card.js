// The one status an enterprise sees: what, who has it in hand, what comes next, until when, as of when, under which number.

import { bi, chip, facts, h } from "./dom.js";
import { countdown, moment } from "./time.js";

const TONES = {
  RELEASED: "good", CLOSED: "plain", CONDITIONALLY_RELEASED: "warn", PARTIALLY_RELEASED: "warn", RECTIFYING: "warn",
  DOCUMENTS_REQUIRED: "warn", NOT_RELEASED: "bad", DETAINED: "bad", RECALLED: "bad",
};

export function statusCard(status) {
  return h("section", { class: "card status", "data-code": status.code },
    h("p", { class: "status-word" }, chip([status.status_zh, status.status_en], TONES[status.code] ?? "wait")),
    facts([
      [["下一步", "Next step"], bi([status.next_step_zh, status.next_step_en], "span", { class: "stack" })],
      [["经办方", "In whose hands"], bi([status.holder_zh, status.holder_en], "span", { class: "stack" })],
      [["时限", "Due"], status.due ? countdown(status.due) : null],
      [["截至", "As of"], h("time", { datetime: status.as_of }, moment(status.as_of))],
      [["状态序号", "Sequence"], String(status.seq)],
    ]));
}
