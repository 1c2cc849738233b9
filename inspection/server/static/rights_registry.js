// The rights registry of one's own unit: whom it may ask about a brand, which traders they have authorised beforehand 预确权, and
// what follows when they say nothing. Entries are ended or withdrawn with a reason, never edited.

import { field, fresh, labelled, submit, withReason } from "./asking.js";
import { announce, bi, chip, facts, fill, folding, h, problem, section } from "./dom.js";
import { get, path, post, put, uuid } from "./http.js";
import { date, moment, now } from "./time.js";
import { codes, tone, word } from "./words.js";

const KEEPS = ["dispatch", "coordinate"];

/** Whose power opens the registry: contacts are private addresses, which nobody else of the port needs. */
export const keepsRights = (me) => Boolean(me.agency) && me.powers.some((power) => KEEPS.includes(power));

export async function rightsRegistryView(page, me) {
  const unit = path("/api/v1/units", me.port, me.agency);
  const data = { unit, desk: await get(`${unit}/rights-holders`) };
  const search = h("input", { type: "search", id: fresh("q"), placeholder: "名称、品牌、企业代码、授权文号", on: { input: () => show() } });
  const [silence, list] = [h("div"), h("div", { class: "registry-list", "aria-live": "polite" })];
  const show = () => fill(list, found(data, search.value.trim().toLowerCase()));
  /** Does it, keeps the desk or the holder that the answer shows, and says a refusal in `refused`. */
  data.doing = (refused, done, work) => async () => {
    fill(refused);
    try {
      const answer = await work();
      if (answer.holders) data.desk = answer;
      else data.desk.holders = [answer, ...data.desk.holders.filter((one) => one.id !== answer.id)].sort((a, b) => a.name.localeCompare(b.name));
      announce(done);
      fill(silence, silencePart(data));
      show();
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
  fill(silence, silencePart(data));
  show();
  fill(page, h("p", { class: "crumb" }, h("a", { href: "#/" }, bi(["全部案件", "All cases"]))),
    bi(["权利人与预确权", "Rights registry"], "h1"), bi(word("agency", me.agency), "p", { class: "muted" }),
    h("div", { class: "columns registry" },
      h("div", { class: "main" }, h("div", { class: "filter", role: "search" }, h("label", { for: search.id }, bi(["查找", "Search"])), search), list),
      h("div", { class: "side-forms" }, holderForm(data), silence)));
}

const today = () => date(now());

/** How an authorisation stands at the port today; both its days count. */
function standing(one) {
  if (one.revoked_at) return "REVOKED";
  if (one.valid_from > today()) return "COMING";
  return one.valid_until < today() ? "EXPIRED" : "VALID";
}

/** A holder is found by what is said of it, with all it has authorised; or by one authorisation, with that alone. */
function found(data, wanted) {
  const has = (...texts) => texts.some((text) => text.toLowerCase().includes(wanted));
  const shown = data.desk.holders.map((one) => ({ one, authorised: has(one.name, one.email, ...one.brands) ? one.authorisations
    : one.authorisations.filter((authorised) => has(authorised.brand, authorised.trader, authorised.reference)) }))
    .filter(({ one, authorised }) => authorised.length || has(one.name, one.email, ...one.brands));
  if (!shown.length) return bi(wanted ? ["没有找到", "Nothing found"] : ["还没有登记权利人", "No rights holder is registered"], "p", { class: "card empty" });
  const [running, ended] = [shown.filter(({ one }) => !one.ended_at), shown.filter(({ one }) => one.ended_at)];
  const cards = (some) => some.map(({ one, authorised }) => holderCard(data, one, authorised));
  return [cards(running), ended.length ? h("details", { class: "card besides", open: !running.length },
    h("summary", {}, bi([`已终止 ${ended.length}`, "Ended"])), cards(ended)) : null];
}

function holderCard(data, one, authorised) {
  const at = path(`${data.unit}/rights-holders`, one.id);
  const refused = h("div");
  return h("section", { class: "card holder", "data-holder": one.name },
    h("h2", {}, one.name, " ", one.ended_at ? chip(["已终止", "Ended"], "plain") : null),
    facts([
      [["品牌", "Brands"], one.brands.join("、")], [["电子邮箱", "E-mail"], one.email], [["函件语言", "Letters in"], bi(word("language", one.language))],
      [["终止理由", "Ended because"], one.ended_because, "wide"],
    ]),
    bi(["授权备案", "Authorisations"], "h3"),
    authorised.length ? h("ul", { class: "points" }, authorised.map((each) => authorisationItem(data, at, each, refused)))
      : bi(["没有预先登记的授权", "Nothing authorised beforehand"], "p", { class: "empty" }),
    one.ended_at ? null : [authoriseForm(data, at, one, refused),
      withReason(["终止该权利人的登记", "End this contact"], ["终止登记", "End"],
        (reason) => data.doing(refused, "已终止", () => post(`${at}/end`, { reason }))(), { danger: true })],
    refused);
}

function authorisationItem(data, at, one, refused) {
  const stands = standing(one);
  return h("li", { "data-authorisation": one.reference },
    h("p", { class: "point" }, h("strong", {}, `${one.brand} · ${one.reference}`), chip(word("authorisation", stands), tone(stands))),
    facts([
      [["被授权企业", "Trader"], h("span", { class: "number" }, one.trader)],
      [["有效期", "From – until"], h("span", { class: "number" }, `${one.valid_from} – ${one.valid_until}`)],
      [["撤销", "Withdrawn"], one.revoked_at ? `${moment(one.revoked_at)} ${one.revoked_because}` : null, "wide"],
    ]),
    stands === "VALID" || stands === "COMING" ? withReason(["撤销授权备案", "Withdraw it"], ["撤销", "Withdraw"],
      (reason) => data.doing(refused, "已撤销", () => post(`${path(`${at}/authorisations`, one.id)}/revoke`, { reason }))(), { danger: true }) : null);
}

function authoriseForm(data, at, one, refused) {
  const brand = h("select", { name: "brand" }, one.brands.map((name) => h("option", { value: name }, name)));
  const [trader, reference] = ["trader", "reference"].map((name) => h("input", { name, required: true, maxlength: 500, autocapitalize: "characters" }));
  const until = h("input", { name: "valid_until", type: "date", required: true, min: today() });
  const from = h("input", { name: "valid_from", type: "date", required: true, value: today(), on: { change: () => { until.min = from.value; } } });
  const id = uuid();
  const keep = data.doing(refused, "已登记授权", () => put(path(`${at}/authorisations`, id), {
    brand: brand.value, trader: trader.value.trim(), reference: reference.value.trim(), valid_from: from.value, valid_until: until.value }));
  return h("details", {}, h("summary", {}, bi(["登记授权", "Register an authorisation"])),
    h("form", { on: submit(keep) }, field(["品牌", "Brand"], labelled(brand)),
      field(["被授权企业的统一社会信用代码", "The trader's code"], labelled(trader)), field(["授权文号", "Letter or contract"], labelled(reference)),
      field(["起始日期", "From"], labelled(from)), field(["截止日期（含当日）", "Until, that day included"], labelled(until)),
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["登记", "Register"])))));
}

