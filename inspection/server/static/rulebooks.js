// Rulebooks: every version with its state, a draft checked and kept, the shadow's comparison, back-tests, the second person's word.

import { field, fresh, labelled, submit } from "./asking.js";
import { announce, bi, button, chip, facts, fill, h, problem, section } from "./dom.js";
import { get, getIfAny, path, post, put, uuid } from "./http.js";
import { rulebookNews } from "./rulebook_news.js";
import { moment } from "./time.js";
import { tone, word } from "./words.js";

const BASE = "/api/v1/rulebooks";
const versionOf = (name, version) => path(BASE, name, "versions", String(version));

/** Every rulebook, and for a rule officer the form of a draft. */
export async function rulebooksView(page, me) {
  const [all, news] = await Promise.all([get(BASE), rulebookNews()]);
  const books = Map.groupBy(all, (one) => one.name);
  fill(page, h("div", { class: "rulebooks" }, bi(["规则集", "Rulebooks"], "h1"), news,
    me.powers.includes("rules") ? draftPart() : null,
    [...books.values()].map((versions) => section([versions[0].title_zh || versions[0].name, versions[0].title_en],
      { class: "rulebook", "data-name": versions[0].name },
      h("ul", { class: "cases" }, versions.map((one) => h("li", {},
        h("a", { class: "card row", href: `#/rulebooks/${one.name}/${one.version}` },
          h("span", { class: "number" }, `${one.name} v${one.version}`), stateOf(one),
          bi([`${one.rules} 条规则`, `${one.rules} rules`], "span", { class: "muted" }),
          one.note ? h("span", { class: "muted" }, one.note) : null))))))));
}

const stateOf = (one) => [chip(word("rulebook", one.status), tone(one.status)), one.in_force ? chip(["现行", "In force"], "good") : null];

function draftPart() {
  const source = h("textarea", { name: "source", rows: 10, spellcheck: "false", required: true, class: "code" });
  const note = h("input", { name: "note", maxlength: 500, required: true });
  const file = h("input", { type: "file", accept: ".yaml,.yml,.json" });
  file.addEventListener("change", async () => { if (file.files[0]) source.value = await file.files[0].text(); });
  const said = h("div", { class: "said", "aria-live": "polite" });
  const look = async () => {
    const found = await checked(source.value);
    fill(said, problemsOf(found.problems, found), found.changes.length ? changesOf(found.changes) : null);
    return found;
  };
  const guarded = (work) => async () => { try { await work(); } catch (fault) { fill(said, problem(fault)); } };
  const keep = guarded(async () => {
    const found = await look();
    if (!found.name || !found.version) return;
    await put(versionOf(found.name, found.version), { source: source.value, note: note.value.trim() || "–" });
    announce("草稿已保存 The draft is kept");
    location.hash = `#/rulebooks/${found.name}/${found.version}`;
  });
  return section(["起草", "Draft"], { class: "drafting" }, h("form", { on: submit(keep) },
    field(["规则文件（YAML）", "Pack file (YAML)"], labelled(file)), field(["内容", "Its text"], labelled(source)),
    field(["修改说明", "What is new"], labelled(note)),
    h("div", { class: "line" }, button(["检查", "Check"], guarded(look)),
      h("button", { type: "submit", class: "primary" }, bi(["保存草稿", "Keep the draft"])))), said);
}

const checked = (source) => post(`${BASE}/check`, { source });

function problemsOf(problems, found) {
  if (!problems.length) return h("p", {}, chip(["检查通过", "Nothing wrong"], "good"),
    found ? bi([` ${found.rules} 条规则`, `${found.rules} rules`], "span", { class: "muted" }) : null);
  return h("div", { class: "problem", role: "alert" }, bi([`${problems.length} 处问题`, `${problems.length} problems`], "strong"),
    h("ul", { class: "places" }, problems.map((one) => h("li", {},
      h("code", {}, `${one.line}:${one.column}`), " ", bi([one.message_zh, one.message_en]), h("p", { class: "muted" }, "→ ", bi([one.advice_zh, one.advice_en]))))));
}

const CHANGED = { added: ["新增", "Added"], dropped: ["删除", "Dropped"], changed: ["修改", "Changed"] };

const changesOf = (changes) => h("div", {}, bi(["与最近发布版本的差异", "Against the newest published"], "h3"),
  h("ul", { class: "points" }, changes.map((one) => h("li", {}, chip(CHANGED[one.what], one.what === "dropped" ? "warn" : "plain"),
    ` ${one.rule} `, h("span", { class: "muted" }, one.parts.join("、"))))));

/** One version: what it is, what it would have done, and what the person may do about it. */
export async function rulebookView(page, me, name, version) {
  const base = versionOf(name, version);
  const seen = h("div", { class: "rulebook-version" });
  const show = async () => {
    const one = await get(base);
    const [shadow, tests] = await Promise.all([one.shadow_since ? getIfAny(`${base}/shadow`) : null, getIfAny(`${base}/back-tests`)]);
    const last = tests?.length ? await get(path(`${BASE}/back-tests`, tests[0].id)) : null;
    fill(seen, h("h1", {}, h("span", { class: "number" }, `${one.name} v${one.version} `), stateOf(one)), actionsPart(me, base, one, show),
      section(["版本", "Version"], {}, facts([
        [["名称", "Title"], one.title_zh], [["规则数", "Rules"], one.rules], [["修改说明", "What is new"], one.note, "wide"],
        [["起草", "Drafted"], one.drafted_at ? moment(one.drafted_at) : null],
        [["影子运行自", "In the shadow since"], one.shadow_since ? moment(one.shadow_since) : null],
        [["生效", "In force from"], one.effective_from ? moment(one.effective_from) : null],
        [["上线理由", "Why published"], one.reason, "wide"], [["提前上线理由", "Why hastened"], one.hastened, "wide"],
        [["停用理由", "Why retired"], one.retired_because, "wide"],
        [["校验值", "SHA-256"], one.sha256 ? h("code", {}, one.sha256) : null, "wide"],
      ]), one.status === "DRAFT" ? problemsOf(one.problems) : null),
      shadow ? shadowPart(shadow) : null, last ? testPart(last, show) : null,
      h("details", { class: "card folding" }, h("summary", {}, bi(["规则文件", "The file"], "h2")), h("pre", { class: "source" }, one.source)));
  };
  fill(page, h("p", { class: "crumb" }, h("a", { href: "#/rulebooks" }, bi(["返回规则集", "Back to rulebooks"]))), seen);
  await show();
}

