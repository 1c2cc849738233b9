// The one plain page: who is signed in, which view the address names, and what to show when something is refused.
// Addresses: #/ (cases, declarations or rulebooks) · #/rulebooks/NAME/VERSION · #/cases/NO · #/cases/NO/cabin · #/declarations/NUMBER
// · #/rights-registry · #/checklists ·
// without signing in: #/progress/CASE?secret=… · #/rights/ID?secret=… (the link of a rights holder's letter)

import { bi, button, fill, h, problem } from "./dom.js";
import { get, post } from "./http.js";
import { cabinView } from "./cabin.js";
import { casesView } from "./cases.js";
import { caseView } from "./case.js";
import { checklistsView, keepsChecklists } from "./checklists.js";
import { declarationView, declarationsView } from "./declarations.js";
import { progressView } from "./progress.js";
import { rightsView } from "./rights.js";
import { keepsRights, rightsRegistryView } from "./rights_registry.js";
import { rulebooksView, rulebookView } from "./rulebooks.js";
import { signInView } from "./sign_in.js";
import { word } from "./words.js";

const page = document.getElementById("page");
const top = document.getElementById("top");
const KINDS = {
  customs: ["海关", "Customs"], auditor: ["审计", "Audit"], enterprise: ["企业", "Enterprise"],
  rules: ["规则管理", "Rule office"], admin: ["系统管理", "Administration"],
};

/** What anybody may open who has the secret. */
const PUBLIC = { progress: progressView, rights: rightsView };

let me = null;
let leave = () => {};
let turn = 0;

/** `#/cases/JC-1?x=y` → { parts: ["cases", "JC-1"], query } */
function address() {
  const [route, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { parts: route.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

function viewOf({ parts, query }) {
  const [kind, id, what] = parts;
  if (kind === "cases" && id && what === "cabin") return () => cabinView(page, id, me);
  if (kind === "cases" && id) return () => caseView(page, id, me);
  if (kind === "declarations" && id) return () => declarationView(page, id);
  if (kind === "checklists" && keepsChecklists(me)) return () => checklistsView(page, me);
  if (kind === "rights-registry" && keepsRights(me)) return () => rightsRegistryView(page, me);
  if (kind === "rulebooks" && id && what) return () => rulebookView(page, me, id, what);
  if (kind === "rulebooks" || me.kind === "rules") return () => rulebooksView(page, me);
  if (me.kind === "enterprise") return () => declarationsView(page);
  if (me.kind === "admin") return () => nothingHere();
  return () => casesView(page, me, query);
}

async function show() {
  const mine = ++turn;
  leave();
  leave = () => {};
  const where = address();
  try {
    const [kind, id] = where.parts;
    if (Object.hasOwn(PUBLIC, kind ?? "") && id) {
      header(null);
      keepLeave(mine, await PUBLIC[kind](page, id, where.query.get("secret") ?? ""));
      return;
    }
    me ??= await get("/api/v1/me");
    if (mine !== turn) return;
    header(me);
    keepLeave(mine, await viewOf(where)());
  } catch (fault) {
    if (mine !== turn) return;
    if (fault.status === 401) signIn();
    else fill(page, h("div", { class: "narrow" }, problem(fault), button(["重试", "Try again"], show)));
  }
}

/** A view that was left before it had loaded is ended at once. */
function keepLeave(mine, end) {
  const ending = end ?? (() => {});
  if (mine === turn) leave = ending;
  else ending();
}

function signIn() {
  me = null;
  document.body.classList.remove("demo");
  header(null);
  signInView(page, (person) => { me = person; show(); });
}

function header(person) {
  document.body.classList.toggle("demo", Boolean(person?.demo));
  fill(top,
    h("a", { class: "brand", href: "#/" }, h("img", { src: "/assets/icon.svg", alt: "", width: 28, height: 28 }),
      bi(["联检", "Lianjian"])),
    person?.powers?.includes("approve") ? h("a", { class: "brand office", href: "#/rulebooks" }, bi(["规则集", "Rulebooks"])) : null,
    person?.demo ? h("span", { class: "demo-mark" }, bi(["演示数据", "Demo data"])) : null,
    person ? h("span", { class: "who" },
      h("strong", {}, person.name), bi(person.agency ? word("agency", person.agency) : KINDS[person.kind] ?? [person.kind, ""]),
      button(["退出", "Sign out"], signOut, { class: "quiet" })) : null);
}

async function signOut() {
  await post("/api/v1/sign-out").catch(() => {});
  leave();
  leave = () => {};
  location.hash = "#/";
  signIn();
}

function nothingHere() {
  fill(page, h("div", { class: "narrow card" }, bi(["您的岗位不接触案件内容", "Your office has no access to cases"], "h1"),
    bi(["人员管理请使用命令行和接口。", "People are managed through the command line and the interface."], "p")));
}

window.addEventListener("hashchange", show);
// A session that ended while the page was open: whoever notices says so.
window.addEventListener("signed-out", signIn);
show();
