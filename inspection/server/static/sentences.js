// What happened, as a sentence: one entry for every type of event. A type nobody knows yet is shown by its name.

import { clock, english, moment } from "./time.js";
import { word, words, tone } from "./words.js";

const name = (code) => word("agency", code);
const both = (zh, en, mood = "plain") => ({ zh, en, tone: mood });

/** `高端… 第 2 项` / `line 2`, with the component when there is one. */
function goods({ line, component }) {
  if (line === null || line === undefined) return ["全部商品项", "every line"];
  return [`第 ${line} 项${component ? `（${component}）` : ""}`, `line ${line}${component ? ` (${component})` : ""}`];
}

function concluded(data) {
  const said = (data.lines ?? []).map((one) => {
    const [where, whereEn] = goods(one);
    const [verdict, verdictEn] = word("verdict", one.verdict);
    return [`${where}${verdict}`, `${whereEn}: ${verdictEn}`];
  });
  const moods = (data.lines ?? []).map((one) => tone(one.verdict));
  const mood = ["bad", "warn", "wait"].find((one) => moods.includes(one)) ?? "good";
  return [said.map(([zh]) => zh).join("，"), said.map(([, en]) => en).join(", "), mood];
}

function disposed(data) {
  const [zh, en] = data.type ? word("disposition", data.type) : ["由牵头部门决定", "the lead decides"];
  return [zh, en, tone(data.type)];
}

const because = (reason) => [reason ? `：${reason}` : "", reason ? `: ${reason}` : ""];

const drawnFor = (data) =>
  data.purpose === "key_points" ? ["查验要点", "the key points"] : [`${name(data.agency)[0]}专家`, `experts of ${name(data.agency)[1]}`];

const windowOf = (data) => [
  `${moment(data.starts_at)}–${clock(data.ends_at)}，${data.zone} ${data.bay} 台位 ${data.place} 号位`,
  `${english(data.starts_at)}–${clock(data.ends_at)}, bay ${data.bay}, place ${data.place}`,
];
const agenciesOr = (codes, nobody) => {
  const [zh, en] = codes?.length ? words("agency", codes) : ["", ""];
  return codes?.length ? [`${zh}确认`, en] : nobody;
};
const ENDINGS = {
  hold_expired: ["保留时间已过", "its hold ran out"],
  case_cancelled: ["案件已取消", "the case was cancelled"],
};

const RUNGS = {
  50: ["时间已过半", "half of the time is gone"],
  80: ["时间已用八成", "four fifths of the time are gone"],
  100: ["时限已到", "the time is up"],
};
const WARNINGS = { yellow: "wait", orange: "warn", red: "bad" };

/** Whose time it is: `市场监管答复：` / `Market regulation's answer:`. */
function promised(data) {
  const [kind, , agency] = (data.subject ?? "").split("/");
  if (kind === "info_request") return [`${name(agency)[0]}答复协查：`, `${name(agency)[1]}'s answer to a request:`];
  if (kind === "rights_holder_reply") return ["权利人答复：", "The rights holder's reply:"];
  if (kind === "detention") return ["扣留期限：", "The time of detention:"];
  return kind === "invitation" ? [`${name(agency)[0]}答复：`, `${name(agency)[1]}'s answer:`] : ["时限：", "Deadline:"];
}

const ESCALATED = {
  no_answer: ["逾期未应", "did not answer"],
  decline_overruled: ["的谢绝未获牵头部门同意", "declined, which the lead does not accept"],
  refused_by_all: ["与其他部门均认为不属于本部门职责", "and the others all hold it to be out of their scope"],
};

