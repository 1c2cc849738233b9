// Building the page. Whatever comes from the server becomes a text node or an attribute, never markup: nothing here parses HTML,
// and the Content-Security-Policy (require-trusted-types-for) makes the browser refuse it should anybody try.

import { word } from "./words.js";

/**
 * An element. `attributes`: `on` holds listeners, `true` sets an empty attribute, null, undefined and false leave it out.
 * Children: nodes, texts, arrays of them; null, undefined and false are left out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

/** Chinese first, English second and smaller. `pair` is [zh, en]. */
export function bi(pair, tag = "span", attributes = {}) {
  const [zh, en] = pair;
  return h(tag, { ...attributes, class: `bi ${attributes.class ?? ""}`.trim() },
    h("span", { class: "zh" }, zh), en && en !== zh ? [" ", h("span", { class: "en", lang: "en" }, en)] : null);
}

/** A labelled state: text, and a mark that does not depend on seeing colour. */
export function chip(pair, tone = "plain") {
  const marks = { good: "✓", bad: "✕", warn: "!", wait: "…", plain: "" };
  return h("span", { class: `chip ${tone}` },
    marks[tone] ? h("span", { class: "mark", "aria-hidden": "true" }, marks[tone]) : null, bi(pair));
}

/** A section with a heading. */
export function section(pair, attributes, ...children) {
  return h("section", { ...attributes, class: `card ${attributes.class ?? ""}`.trim() }, bi(pair, "h2"), ...children);
}

/** A section that can be folded away; `open` says how it begins. */
export function folding(pair, open, attributes, ...children) {
  return h("details", { ...attributes, open, class: `card folding ${attributes.class ?? ""}`.trim() },
    h("summary", {}, bi(pair, "h2")), ...children);
}

/** Rows of term, description and, if it needs a whole line on a narrow screen, "wide"; empty ones are left out. */
export function facts(rows) {
  return h("dl", { class: "facts" },
    rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([pair, value, width]) => h("div", { class: width }, bi(pair, "dt"), h("dd", {}, value))));
}

/** A button that cannot be pressed twice while its work is under way. */
export function button(pair, work, attributes = {}) {
  const element = h("button", { type: "button", ...attributes, on: { click: async () => {
    element.disabled = true;
    try { await work(); } finally { element.disabled = false; }
  } } }, bi(pair));
  return element;
}

/** Tells people who listen instead of looking. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}

/** What went wrong, as the server said it. */
export function problem(fault) {
  const places = [
    ...(fault.errors ?? []).map(placeOf),
    ...(fault.people ?? []).filter((one) => one.papers).map((one) =>
      `${one.name}（${word("agency", one.agency)[0]}）：${one.papers.map((paper) => paper.title).join("、")}`),
    ...(fault.blockers ?? []).filter((one) => one.zh).map((one) => {
      const [zh, en] = word("agency", one.agency);
      return bi([one.zh.replace(`${one.agency} `, zh), (one.en ?? "").replace(one.agency, en)]);
    }),
    ...(fault.entries ?? []).filter((one) => one.zh).map((one) => bi([`${one.entry} ${one.zh}`, one.en ?? ""])),
  ];
  return h("div", { class: "problem", role: "alert" },
    h("strong", {}, fault.title ?? String(fault)),
    fault.detail ? h("p", {}, fault.detail) : null,
    fault.advice ? h("p", {}, fault.advice) : null,
    places.length ? h("ul", {}, places.map((place) => h("li", {}, place))) : null);
}

/** Where something is wrong, and what: in Chinese where the server says it so. */
const placeOf = ({ path = "", ...one }) => [fieldOf(path), " ", one.message_zh ? bi([one.message_zh, one.message_en])
  : h("span", { class: "en", lang: "en" }, one.message ?? "")];

/** The name that a field has on the screen, after its row's number where it has one; else its path. */
function fieldOf(where) {
  const [row, last] = [/\[(\d+)\]/.exec(where)?.[1], /(\w+)(\[\d+\])?$/.exec(where)?.[1]];
  const [zh, en] = word("field", last);
  if (!en) return h("code", {}, where);
  return [row === undefined ? "" : `第 ${Number(row) + 1} 项 `, bi([zh, en], "strong"), "："];
}