function holderForm(data) {
  const name = h("input", { name: "name", required: true, maxlength: 200 });
  const email = h("input", { name: "email", type: "email", required: true, maxlength: 250 });
  const brands = h("textarea", { name: "brands", required: true, rows: 3 });
  const language = h("select", { name: "language" }, codes("language").map((code) => h("option", { value: code }, word("language", code).join(" "))));
  const refused = h("div");
  let id = uuid();
  const form = h("form", { on: submit(data.doing(refused, "已登记权利人", async () => {
    const kept = await put(path(`${data.unit}/rights-holders`, id), { name: name.value.trim(), email: email.value.trim(), language: language.value,
      brands: brands.value.split("\n").map((one) => one.trim()).filter(Boolean) });
    id = uuid();
    form.reset();
    return kept;
  })) },
  field(["名称", "Name"], labelled(name)), field(["电子邮箱（确权函寄往此处）", "E-mail its letters go to"], labelled(email)),
  field(["品牌（每行一个）", "Brands, one a line"], labelled(brands)), field(["函件语言", "Letters in"], labelled(language)),
  h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["登记权利人", "Register"]))));
  return folding(["登记权利人", "A new rights holder"], !data.desk.holders.length, { class: "registering" }, form, refused);
}

/** What follows from silence; whatever is chosen, it releases nothing. */
function silencePart(data) {
  const refused = h("div");
  const rule = h("select", { id: fresh("rule"), name: "rule" }, codes("silence").map((code) =>
    h("option", { value: code, selected: code === data.desk.silence }, word("silence", code).join(" "))));
  return section(["权利人逾期未答复时", "When a holder says nothing"], { class: "silence" }, h("p", {}, bi(word("silence", data.desk.silence), "strong")),
    bi(["沉默从不视为真品，也不放行任何货物。", "Silence is never read as genuine and releases nothing."], "p", { class: "hint" }),
    withReason(["更改规则", "Change the rule"], ["更改", "Change"],
      (reason) => data.doing(refused, "已更改", () => put(`${data.unit}/rights-silence`, { rule: rule.value, reason }))(),
      { more: [h("label", { for: rule.id }, bi(["改为", "To"])), rule] }), refused);
}