const SENTENCES = {
  DeclarationReceived: () => both("收到报关单", "Declaration received"),
  DeclarationScreened: () => both("完成风险筛查", "Risk screening done"),
  DeclarationSuperseded: () => both("报关单已被新版本替代", "The declaration was superseded by a new version", "warn"),
  DeclarationClosed: () => both("报关单已办结", "The declaration is closed"),
  PortPolicySet: (data) => both(`口岸处置策略改为${word("policy", data.policy)[0]}`, `The port's policy is now ${data.policy}`),
  PolicyDrafted: (data) => both(`策略 ${data.policy} 第 ${data.version} 版已起草`, `Policy ${data.policy} version ${data.version} was drafted`),
  PolicyPublished: (data) =>
    both(`策略 ${data.policy} 第 ${data.version} 版已发布`, `Policy ${data.policy} version ${data.version} was published`),
  PolicyRetired: (data) =>
    both(`策略 ${data.policy} 第 ${data.version} 版已停用`, `Policy ${data.policy} version ${data.version} was retired`, "warn"),
  CaseOpened: (data) => {
    const [zh, en] = words("agency", data.agencies);
    return both(`立为协同查验案件，建议${zh}参加`, `Joint case opened; called: ${en}`);
  },
  CaseFollowedDeclaration: (data) => {
    const kept = data.unchanged?.length ?? 0;
    const open = (data.changed?.length ?? 0) + (data.added?.length ?? 0);
    return both(`申报改为第 ${data.to_version} 版：${kept} 项不变，结果沿用；${open} 项变更或新增，重新查验；删除 ${data.removed?.length ?? 0} 项`,
      `Now on version ${data.to_version} of the declaration: ${kept} lines unchanged, their results carry over; ${open} changed or new, open again; ${data.removed?.length ?? 0} gone`, "warn");
  },
  CaseStateChanged: (data) =>
    both(`案件进入「${word("case", data.to)[0]}」`, `The case is now: ${word("case", data.to)[1]}`, "stage"),
  InvitationSent: (data) =>
    both(`向${name(data.agency)[0]}发出协同邀请，${moment(data.due)} 前答复${data.mandatory ? "（必须参加）" : ""}`,
      `${name(data.agency)[1]} invited, to answer by ${english(data.due)}${data.mandatory ? " (mandatory)" : ""}`),
  InvitationDelivered: (data) => both(`邀请已送达${name(data.agency)[0]}`, `Invitation delivered to ${name(data.agency)[1]}`),
  InvitationAccepted: (data) =>
    both(`${name(data.agency)[0]}接受邀请，指派 ${(data.experts ?? []).join("、")}${data.late ? "（逾期答复）" : ""}`,
      `${name(data.agency)[1]} accepted and sends ${(data.experts ?? []).join(", ")}${data.late ? " (late)" : ""}`,
      data.late ? "warn" : "good"),
  InvitationDeclined: (data) =>
    both(`${name(data.agency)[0]}谢绝邀请：${word("decline", data.reason)[0]}${data.confirmed ? "" : "，待牵头部门确认"}`,
      `${name(data.agency)[1]} declined: ${word("decline", data.reason)[1]}${data.confirmed ? "" : ", the lead has to confirm"}`,
      "warn"),
  DeclineConfirmed: (data) =>
    both(`牵头部门确认${name(data.agency)[0]}不参加`, `The lead confirmed that ${name(data.agency)[1]} does not take part`),
  DeadlineReached: (data) => {
    const [what, whatEn] = promised(data);
    const [zh, en] = RUNGS[data.rung] ?? [`逾期未办，第 ${data.rung - 100} 次再提醒`, `overdue, reminder ${data.rung - 100}`];
    return both(`${what}${zh}，应于 ${moment(data.due)} 前`, `${whatEn} ${en}; due ${english(data.due)}`, WARNINGS[data.level]);
  },
  DeadlinePaused: (data) => {
    const [what, whatEn] = promised(data);
    return both(`${what}中止计时${because(data.why)[0]}`, `${whatEn} the clock stands${because(data.why)[1]}`, "wait");
  },
  DeadlineResumed: (data) => {
    const [what, whatEn] = promised(data);
    const [zh, en] = data.used_up ? ["（中止时间已用尽）", " (no more pause is allowed)"] : ["", ""];
    return both(`${what}恢复计时${zh}，${moment(data.due)} 到期`, `${whatEn} the clock runs again${en}; due ${english(data.due)}`);
  },
  DeadlineExtended: (data) => {
    const [what, whatEn] = promised(data);
    return both(`${what}延长至 ${moment(data.due)}${because(data.reason)[0]}`,
      `${whatEn} extended to ${english(data.due)}${because(data.reason)[1]}`, "warn");
  },
  DeadlineRecomputed: (data) => {
    const [what, whatEn] = promised(data);
    return both(`${what}按新工作日历重算，${moment(data.due)} 到期${data.provisional ? "（暂定）" : ""}`,
      `${whatEn} reckoned again by a new calendar; due ${english(data.due)}${data.provisional ? " (provisional)" : ""}`);
  },
  InvitationLapsed: (data) =>
    both(`${name(data.agency)[0]}逾期未应，不视为通过`, `${name(data.agency)[1]} did not answer in time; silence is not a pass`, "bad"),
  InvitationEscalated: (data) => {
    const [zh, en] = ESCALATED[data.because] ?? [`谢绝（${word("decline", data.because)[0]}）`, `declined: ${word("decline", data.because)[1]}`];
    const rung = data.level ? [`第 ${data.level} 次升级督办`, `escalated, rung ${data.level}`] : ["升级督办", "escalated"];
    const dispute = data.conflict ? ["，构成消极管辖冲突，不得签发、不得放行", "; no agency holds it to be its own, nothing is issued or released"] : ["", ""];
    return both(`${name(data.agency)[0]}${zh}，${rung[0]}${dispute[0]}`, `${name(data.agency)[1]} ${en}, ${rung[1]}${dispute[1]}`, "bad");
  },
  InvitationBlocked: (data) =>
    both(`${name(data.agency)[0]}未应，案件阻断`, `The case is blocked until ${name(data.agency)[1]} answers or somebody decides`, "bad"),
  InvitationDeemed: (data) =>
    both(`${name(data.agency)[0]}逾期视为无异议（依据：${data.clause}），须由人工决定`,
      `The silence of ${name(data.agency)[1]} is deemed no objection (${data.clause}); a person must decide`, "warn"),
  InvitationWaived: (data) =>
    both(`审批人 ${data.by ?? ""} 批准${name(data.agency)[0]}免于参与${because(data.reason)[0]}`,
      `${data.by ?? "An approver"} waived ${name(data.agency)[1]}${because(data.reason)[1]}`, "warn"),
  InvitationSubstituted: (data) => {
    const [zh, en] = data.verdict ? word("verdict", data.verdict) : ["", ""];
    return both(`${name(data.agency)[0]}由${data.name}（${data.reference}）替代${zh ? `，结果：${zh}` : ""}`,
      `${data.name} (${data.reference}) stands in for ${name(data.agency)[1]}${en ? `, result: ${en}` : ""}`, "warn");
  },
  ExpertReplaced: (data) =>
    both(`${name(data.agency)[0]}改派 ${(data.experts ?? []).join("、")}（原 ${(data.before ?? []).join("、")}）${because(data.reason)[0]}`,
      `${name(data.agency)[1]} now sends ${(data.experts ?? []).join(", ")} instead of ${(data.before ?? []).join(", ")}${because(data.reason)[1]}`),
  LateAnswerOffered: (data) => {
    const device = data.composed_at ? [`，终端记录时间 ${moment(data.composed_at)}`, `, by its device at ${english(data.composed_at)}`] : ["", ""];
    return both(`任务单冻结后${name(data.agency)[0]}方答复，拟派 ${(data.experts ?? []).join("、")}${device[0]}，待牵头部门决定是否采纳`,
      `${name(data.agency)[1]} answered after the sheet was frozen and would send ${(data.experts ?? []).join(", ")}${device[1]}; the lead decides`, "warn");
  },
  PointsClaimed: (data) =>
    both(`${name(data.agency)[0]}认领${name(data.declined_by)[0]}谢绝的查验要点（${data.points} 项）${because(data.reason)[0]}`,
      `${name(data.agency)[1]} takes over ${data.points} point(s) that ${name(data.declined_by)[1]} declined${because(data.reason)[1]}`, "good"),
  InvitationWithdrawn: (data) =>
    both(`撤回对${name(data.agency)[0]}的邀请${because(data.because)[0]}`, `The invitation of ${name(data.agency)[1]} was withdrawn${because(data.because)[1]}`),
  DrawCommitted: (data) =>
    both(`双随机：${drawnFor(data)[0]}的抽取种子已承诺`, `Double random: the seed for drawing ${drawnFor(data)[1]} is committed to`, "quiet"),
  DrawHeld: (data) =>
    both(`双随机抽取${drawnFor(data)[0]}：${(data.drawn ?? []).join("、")}（符合条件 ${data.eligible}，排除 ${data.excluded}${data.only_one ? "，仅一人符合" : ""}）`,
      `Drawn, ${drawnFor(data)[1]}: ${(data.drawn ?? []).join(", ")} (of ${data.eligible} eligible, ${data.excluded} left out${data.only_one ? "; there was no choice" : ""})`, "good"),
  CertificateWaived: (data) =>
    both(`经审批，${data.login} 在本案免予证书要求（${(data.domains ?? []).join("、")}）${because(data.reason)[0]}`,
      `The certificate of ${data.login} is waived for this case (${(data.domains ?? []).join(", ")})${because(data.reason)[1]}`, "warn"),
  CaseHandedOver: (data) =>
    both(`${name(data.agency)[0]}交接班：${data.from} → ${data.to}，${data.note ?? ""}`,
      `${name(data.agency)[1]} handed the case over: ${data.from} → ${data.to}`),
  TaskSheetIssued: (data) =>
    both(`签发任务单 ${data.number}`, `Task sheet ${data.number} issued`, "good"),
  TaskSheetAmended: (data) =>
    both(`任务单改版 ${data.number}：${data.because}（${agenciesOr(data.changed, ["要点不变，无须重新确认", ""])[0]}）`,
      `Task sheet amended, ${data.number}: ${data.because} (to be read again by ${agenciesOr(data.changed, ["", "nobody"])[1]})`, "warn"),
  TaskSheetAcknowledged: (data) =>
    both(`${name(data.agency)[0]}签收任务单第 ${data.version} 版${data.awaited?.length ? "" : "，各部门均已签收"}`,
      `${name(data.agency)[1]} acknowledged task sheet v${data.version}${data.awaited?.length ? "" : "; everybody has"}`, data.awaited?.length ? "plain" : "good"),
  CabinPaperFiled: (data) => {
    const [kind, kindEn] = word("paper", data.kind);
    const [to, toEn] = data.required_of?.length ? words("agency", data.required_of) : ["", ""];
    return both(`${name(data.agency)[0]}提交${kind}《${data.title}》${data.version > 1 ? `第 ${data.version} 版` : ""}${to ? `，${to}必读` : ""}`,
      `${name(data.agency)[1]} filed a ${kindEn.toLowerCase()}: ${data.title}${data.version > 1 ? `, v${data.version}` : ""}${toEn ? `; to be read by ${toEn}` : ""}`);
  },
  LiabilityRead: (data) => both(`审计员查阅了责任认定（${data.form}）`, `An auditor read the liability record (${data.form})`, "quiet"),
  CabinPaperRead: (data) =>
    both(`${data.name} 已阅《${data.title}》${data.version > 1 ? `第 ${data.version} 版` : ""}`, `${data.name} has read ${data.title}, v${data.version}`, "quiet"),
  ReadingExcused: (data) =>
    both(`免予 ${data.name} 阅读 ${(data.papers ?? []).length} 份必读资料${because(data.reason)[0]}`,
      `${data.name} need not have read ${(data.papers ?? []).length} mandatory paper(s)${because(data.reason)[1]}`, "warn"),
  ChecklistAnswered: (data) => {
    const [zh, en] = word("tick", data.outcome);
    return both(`${name(data.agency)[0]}清单 ${data.entry}：${zh}${because(data.reason)[0]}`,
      `${name(data.agency)[1]}, checklist ${data.entry}: ${en.toLowerCase()}${because(data.reason)[1]}`, "quiet");
  },
  MessagePosted: (data) =>
    both(`预会商，${data.name}（${name(data.agency)[0]}）：${data.text}`, `${data.name} (${name(data.agency)[1]}) in the deliberation`),
  DivisionProposed: (data) =>
    both(`${name(data.agency)[0]}提出第 ${data.number} 号分工方案，共 ${(data.steps ?? []).length} 步`,
      `${name(data.agency)[1]} proposed division no. ${data.number} in ${(data.steps ?? []).length} step(s)`, "wait"),
  DivisionAnswered: (data) =>
    both(`${name(data.agency)[0]}${data.agrees ? "同意" : "不同意"}第 ${data.number} 号分工方案${because(data.reason)[0]}`,
      `${name(data.agency)[1]} ${data.agrees ? "agrees to" : "objects to"} division no. ${data.number}${because(data.reason)[1]}`, data.agrees ? "good" : "warn"),
  DivisionAdopted: (data) =>
    both(`采纳第 ${data.number} 号分工方案，任务单更新为第 ${data.version} 版`, `Division no. ${data.number} adopted: task sheet v${data.version}`, "good"),
  ScheduleProposed: (data) =>
    both(`拟定查验时间 ${windowOf(data)[0]}，待${agenciesOr(data.awaited, ["确认", "confirmed"])[0]}，保留至 ${moment(data.hold_until)}`,
      `Proposed: ${windowOf(data)[1]}, to be confirmed by ${agenciesOr(data.awaited, ["", "nobody"])[1]} until ${english(data.hold_until)}`, "wait"),
  ScheduleAgreed: (data) =>
    both(`${name(data.agency)[0]}确认查验时间`, `${name(data.agency)[1]} confirmed the window`, "good"),
  ScheduleRefused: (data) =>
    both(`${name(data.agency)[0]}不能在该时段到场${because(data.reason)[0]}，时段已释放`,
      `${name(data.agency)[1]} cannot come then${because(data.reason)[1]}; the window is free again`, "warn"),
  ScheduleConfirmed: (data) =>
    both(`确定查验时间 ${windowOf(data)[0]}`, `Inspection ${windowOf(data)[1]}`, "good"),
  ScheduleChanged: (data) =>
    both(`查验时间变更为 ${windowOf(data)[0]}${because(data.reason)[0]}`, `Window moved to ${windowOf(data)[1]}${because(data.reason)[1]}`, "warn"),
  ScheduleCancelled: (data) => {
    const [zh, en] = ENDINGS[data.reason] ?? [data.reason, data.reason];
    return both(`查验预约取消：${zh}`, `Booking ended: ${en}`, "warn");
  },
  NoShowRecorded: (data) => {
    const [zh, en] = data.party === "enterprise" ? ["企业", "The enterprise"] : name(data.party);
    return both(`${zh}未到场${because(data.reason)[0]}`, `${en} did not come${because(data.reason)[1]}`, "bad");
  },
  PreferredWindowsStated: (data) =>
    both(`企业提出 ${(data.windows ?? []).length} 个期望时段${data.off_hours ? "（含非工作时间）" : ""}`,
      `The enterprise would prefer ${(data.windows ?? []).length} window(s)${data.off_hours ? ", some outside working hours" : ""}`),
  GoodsMoved: (data) => {
    const [zh, en] = word("yard", data.to?.zone);
    const at = data.to?.bay ? [` ${data.to.bay} 台位 ${data.to.place} 号位`, ` ${data.to.bay}, place ${data.to.place}`] : ["", ""];
    return both(`货物移至${zh}${at[0]}${because(data.reason)[0]}`, `Goods moved: ${en}${at[1]}${because(data.reason)[1]}`);
  },
  SessionCheckedIn: (data) => {
    const [zh, en] = word("attendance", data.attendance);
    const people = data.officers ?? [];
    return both(`${people.join("、")} 到场签到，${zh}`, `${people.join(", ")} checked in; ${en.toLowerCase()}`);
  },
  SessionOpened: (data) => both(`开箱查验（第 ${data.opening} 次开箱）`, `The goods were opened (opening no. ${data.opening})`, "good"),
  SessionPaused: (data) => both(`现场作业暂停${because(data.reason)[0]}`, `Work on site paused${because(data.reason)[1]}`, "warn"),
  SessionResumed: () => both("现场作业继续", "Work on site goes on"),
  SessionClosed: (data) => {
    const seals = (data.seals_after ?? []).join("、");
    return both(`现场作业结束${seals ? `，施封 ${seals}` : ""}`, `Work on site ended${seals ? `, seals ${seals}` : ""}`, "good");
  },
  WorkstreamCompleted: (data) =>
    both(`${name(data.agency)[0]}完成现场查验`, `${name(data.agency)[1]} finished on site`, "good"),
  WorkstreamExcused: (data) =>
    both(`主检免予${name(data.agency)[0]}现场部分${because(data.reason)[0]}`,
      `${name(data.agency)[1]} was excused on site${because(data.reason)[1]}`, "warn"),
  FindingRecorded: (data) => {
    const [where, whereEn] = goods(data);
    const [grade, gradeEn] = word("grade", data.grade);
    return both(`${name(data.agency)[0]}记录查验发现，${where}「${grade}」：${data.observation ?? ""}`,
      `${name(data.agency)[1]} recorded a finding on ${whereEn}: ${gradeEn}`, tone(data.grade));
  },
  EvidenceDeclared: (data) => both(`登记证据 ${data.file_name ?? ""}，等待上传`, `Evidence ${data.file_name ?? ""} declared, its bytes follow`, "quiet"),
  EvidenceStored: () => both("证据原件已存证", "The original is kept", "quiet"),
  InfoRequestSent: (data) =>
    both(`${name(data.agency)[0]}就第 ${data.line} 项请${name(data.asked)[0]}协查：${word("request", data.subject)[0]}，${moment(data.due)} 前答复${data.blocking ? "（答复前不作结论）" : ""}`,
      `${name(data.agency)[1]} asks ${name(data.asked)[1]} about line ${data.line}: ${word("request", data.subject)[1]}, by ${english(data.due)}${data.blocking ? " (concludes only then)" : ""}`, "wait"),
  InfoRequestAnswered: (data) =>
    both(`${name(data.asked)[0]}答复${name(data.agency)[0]}的协查请求（第 ${data.line} 项）${data.late ? "（逾期）" : ""}${data.chain_closed ? "，证据链闭合" : ""}`,
      `${name(data.asked)[1]} answered ${name(data.agency)[1]}'s request (line ${data.line})${data.late ? ", late" : ""}${data.chain_closed ? "; the chain is closed" : ""}`, data.late ? "warn" : "good"),
  InfoRequestDeclined: (data) =>
    both(`${name(data.asked)[0]}谢绝协查（第 ${data.line} 项）${because(data.reason)[0]}，证据链未闭合`,
      `${name(data.asked)[1]} declined the request (line ${data.line})${because(data.reason)[1]}; the chain stays open`, "warn"),
  InfoRequestWithdrawn: (data) =>
    both(`${name(data.agency)[0]}撤回对${name(data.asked)[0]}的协查请求${because(data.reason)[0]}`,
      `${name(data.agency)[1]} withdrew its request to ${name(data.asked)[1]}${because(data.reason)[1]}`),
  MinutesFiled: (data) =>
    both(`${name(data.agency)[0]}记录会商纪要（第 ${data.line} 项，${(data.participants ?? []).join("、")}）`,
      `${name(data.agency)[1]} filed minutes of a consultation (line ${data.line}; ${(data.participants ?? []).join(", ")})`),
  ResultRecognised: (data) =>
    both(`${name(data.agency)[0]}采信 ${data.number}（${data.issuer}），第 ${(data.lines ?? []).join("、")} 项无需重复检测`,
      `${name(data.agency)[1]} recognises ${data.number} (${data.issuer}): no repeat test on line ${(data.lines ?? []).join(", ")}`, "good"),
  RecognitionRevoked: (data) =>
    both(`${name(data.agency)[0]}撤销对 ${data.number} 的采信${because(data.reason)[0]}`,
      `${name(data.agency)[1]} no longer recognises ${data.number}${because(data.reason)[1]}`, "warn"),
  RightsConfirmationOpened: (data) =>
    data.state === "GENUINE"
      ? both(`第 ${data.line} 项（${data.brand}）与预先登记的授权 ${data.authorisation} 相符，确认为真品`,
        `Line ${data.line} (${data.brand}) matches the authorisation ${data.authorisation} on file: genuine`, "good")
      : both(`${name(data.agency)[0]}请权利人 ${data.holder} 确认第 ${data.line} 项（${data.brand}），${moment(data.due)} 前答复`,
        `${name(data.agency)[1]} asks ${data.holder} to confirm line ${data.line} (${data.brand}), by ${english(data.due)}`, "wait"),
  RightsHolderReplied: (data) =>
    both(`权利人答复第 ${data.line} 项（${data.brand}）：${word("rights", data.outcome)[0]}${data.late ? "（逾期）" : ""}`,
      `The rights holder on line ${data.line} (${data.brand}): ${word("rights", data.outcome)[1]}${data.late ? ", late" : ""}`,
      data.outcome === "GENUINE" ? "good" : data.outcome === "COUNTERFEIT" ? "bad" : "warn"),
  RightsConfirmationLapsed: (data) =>
    both(`权利人逾期未答复第 ${data.line} 项（${data.brand}），不视为真品，由${name(data.agency)[0]}自行认定`,
      `The rights holder did not reply on line ${data.line} (${data.brand}); silence is not genuine, ${name(data.agency)[1]} decides`, "bad"),
  RightsConfirmationWithdrawn: (data) =>
    both(`${name(data.agency)[0]}撤回对第 ${data.line} 项的确权请求${because(data.reason)[0]}`,
      `${name(data.agency)[1]} withdrew what it asked of the rights holder on line ${data.line}${because(data.reason)[1]}`),
  ConclusionSubmitted: (data) => {
    const [zh, en, mood] = concluded(data);
    return both(`${name(data.agency)[0]}提交结论：${zh}${data.late ? "（逾期）" : ""}`,
      `${name(data.agency)[1]} concluded: ${en}${data.late ? " (late)" : ""}`, mood);
  },
  ConclusionCarriedOver: (data) => {
    const [zh, en, mood] = concluded(data);
    const again = data.reopened?.length ? [`；第 ${data.reopened.join("、")} 项须重新结论`, `; open again: line ${data.reopened.join(", ")}`] : ["", ""];
    return both(`沿用${name(data.agency)[0]}对第 ${data.from_version} 版申报的结论：${zh}${again[0]}`,
      `The conclusion of ${name(data.agency)[1]} on version ${data.from_version} carries over: ${en}${again[1]}`, data.reopened?.length ? "wait" : mood);
  },
  ConclusionAmended: (data) => {
    const [zh, en, mood] = concluded(data);
    return both(`${name(data.agency)[0]}修改结论（第 ${data.version} 版）：${zh}`,
      `${name(data.agency)[1]} amended its conclusion (v${data.version}): ${en}`, mood);
  },
  ReportIssued: (data) => both(`签发综合报告 ${data.number ?? ""}`, `Joint report ${data.number ?? ""} issued`, "good"),
  DispositionProposed: (data) => {
    const [zh, en, mood] = disposed(data);
    return both(`提出处置建议：${zh}`, `Disposition proposed: ${en}`, mood === "good" ? "wait" : mood);
  },
  DispositionHeld: (data) => both(`处置「${word("disposition", data.type)[0]}」已审批，宽于部门结论，待听取部门意见后生效`,
    `${word("disposition", data.type)[1]} approved; milder than a conclusion, it waits for the agency to be heard`, "wait"),
  DepartureNotified: (data) => both(
    `告知${name(data.agency)[0]}：处置宽于其结论${because(data.reason)[0]}${data.due ? `，${moment(data.due)} 前可提出不同意见` : ""}`,
    `${name(data.agency)[1]} was told that its conclusion is departed from${because(data.reason)[1]}${data.due ? `; it may dissent until ${english(data.due)}` : ""}`, "warn"),
  DissentRaised: (data) => both(`${name(data.agency)[0]}提出不同意见${because(data.reason)[0]}，待上级决定`,
    `${name(data.agency)[1]} dissents${because(data.reason)[1]}; a superior decides`, "warn"),
  DepartureSettled: (data) => both(`偏离${name(data.agency)[0]}结论：${word("departure", data.state)[0]}${because(data.reason)[0]}`,
    `Departure from ${name(data.agency)[1]}'s conclusion: ${word("departure", data.state)[1]}${because(data.reason)[1]}`),
  AppealFiled: (data) => both(`企业对处置提出异议${because(data.reason)[0]}，原措施在此期间有效`,
    `The enterprise objects to the disposition${because(data.reason)[1]}; the measure stays`, "warn"),
  MeasureSuspended: (data) => both(`异议期间暂缓执行${because(data.reason)[0]}`, `The measure is suspended${because(data.reason)[1]}`, "wait"),
  ReexaminationOrdered: (data) => both(
    data.by === "LABORATORY" ? `上级决定由 ${data.laboratory} 复检${because(data.reason)[0]}` : `上级决定由其他人员复验${because(data.reason)[0]}`,
    data.by === "LABORATORY" ? `A second test at ${data.laboratory}${because(data.reason)[1]}` : `Other officers inspect again${because(data.reason)[1]}`),
  SecondTestRecorded: (data) => both(`复检机构 ${data.laboratory} 的结果：${word("second_test", data.second_test)[0]}${because(data.reason)[0]}`,
    `${data.laboratory} found: ${word("second_test", data.second_test)[1]}${because(data.reason)[1]}`, "stage"),
  CaseReopened: (data) => both(`案件重新开启：${word("reopening", data.ground)[0]}${because(data.reason)[0]}`,
    `Case taken up again: ${word("reopening", data.ground)[1]}${because(data.reason)[1]}`, "warn"),
  AppealDecided: (data) => both(`异议决定：${word("outcome", data.outcome)[0]}${because(data.reason)[0]}`,
    `Objection decided: ${word("outcome", data.outcome)[1]}${because(data.reason)[1]}`, "stage"),
  DispositionApproved: (data) => {
    const [zh, en, mood] = disposed(data);
    return both(`批准处置：${zh}`, `Disposition approved: ${en}`, mood);
  },
  DispositionMoved: (data) => both(`处置进展：${word("outcome", data.state)[0]}`, `Disposition: ${word("outcome", data.state)[1]}`,
    data.state === "CLOSED" ? "good" : ""),
  FollowUpsOpened: (data) => {
    const [zh, en] = words("disposition", [...new Set((data.follow_ups ?? []).map((one) => one.kind))]);
    return both(`后续任务：${zh}`, `To follow: ${en}`, "wait");
  },
  FollowUpMoved: (data) => {
    const [zh, en] = word("disposition", data.kind);
    const [stands, standsEn] = word("follow_up", data.state);
    const why = because(data.reason);
    return both(`${zh}（${name(data.agency)[0]}）：${stands}${why[0]}`, `${en} (${name(data.agency)[1]}): ${standsEn}${why[1]}`,
      data.action === "send_back" ? "warn" : "");
  },
  FollowUpsReplaced: () => both("原后续任务由新的处置替代", "A new decision takes the place of earlier follow-ups"),
  FollowUpOverdue: (data) => both(`后续任务逾期${data.next ? `，可提出：${word("disposition", data.next)[0]}` : ""}`,
    `A follow-up is overdue${data.next ? `; the lead may propose: ${word("disposition", data.next)[1]}` : ""}`, "bad"),
  DemandStated: (data) => both(`${name(data.agency)[0]}明确要求：${data.what}`, `${name(data.agency)[1]} states its demand: ${data.what}`),
  TestingExcluded: (data) => both(data.running ? `货物送检，扣留期限暂停：${data.why}` : `检测结束，扣留期限恢复计算：${data.why}`,
    data.running ? `Testing: the detention's clock stands: ${data.why}` : `Testing is over, the clock runs: ${data.why}`, "wait"),
  CaseFiled: (data) => both(`${name(data.agency)[0]}立案 ${data.reference}`, `${name(data.agency)[1]} filed a case: ${data.reference}`, "warn"),
  CaseFilingClosed: (data) => both(`案件 ${data.reference} 办结`, `Filed case ${data.reference} is closed`),
  GoodsFactRecorded: (data) => both(`牵头部门记录货物情况：${word("fact", data.fact)[0]} ${data.value ? "是" : "否"}：${data.reason}`,
    `The lead records of the goods: ${word("fact", data.fact)[1]}: ${data.value ? "yes" : "no"}: ${data.reason}`),
  AuditAnnounced: (data) => both(`已通知企业后续稽查：${data.on}，${data.matter}`, `A follow-up audit is announced for ${data.on}: ${data.matter}`),
  CostRecorded: (data) => both(`登记费用 ${data.amount} ${data.currency}`, `A cost is recorded: ${data.amount} ${data.currency}`),
  Recalled: (data) => both(`放行被召回${data.now ? `，改为${word("disposition", data.now)[0]}` : ""}`,
    `The release was recalled${data.now ? `, now: ${word("disposition", data.now)[1]}` : ""}`, "bad"),
  RecallAnswered: (data) => both(`企业答复召回${because(data.text)[0]}`, `The enterprise answered the recall${because(data.text)[1]}`, "wait"),
  RecallEscalated: () => both("被召回的货物逾期未交回，已上报上级", "The recalled goods were not brought back in time; the superior is told", "bad"),
  RecallClosed: (data) => both(`召回办结：${word("recalled", data.outcome)[0]}${because(data.reason)[0]}`,
    `The recall has ended: ${word("recalled", data.outcome)[1]}${because(data.reason)[1]}`, data.outcome === "NOT_RECOVERED" ? "bad" : "good"),
  ReportVoided: (data) => both(`综合报告 ${data.number} 作废${because(data.reason)[0]}`, `Joint report ${data.number} is void${because(data.reason)[1]}`, "bad"),
  Released: (data) => both(data.automatic ? "货物放行（各部门结论齐全且合格，系统自动办结）" : "货物放行",
    data.automatic ? "Released by the system: complete and passing" : "The goods are released", "good"),
};

/** The sentence of a frame: { zh, en, tone }. */
export function sentence(frame) {
  if (frame.type === "withheld") return both("保密事项", "Withheld: it is not for your agency", "secret");
  const made = SENTENCES[frame.type];
  try {
    return made ? made(frame.data) : both(frame.type, "");
  } catch {
    return both(frame.type, "");
  }
}
