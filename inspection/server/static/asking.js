// What every card of the next actions is made of: doing it, saying where it was refused, asking for a reason before it.

import { announce, bi, fill, h, problem } from "./dom.js";

/** Does it, and shows a refusal where the person is looking. */
export function doing(data, refused, done, work) {
  return async () => {
    fill(refused);
    try {
      await work();
      announce(done);
      document.activeElement?.blur();
      await data.refresh(["sheet", "disposition", "deadlines", "dissents", "appeals", "recalls", "versions", "followUps", "requests", "rights", "costs", "goodsFacts"]);
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
}

/** A form's submit that does `work` and nothing else. */
export const submit = (work) => ({ submit: async (event) => { event.preventDefault(); await work(); } });

let fields = 0;
/** An id of its own for every field. */
export const fresh = (name) => `${name}-${++fields}`;

/** A labelled field: `made(id)` is the field itself. */
export function field(label, made) {
  const id = fresh("field");
  return [h("label", { for: id }, bi(label)), made(id)];
}

/** An input, select or textarea as `field` wants it. */
export const labelled = (input) => (id) => { input.id = id; return input; };

/** An act that needs a reason. `work(reason)`; `more` are further fields above it. */
export function reasonForm(act, work, { danger = false, more = [] } = {}) {
  const reason = h("input", { id: fresh("reason"), name: "reason", required: true, maxlength: 500 });
  return h("form", { on: submit(() => work(reason.value.trim())) }, more,
    h("label", { for: reason.id }, bi(["理由", "Reason"])),
    h("div", { class: "line" }, reason, h("button", { type: "submit", class: danger ? "danger" : "primary" }, bi(act))));
}

/** The same, folded away until wanted. */
export const withReason = (summary, act, work, options) => h("details", {}, h("summary", {}, bi(summary)), reasonForm(act, work, options));