function actionsPart(me, base, one, again) {
  const refused = h("div");
  const act = (work) => async () => {
    try { await work(); await again(); } catch (fault) {
      fill(refused, fault.code === "pack_refused" ? problemsOf(fault.errors) : problem(fault));
    }
  };
  const mine = me.powers.includes("rules"), decides = me.powers.includes("approve");
  const sound = one.sha256 && (mine || decides) && ["DRAFT", "SHADOW"].includes(one.status);
  const ways = [
    mine && one.status === "DRAFT" && one.sha256 ? button(["开始影子运行", "Run in the shadow"], act(() => post(`${base}/shadow`)), { class: "primary" }) : null,
    mine && one.status === "SHADOW" ? button(["停止影子运行", "Stop the shadow run"], act(() => post(`${base}/shadow/stop`))) : null,
    sound ? button(["回测", "Back-test"], act(() => put(`${base}/back-tests/${uuid()}`, {}))) : null,
    decides && one.status === "SHADOW" ? publishForm(base, one, act) : null,
    decides && one.status === "ACTIVE" ? retireForm(base, act) : null,
  ].filter(Boolean);
  return ways.length ? section(["办理", "Next"], { class: "actions" }, h("div", { class: "action" }, ways), refused) : null;
}

function publishForm(base, one, act) {
  const [reason, hastened] = ["reason", "hastened"].map((name) => h("input", { name, id: fresh(name), maxlength: 500, required: name === "reason" }));
  const work = act(() => post(`${base}/publish`, { sha256: one.sha256, reason: reason.value.trim(), hastened: hastened.value.trim() || null }));
  return h("form", { on: submit(work) }, field(["上线理由", "Why it is put in force"], labelled(reason)),
    field(["影子运行不足七日的，写明提前理由", "Why it cannot wait, under seven days of shadow"], labelled(hastened)),
    h("button", { type: "submit", class: "primary" }, bi(["上线", "Put in force"])));
}

function retireForm(base, act) {
  const reason = h("input", { name: "reason", maxlength: 500, required: true });
  return h("form", { on: submit(act(() => post(`${base}/retire`, { reason: reason.value.trim() }))) },
    field(["停用理由", "Why it is retired"], labelled(reason)), h("button", { type: "submit", class: "danger" }, bi(["停用", "Retire"])));
}

function shadowPart(shadow) {
  return section(["影子运行对比", "The shadow's comparison"], { class: "shadow" }, facts([
    [["已比对筛查", "Screenings compared"], shadow.screenings], [["相同命中", "Hits in common"], shadow.kept],
    [["新增命中", "Hits gained"], shadow.gained], [["减少命中", "Hits lost"], shadow.lost],
    [["截至", "Through"], shadow.through ? moment(shadow.through) : null],
  ]), table([["规则", "Rule"], ["部门", "Agency"], ["新增", "Gained"], ["减少", "Lost"], ["品目", "Headings"]],
    shadow.rules.map((one) => [one.rule, bi(word("agency", one.agency)), one.gained, one.lost, one.headings.join(" ")])),
  table([["口岸", "Port"], ["部门", "Agency"], ["多查报关单", "More declarations"], ["少查报关单", "Fewer"]],
    shadow.workload.map((one) => [one.port, bi(word("agency", one.agency)), one.more, one.fewer])));
}

function testPart(job, again) {
  const report = job.report;
  const running = ["QUEUED", "RUNNING"].includes(job.state);
  return section(["回测", "Back-test"], { class: "back-test" }, h("p", {}, chip(word("backTest", job.state), tone(job.state)), ` ${moment(job.asked_at)} `,
    running && job.total ? h("progress", { value: job.done, max: job.total }) : null),
  running ? h("div", { class: "line" }, button(["刷新", "Look again"], again),
    button(["取消", "Cancel"], async () => { await post(`${path(`${BASE}/back-tests`, job.id)}/cancel`); await again(); })) : null,
  job.failure ? h("p", { class: "quote" }, job.failure.title_zh, " ", job.failure.advice_zh) : null,
  report ? [facts([[["报关单", "Declarations"], report.declarations], [["商品项", "Lines"], report.lines],
    [["命中商品项", "Lines hit"], report.lines_hit], [["期间", "Days"], `${report.first_day} – ${report.last_day}`]]),
  table([["规则", "Rule"], ["命中", "Hits"], ["新增", "Gained"], ["减少", "Lost"]], report.rules.filter((one) => one.gained || one.lost)
    .map((one) => [`${one.rule} v${one.version}`, one.hits, one.gained, one.lost])),
  table([["标签", "Label"], ["查准率", "Precision"], ["查全率", "Recall"], ["随机", "At random"]],
    report.labels.map((one) => [one.label, one.precision ?? "–", one.recall ?? "–", one.base]))] : null);
}

const table = (heads, rows) => rows.length ? h("div", { class: "wide-table" }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((pair) => bi(pair, "th")))),
  h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell))))))) : null;
