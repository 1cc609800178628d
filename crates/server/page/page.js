// The read-only page: asks the public queries with the token of the address's fragment, which no
// browser sends to a server. Everything shown goes through textContent.
"use strict";

const ITEMS_PER_PAGE = 50;
const ROWS_AT_FIRST = 12;
const INVENTED = "虚构示例"; // So the demonstration marks what no document says.
const $ = (id) => document.getElementById(id);
const settings = () => new URLSearchParams(location.hash.slice(1));
let token = "";
let round = 0; // Answers to questions asked before a change of ledger are dropped.

// ---- building blocks

function el(name, options, ...children) {
  const node = document.createElement(name);
  const { on, ...attributes } = options || {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value);
  }
  for (const [event, handler] of Object.entries(on || {})) node.addEventListener(event, handler);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined)
    .map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

function table(heads, rows) {
  const head = heads.map(([text, kind]) => el("th", { class: kind }, text));
  const body = rows.map((row) => (row instanceof Node ? row : tr(heads, row)));
  return el("div", { class: "scroll" },
    el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)));
}

function tr(heads, cells, kind) {
  return el("tr", { class: kind },
    cells.map((cell, place) => el("td", { class: heads[place][1] }, cell)));
}

const tag = (text, kind) => el("span", { class: kind ? `tag ${kind}` : "tag" }, text);
const mark = (holds) => el("span", { class: holds ? "ok" : "no" }, holds ? "✓" : "✗");
const short = (id) => `${id.slice(0, 8)}…${id.slice(-4)}`;
const nameOf = (unit) => (unit && unit.name) || `未登记 ${short(unit.organisation)}`;

function bar(parts) {
  return el("div", { class: "bar" }, parts.map(([share, kind]) => {
    const part = el("i", { class: kind });
    part.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
    return part;
  }));
}

// ---- money: whole fen, shown exactly

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function decimal(fen, unit, digits) {
  const value = BigInt(fen);
  const size = value < 0n ? -value : value;
  const rest = String(size % unit).padStart(String(unit).length - 1, "0");
  const fine = rest.slice(digits).replace(/0+$/, "");
  return `${value < 0n ? "−" : ""}${grouped(String(size / unit))}.${rest.slice(0, digits)}${fine}`;
}

const yuan = (fen) => decimal(fen, 100n, 2);
const wan = (fen) => decimal(fen, 1000000n, 2);

function money(fen) {
  return el("span", { class: "money" }, `${wan(fen)} 万元`, el("small", {}, `${yuan(fen)} 元`));
}

function figure(value, label) {
  return el("div", {}, el("b", {}, value), el("small", {}, label));
}

// ---- asking

class Refused extends Error {
  constructor(status, problem) {
    super((problem && (problem.title_zh || problem.title)) || `服务器答复 ${status}`);
    this.status = status;
  }
}

async function ask(path, root = "/v1/ledgers") {
  const response = await fetch(`${root}${path}`, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/json" }, cache: "no-store",
  });
  const answer = await response.json().catch(() => null);
  if (!response.ok || answer === null) throw new Refused(response.status, answer);
  return answer;
}

function through(answer) {
  const head = answer.through;
  if (!head) return el("p", { class: "through" }, "尚无记录");
  return el("p", { class: "through", title: `position ${head.position}` },
    `依据:第 1 至第 ${head.seq} 条记录,链头 `, el("span", { class: "hash" }, head.hash));
}

function section(title, controls, answer, ...content) {
  return el("section", {},
    el("div", { class: "head" }, el("h2", {}, title), controls || []),
    content, answer ? through(answer) : null);
}

/// A place in the page that is filled, and filled again when its controls change.
function place(main, fill) {
  const slot = el("div");
  main.append(slot);
  const mine = round;
  let latest = 0;
  const again = async () => {
    const turn = ++latest;
    try {
      const node = await fill(again);
      if (mine === round && turn === latest) slot.replaceChildren(...(node ? [node] : []));
    } catch (error) {
      if (mine !== round || turn !== latest) return;
      if (error instanceof Refused && error.status === 401) explain(error);
      else slot.replaceChildren(el("p", { class: "notice bad" }, `查询失败:${error.message}`));
    }
  };
  return again();
}

function choose(label, options, value, onChange) {
  const select = el("select", { on: { change: () => onChange(select.value) } },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  return el("label", {}, label, select);
}

// ---- funds and their equations

async function funds(ledger, pick, chosen) {
  const answer = await ask(`/${ledger}/funds`);
  if (answer.data.length === 0) return null;
  const balances = await Promise.all(
    answer.data.map((line) => ask(`/${ledger}/funds/${line.fund.fund}`)));
  const heads = [["资金批次(文号)"], ["下达", "num"], ["到位", "num"], ["Σ各持有方", "num"],
    ["核对", ""], ["等式", ""]];
  const rows = balances.map(({ data }) => tr(heads, [
    [el("button", { class: "link", type: "button", on: { click: () => pick(data.fund.fund) } },
      data.fund.name || short(data.fund.fund)),
      el("div", { class: "soft" }, [data.fund.document, data.fund.source].filter(Boolean).join(" · "))],
    money(data.announced_fen), money(data.received_fen), money(data.holders_sum_fen),
    mark(data.holders_sum_fen === data.received_fen),
    el("ul", { class: "equations" }, data.equations.map((it) =>
      el("li", { title: `${yuan(it.left_fen)} = ${yuan(it.right_fen)} 元` },
        mark(it.holds), ` ${it.text_zh}`))),
  ], data.fund.fund === chosen ? "chosen" : undefined));
  const stated = balances.filter(({ data }) => !(data.fund.document || "").startsWith(INVENTED));
  const sum = (field) => stated.reduce((all, { data }) => all + BigInt(data[field]), 0n);
  if (stated.length > 1) {
    const [announced, received, held] =
      ["announced_fen", "received_fen", "holders_sum_fen"].map(sum);
    const label = stated.length < balances.length ? `合计(不含${INVENTED})` : "合计";
    rows.push(tr(heads, [label, money(announced), money(received), money(held),
      mark(received === held), ""], "total"));
  }
  // The oldest of the answers: what all of them have in common.
  const oldest = balances.reduce((a, b) => (b.through.seq < a.through.seq ? b : a), answer);
  return section("资金余额", null, oldest, table(heads, rows),
    el("p", { class: "soft" }, "点批次名称查看去向。金额单位:万元,下附元。"));
}

// ---- where the money of one document went

async function trace(ledger, fund, list, pick) {
  const answer = await ask(`/${ledger}/funds/${fund}/trace?limit=200`);
  const it = answer.data;
  const options = list.map((line) => [line.fund.fund, line.fund.name || short(line.fund.fund)]);
  const step = (kind, title, notes, fen) => el("li", { class: kind },
    el("div", { class: "step" }, el("div", { class: "what" }, el("b", {}, title), notes),
      el("span", { class: "amount" }, `${yuan(fen)} 元`)));
  const depth = (unit) => (unit.depth ? `d${Math.min(3, unit.depth)}` : "");
  const steps = [
    step("", it.fund.document || short(it.fund.fund),
      [tag("文件", "blue"), el("span", { class: "soft" }, `${nameOf(it.issuer)} 下达`)],
      it.announced_fen),
    ...it.units.map((unit) => step(depth(unit), nameOf(unit.unit), [tag("单位"),
      el("span", { class: "soft" }, held(unit))], unit.granted_fen)),
    ...it.budgets.map((budget) => step("d1", budget.project.name || short(budget.project.project), [
      tag("项目预算"),
      el("span", { class: "soft" }, `来自 ${granters(budget)},净支付 ${yuan(budget.paid_net_fen)} 元,`
        + `可用 ${yuan(budget.available_fen)} 元`),
    ], budget.granted_fen)),
    ...it.payments.entries.map((payment) =>
      step("d2", link(ledger, "payment", payment.payment, payeeOf(payment)), paymentNotes(payment, it.payments.entries), payment.amount_fen)),
  ];
  const rest = el("p", { class: "soft" },
    `支付共 ${it.payments.total} 笔,此处列 ${it.payments.entries.length} 笔。`);
  return section("资金去向", [choose("文件", options, fund, pick)], answer,
    el("ol", { class: "flow" }, steps), it.payments.total > 0 ? rest : null, accounted(it));
}

function granters(holder) {
  const names = holder.granted_by.map((grant) => nameOf(grant.unit));
  return names.length > 2 ? `${names.slice(0, 2).join("、")}等 ${names.length} 个单位` : names.join("、");
}

function held(unit) {
  const from = granters(unit);
  const stays = `留存 ${yuan(unit.unallocated_fen)} 元`;
  return from ? `来自 ${from},${stays}` : stays;
}

function payeeOf(payment) {
  const payee = payment.payee;
  if (payee.subject) return `农户或个人 ${short(payee.subject)}(姓名加密保存)`;
  return payee.name || `未登记单位 ${short(payee.organisation)}`;
}

function paymentNotes(payment, all) {
  const kinds = { settled: "good", returned: "bad", reissued: "bad" };
  const voucher = (id) => (all.find((other) => other.payment === id) || {}).voucher || short(id);
  const notes = [tag(payment.state.zh, kinds[payment.state.word] || "wait")];
  if (payment.receipt) {
    const good = payment.receipt.result.word === "received";
    notes.push(tag(`入户核实:${payment.receipt.result.zh} ${yuan(payment.receipt.amount_fen)} 元`,
      good ? "good" : "bad"));
  } else if (payment.payee.subject && payment.state.word === "settled") {
    notes.push(tag("尚未核实", "wait"));
  }
  let text = `${payment.kind.zh} · ${payment.voucher} · ${payment.instructed_on}`;
  if (payment.returned_fen > 0) text += ` · 退回 ${yuan(payment.returned_fen)} 元`;
  if (payment.reissued_by) text += ` · 由 ${voucher(payment.reissued_by)} 补发`;
  if (payment.reissue_of) text += ` · 补发 ${voucher(payment.reissue_of)}`;
  notes.push(el("span", { class: "soft" }, text));
  return notes;
}

function accounted(it) {
  const known = [["reclaimed_fen", "上级收回"], ["paid_to_organisations_fen", "付给单位"],
    ["paid_and_confirmed_fen", "到户且本人确认"]];
  const open = [["at_units_fen", "留在单位未分解"], ["in_budgets_fen", "在项目预算未动用"],
    ["instructed_fen", "已指令未到账"], ["paid_to_unknown_fen", "付给未登记对象"],
    ["paid_unconfirmed_fen", "到户未核实"], ["paid_disputed_fen", "到户有异议"]];
  const list = (of, names) => names.filter(([name]) => of[name] !== 0)
    .map(([name, text]) => `${text} ${yuan(of[name])} 元`).join(",") || "无";
  const split = el("div", { class: "split" });
  if (it.received_fen > 0) {
    for (const [kind, part] of [["known", it.explained], ["open", it.unexplained]]) {
      const piece = el("i", { class: kind });
      piece.style.width = `${Math.max(0, part.total_fen / it.received_fen) * 100}%`;
      split.append(piece);
    }
  }
  return el("div", {},
    el("div", { class: "figures" },
      figure(`${yuan(it.received_fen)} 元`, "到位"),
      figure(`${yuan(it.explained.total_fen)} 元`, "已说明去向"),
      figure(`${yuan(it.unexplained.total_fen)} 元`, "尚未说明"),
      figure(mark(it.adds_up), "两者之和等于到位")),
    split,
    el("p", { class: "soft" }, `已说明:${list(it.explained, known)}`),
    el("p", { class: "soft" }, `尚未说明:${list(it.unexplained, open)}`));
}

// ---- one project and its milestones

async function project(ledger, id, list, pick) {
  const answer = await ask(`/${ledger}/projects/${id}`);
  const it = answer.data;
  const options = list.map((line) => [line.project.project, line.project.name || line.project.number]);
  const sources = (parts) => parts
    .map((part) => `${part.source_kind.zh} ${wan(part.amount_fen)}`).join(" + ");
  const progress = (part) => (!part ? "—"
    : part.numerator === "0" ? "0" : `${part.numerator} / ${part.denominator}`);
  const gates = it.gates.map((gate) => {
    const word = gate.result && gate.result.word;
    const kind = { passed: "good", not_applicable: "", failed: "bad" }[word];
    return tag(`${gate.gate.zh}:${gate.result ? gate.result.zh : "未见核查"}`,
      kind === undefined ? "wait" : kind);
  });
  return section("项目与节点", [choose("项目", options, id, pick)], answer,
    el("div", { class: "figures" },
      figure(it.state.zh, "状态"),
      figure(`${wan(it.planned_fen)} 万元`, "计划总投资"),
      figure(`${wan(it.totals.granted_fen)} 万元`, "已落实预算"),
      figure(progress(it.progress.reported), "填报进度"),
      figure(progress(it.progress.verified), "核实进度")),
    it.planned.length ? el("p", { class: "soft" },
      `计划:${wan(it.planned_fen)} 万元 = ${sources(it.planned)}`) : null,
    el("p", { class: "soft" }, `实施单位:${nameOf(it.implementing_unit)} · 开工:${it.started_on || "—"}`),
    el("p", {}, gates.flatMap((gate) => [gate, " "])),
    it.milestones.length ? milestones(it.milestones) : el("p", { class: "soft" }, "未设节点"));
}

function milestones(list) {
  const heads = [["节点"], ["填报", "num"], ["核实", "num"], ["总量", "num"], ["进度(浅色填报,深色核实)", ""]];
  const of = (done, total) => (done === null ? "—" : `${done}/${total}`);
  const row = (it) => tr(heads, [
    [it.name, it.preparatory ? [" ", tag("前期工作")] : []],
    of(it.reported, it.total), [of(it.verified, it.total), it.verified_on_site ? " 现场" : ""],
    `${it.total.toLocaleString("zh-CN")} ${it.unit}`,
    bar([[(it.reported || 0) / it.total], [(it.verified || 0) / it.total, "sure"]]),
  ]);
  const few = el("div", {}, table(heads, list.slice(0, ROWS_AT_FIRST).map(row)));
  if (list.length > ROWS_AT_FIRST) {
    const all = () => few.replaceChildren(table(heads, list.map(row)));
    few.append(el("p", { class: "more" }, el("button", { type: "button", on: { click: all } },
      `全部显示(${list.length} 个节点)`)));
  }
  return few;
}

// ---- rectification

const itemSettings = { state: "", overdue: "", today: "", offset: 0 };

async function items(ledger, again) {
  const today = itemSettings.today ? `today=${itemSettings.today}` : "";
  const rounds = await ask(`/${ledger}/rounds?${today}`);
  if (rounds.data.length === 0) return null;
  const query = new URLSearchParams({ limit: ITEMS_PER_PAGE, offset: itemSettings.offset });
  for (const name of ["state", "overdue", "today"]) {
    if (itemSettings[name]) query.set(name, itemSettings[name]);
  }
  const [answer, rates] = await Promise.all([
    ask(`/${ledger}/items?${query}`), ask(`/${ledger}/completion?by=round&${today}`)]);
  const set = (name) => (value) => {
    Object.assign(itemSettings, { offset: 0, [name]: value });
    again();
  };
  const states = rounds.data[0].states.map((it) => [it.state.word, it.state.zh]);
  const day = el("input", { type: "date", value: itemSettings.today,
    on: { change: () => set("today")(day.value) } });
  const controls = [
    choose("状态", [["", "全部"], ...states], itemSettings.state, set("state")),
    choose("期限", [["", "全部"], ["true", "已逾期"], ["false", "未逾期"]], itemSettings.overdue, set("overdue")),
    el("label", {}, "截至(空为今天)", day),
  ];
  const heads = [["编号"], ["问题"], ["类别"], ["责任单位"], ["状态"], ["期限"], ["逾期", "num"]];
  const kinds = { closed: "good", closure_requested: "wait", verified: "blue" };
  const row = (it) => tr(heads, [link(ledger, "item", it.item, it.number), it.facts, it.category.zh, nameOf(it.responsible_unit),
    tag(it.state.zh, kinds[it.state.word]), it.due_on || "—",
    it.overdue_days > 0 ? el("span", { class: "no" }, `${it.overdue_days} 天`)
      : it.days_left !== null ? `剩 ${it.days_left} 天` : "—"]);
  return section("整改事项", controls, answer, roundTable(rounds.data, rates.data),
    el("h3", {}, `清单(${answer.data.total} 件)`), table(heads, answer.data.entries.map(row)),
    pager(answer.data, again));
}

function roundTable(rounds, rates) {
  const heads = [["轮次"], ["反馈"], ["销号单位"], ["各状态"], ["逾期", "num"], ["整改完成率", "num"]];
  const rate = (round) => (rates.groups.find((group) => group.key === round.round.round) || {}).figures;
  const rows = rounds.map((it) => {
    const figures = rate(it);
    const related = it.related
      ? el("div", { class: "soft" }, `与“${it.related.round.name}”${it.related.relation.zh},不得相加`) : null;
    return tr(heads, [[it.round.name, " ", tag(it.kind.zh), related], it.feedback_on || "—",
      nameOf(it.closing_body),
      it.states.filter((state) => state.count > 0).map((state) => `${state.state.zh} ${state.count}`).join(","),
      it.overdue_count, figures ? `${figures.closed} / ${figures.denominator}` : "—"]);
  });
  return table(heads, rows);
}

function pager(page, again) {
  const turn = (by) => () => {
    itemSettings.offset = Math.max(0, page.offset + by);
    again();
  };
  const button = (text, by, possible) => el("button",
    { type: "button", disabled: !possible, on: { click: turn(by) } }, text);
  if (page.offset === 0 && !page.more) return null;
  return el("p", { class: "more" }, button("上一页", -ITEMS_PER_PAGE, page.offset > 0),
    button("下一页", ITEMS_PER_PAGE, page.more),
    el("span", { class: "soft" }, `第 ${page.offset + 1} 至 ${page.offset + page.entries.length} 件`));
}

// ---- zones and alerts

async function zones(ledger) {
  const answer = await ask(`/${ledger}/overlays`);
  if (answer.data.length === 0) return null;
  const members = answer.data.reduce((all, zone) => all + zone.members.length, 0);
  return section("战区与片区", null, answer,
    el("p", { class: "soft" }, `${answer.data.length} 个,辖 ${members} 个单位`),
    el("div", { class: "zones" }, answer.data.map((zone) => el("div", {},
      el("b", {}, zone.name), " ", tag(zone.kind_zh),
      el("div", { class: "soft" }, zone.members.map((it) => it.name || short(it.organisation)).join("、"))))));
}

async function alerts(ledger) {
  const answer = await ask(`/${ledger}/alerts?limit=20`);
  if (answer.data.total === 0) return null;
  const heads = [["记录", "num"], ["疑点"], ["内容"], ["业务日期"]];
  return section(`疑点(${answer.data.total} 条)`, null, answer,
    el("p", { class: "soft" }, "疑点是要核查的问题,不是结论。"),
    table(heads, answer.data.entries.map((it) =>
      [it.seq, tag(it.code, "wait"), it.text_zh, it.occurred_on])));
}

// ---- search, in all ledgers of the token

const RANKS = { exact: ["完全一致", "blue"], whole: ["包含", ""], part: ["部分包含", ""] };

async function found(text, many) {
  const answer = await ask(`/search?q=${encodeURIComponent(text)}&limit=20`, "/v1");
  const { entries, total } = answer.data;
  const heads = [["类别"], ["名称与编号"], ["匹配处"], ["金额", "num"], ["记录", "num"]];
  const nameOfLedger = (id) => (answer.ledgers.find((it) => it.ledger === id) || {}).name;
  const rows = entries.map((hit) => {
    const place = hit.matches[0];
    const others = hit.matches.slice(1).map((it) => it.field.zh);
    return [
      [tag(hit.kind.zh), " ", tag(...RANKS[hit.rank]),
        many ? el("div", { class: "soft" }, nameOfLedger(hit.ledger)) : null],
      [link(hit.ledger, hit.kind.word, hit.id, hit.name || hit.number || short(hit.id)),
        hit.name && hit.number ? el("div", { class: "soft" }, hit.number) : null],
      [place.text || place.field.zh,
        el("div", { class: "soft" }, [place.field.zh, ...new Set(others)].join("、"))],
      place.amount_fen === null ? "" : money(place.amount_fen),
      place.records > 1 ? `${place.seq} 等 ${place.records} 条` : place.seq,
    ];
  });
  const complete = answer.ledgers.every((it) => it.complete);
  const count = `共 ${total} 项${complete ? "" : "以上,请补充关键字"},此处列 ${entries.length} 项。`;
  return section(`查找“${text}”`, null, null,
    total === 0 ? el("p", {}, "没有找到。文号的括号、全角半角、繁简均不影响查找。") : table(heads, rows),
    total === 0 ? null : el("p", { class: "soft" }, count),
    el("p", { class: "through" }, "依据:", answer.ledgers.map((it) =>
      `${it.name} 至第 ${it.through ? it.through.seq : 0} 条记录`).join(";")));
}

function search(many) {
  const slot = $("found");
  const text = $("q").value.trim();
  remember({ q: text });
  slot.replaceChildren();
  if (text) place(slot, () => found(text, many));
}

// ---- the whole

function remember(changes) {
  const all = settings();
  for (const [key, value] of Object.entries(changes)) {
    if (value) all.set(key, value);
    else all.delete(key);
  }
  history.replaceState(null, "", `#${all}`);
}

function overview(ledger) {
  const names = [["organisations", "机构"], ["subjects", "人员农户"], ["funds", "资金批次"],
    ["projects", "项目"], ["milestones", "节点"], ["contracts", "合同"], ["claims", "报账单"],
    ["payments", "支付"], ["accounts", "账户"], ["items", "整改事项"],
    ["alerts", "疑点"]];
  return section(ledger.name || short(ledger.ledger), null, ledger,
    el("div", { class: "figures" }, figure(ledger.through ? ledger.through.seq : 0, "记录"),
      names.filter(([name]) => ledger.counts[name] > 0)
        .map(([name, text]) => figure(ledger.counts[name], text))));
}

function pickFrom(list, key, wanted, prefer) {
  const ids = list.map((line) => line[key][key]);
  if (ids.includes(wanted)) return wanted;
  const found = list.find(prefer) || list[0];
  return found ? found[key][key] : null;
}

async function show(id) {
  round += 1;
  const mine = round;
  const main = $("main");
  main.replaceChildren();
  Object.assign(itemSettings, { state: "", overdue: "", offset: 0 });
  place(main, async () => overview(await ask(`/${id}`)));
  const [fundList, projectList] = await Promise.all([
    ask(`/${id}/funds`), ask(`/${id}/projects?limit=1000`)]);
  if (mine !== round) return;
  const chosen = {
    fund: pickFrom(fundList.data, "fund", settings().get("fund"), (it) => it.totals.settled_fen > 0),
    project: pickFrom(projectList.data.entries, "project", settings().get("project"),
      (it) => it.progress.reported && it.progress.reported.numerator !== "0"),
  };
  const again = {};
  const pick = (name) => (value) => {
    chosen[name] = value;
    remember({ [name]: value });
    again[name].forEach((fill) => fill());
  };
  const filled = (name, fill) => place(main, (refill) => {
    again[name] = [...(again[name] || []).filter((it) => it !== refill), refill];
    return fill();
  });
  if (chosen.fund) {
    filled("fund", () => funds(id, pick("fund"), chosen.fund));
    filled("fund", () => trace(id, chosen.fund, fundList.data, pick("fund")));
  }
  if (chosen.project) {
    filled("project", () =>
      project(id, chosen.project, projectList.data.entries, pick("project")));
  }
  place(main, (refill) => items(id, refill));
  place(main, () => agreements(id));
  place(main, () => cash(id));
  place(main, () => proof(id));
  place(main, () => zones(id));
  place(main, () => alerts(id));
  place(main, () => printouts(id, chosen.fund));
}

/// The token is taken out of the address, which is printed, bookmarked and shown to those who look
/// over a shoulder; a reload finds it in this tab's own store.
function takeToken() {
  const given = settings().get("token");
  if (given) remember({ token: null });
  try {
    if (given) sessionStorage.setItem("token", given);
    token = given || token || sessionStorage.getItem("token") || "";
  } catch {
    token = given || token; // The browser keeps nothing for this page.
  }
}

function forgetToken() {
  token = "";
  try {
    sessionStorage.removeItem("token");
  } catch {
    // Nothing was kept.
  }
}

function explain(error) {
  round += 1;
  $("main").replaceChildren();
  $("pick").hidden = true;
  $("search").hidden = true;
  $("found").replaceChildren();
  $("detail").replaceChildren();
  const missing = !token;
  if (error.status === 401) forgetToken();
  const text = missing
    ? ["地址中没有访问令牌。", "请打开带令牌的地址:"]
    : error.status === 401
      ? ["访问令牌无效、已过期或已吊销。", "请换用有效令牌:"]
      : [`暂时无法查询:${error.message}`, "请稍后刷新;地址格式:"];
  $("notice").replaceChildren(el("div", { class: missing ? "notice" : "notice bad" },
    el("p", {}, el("b", {}, text[0])),
    el("p", {}, text[1], el("code", {}, `${location.origin}/#token=令牌`)),
    el("p", {}, "演示令牌在 ", el("code", {}, "fundtrace demo"), " 结束装载时打印;正式令牌由管理员用 ",
      el("code", {}, "fundtrace token create --role reader"), " 签发。"),
    el("p", { class: "soft" }, "令牌写在 # 之后,浏览器不会发给服务器的访问日志;打开后即从地址栏移去,只留在本标签页。")));
}

async function begin() {
  $("notice").replaceChildren();
  takeToken();
  if (!token) return explain({});
  let ledgers = [];
  try {
    ledgers = (await ask("")).filter((ledger) => !ledger.system);
  } catch (error) {
    return explain(error);
  }
  if (ledgers.length === 0) {
    $("main").replaceChildren(el("p", { class: "notice" }, "此令牌没有可查阅的账本。"));
    return undefined;
  }
  const wanted = settings().get("ledger");
  const current = ledgers.find((ledger) => ledger.ledger === wanted) || ledgers[0];
  const select = $("ledger");
  select.replaceChildren(...ledgers.map((ledger) => el("option",
    { value: ledger.ledger, selected: ledger === current }, ledger.name || short(ledger.ledger))));
  select.onchange = () => {
    remember({ ledger: select.value, fund: null, project: null, see: null });
    detail();
    show(select.value).catch(explain);
  };
  $("pick").hidden = false;
  $("search").hidden = false;
  $("q").value = settings().get("q") || "";
  $("search").onsubmit = (event) => {
    event.preventDefault();
    search(ledgers.length > 1);
  };
  const shown = show(current.ledger); // First, as it drops the answers to earlier questions.
  search(ledgers.length > 1);
  detail();
  return shown.catch(explain);
}

addEventListener("hashchange", begin);
addEventListener("DOMContentLoaded", begin); // detail.js has been read by then.
