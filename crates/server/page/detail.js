// One thing in detail, and the sections about contracts, claims, cash and evidence. It is read after
// page.js and built from the same blocks.
"use strict";

const NOUNS = { fund: "资金批次", project: "项目", milestone: "节点", payment: "支付", receipt: "到户核实",
  contract: "合同", claim: "报账", account: "账户", bank_line: "银行流水", contribution: "配套自筹", list: "清单",
  item: "整改事项", round: "轮次", evidence: "佐证", entry: "双人录入", import: "导入", record: "冲销更正",
  organisation: "机构", subject: "人员农户", overlay: "战区", ledger: "账本", opening: "期初" };
const PATHS = { fund: "funds", project: "projects", item: "items", payment: "payments",
  contract: "contracts", claim: "claims", account: "accounts", evidence: "evidence", list: "lists" };
const RECORDS_AT_MOST = 200;

/// A button that opens the detail of something.
function link(ledger, kind, id, text) {
  const open = () => {
    remember({ see: `${ledger}/${kind}/${id}` });
    detail();
    $("detail").scrollIntoView();
  };
  return el("button", { class: "link", type: "button", on: { click: open } }, text || short(id));
}

/// Shows what the address asks for, or nothing.
function detail() {
  const slot = $("detail");
  const [ledger, kind, id] = (settings().get("see") || "").split("/");
  slot.replaceChildren();
  if (id) place(slot, () => seen(ledger, kind, id));
}

async function seen(ledger, kind, id) {
  const root = `/${encodeURIComponent(ledger)}`;
  const [records, named, answer] = await Promise.all([
    ask(`${root}/timeline/${encodeURIComponent(id)}`),
    ask(`${root}/evidence?subject=${encodeURIComponent(id)}`),
    PATHS[kind] ? ask(`${root}/${PATHS[kind]}/${encodeURIComponent(id)}`) : null,
  ]);
  const close = el("button", { type: "button", on: { click: () => {
    remember({ see: null });
    detail();
  } } }, "关闭");
  const facts = answer && FACTS[kind] ? FACTS[kind](ledger, answer.data) : [];
  return section(`${NOUNS[kind] || kind} ${short(id)}`, [close], records,
    el("dl", {}, facts.filter(([, value]) => value !== null && value !== undefined && value !== "")
      .flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])),
    answer && kind === "evidence" ? shownFile(ledger, answer.data) : null,
    named.data.total > 0 ? evidenceTable(ledger, named.data.entries) : null,
    el("h3", {}, "经过"), historyOf(records.data));
}

const fen = (value) => `${yuan(value)} 元`;
const several = (nodes) => nodes.flatMap((node, place) => (place ? ["、", node] : [node]));
const projectOf = (ledger, it) => link(ledger, "project", it.project, it.name || it.number);
const fundOf = (ledger, it) => link(ledger, "fund", it.fund, it.document || it.name);

const recoveryOf = (it) => (it ? `应追缴 ${fen(it.required_fen)},已追缴 ${fen(it.received_fen)}`
  + `(银行对账 ${fen(it.matched_fen)},非税缴库 ${fen(it.non_tax_fen)},抵扣 ${fen(it.offset_fen)}),`
  + `核免 ${fen(it.waived_fen)},尚欠 ${fen(it.open_fen)}` : null);

/// What is worth knowing of each kind: labels and values.
const FACTS = {
  fund: (_, it) => [["名称", it.fund.name], ["文号", it.fund.document], ["下达单位", nameOf(it.issuer)],
    ["接收单位", nameOf(it.receiver)], ["下达", fen(it.announced_fen)], ["到位", fen(it.received_fen)],
    ["已分解", fen(it.allocated_fen)], ["未分解", fen(it.unallocated_fen)]],
  project: (_, it) => [["名称", it.project.name], ["编号", it.project.number], ["状态", it.state.zh],
    ["实施单位", nameOf(it.implementing_unit)], ["计划总投资", fen(it.planned_fen)],
    ["已落实预算", fen(it.totals.granted_fen)], ["净支付", fen(it.totals.paid_net_fen)]],
  item: (_, it) => [["编号", it.number], ["问题", it.facts], ["轮次", it.round.name],
    ["牵头单位", it.lead_unit && nameOf(it.lead_unit)],
    ["责任单位", nameOf(it.responsible_unit)],
    ["配合单位", it.cooperating_units.map(nameOf).join("、")],
    ["原责任单位", it.former.map((one) => `${nameOf(one.unit)}(至 ${one.until})`).join("、")],
    ["状态", `${it.state.zh}(${it.state_since})`], ["期限", it.due_on],
    ["统计", it.counted ? null : "与其他事项交叉重复,不单独计入"],
    ["追缴", recoveryOf(it.recovery)],
    ["措施", it.measures.map((one) => `${one.kind.zh}:${one.description}(${nameOf(one.owner_unit)}`
      + `${one.due_on ? `,${one.due_on} 前` : ""}),${one.finished ? `已完成:${one.result}` : "未完成"},`
      + `佐证 ${one.evidence_count} 件`).join(";")]],
  list: (_, it) => [["编号", it.number], ["文号", it.document], ["类别", it.shape.zh], ["状态", it.state.zh],
    ["行数", `已录 ${it.lines} 行,共 ${it.count} 行`], ["下一行", it.next_line]],
  payment: (ledger, it) => [["凭证号", it.voucher], ["收款人", payeeOf(it)],
    ["项目", projectOf(ledger, it.project)], ["类别", it.kind.zh], ["状态", it.state.zh],
    ["金额", fen(it.amount_fen)], ["已到账", fen(it.settled_fen)], ["退回", fen(it.returned_fen)],
    ["合同", it.contract && link(ledger, "contract", it.contract)],
    ["报账", it.claim && link(ledger, "claim", it.claim)]],
  contract: (ledger, it) => [["名称", it.name], ["合同号", it.number],
    ["项目", projectOf(ledger, it.project)], ["供应商", nameOf(it.supplier)], ["状态", it.state.zh],
    ["合同价", fen(it.price_fen)], ["按节点可付", fen(it.cap_fen)], ["已付", fen(it.paid_fen)],
    ["尚未支付", fen(it.commitment_fen)],
    ["付款节点", it.stages.map((stage) => `${stage.stage}. ${stage.trigger.zh} 累计 `
      + `${stage.cumulative_cap_bp / 100}%${stage.reached ? "(已到)" : ""}`).join(";")]],
  claim: (ledger, it) => [["报账单号", it.number], ["项目", projectOf(ledger, it.project)],
    ["合同", it.contract && link(ledger, "contract", it.contract)], ["收款人", payeeOf(it)],
    ["状态", it.state.zh], ["金额", fen(it.amount_fen)], ["已付", fen(it.paid_fen)],
    ["会签", it.countersigners.map((one) => `${one.capacity}(${nameOf(one.organisation)})`
      + `${one.signed ? `${one.signed.on} 已会签` : "未会签"}`).join(";")],
    ["代管单位", it.custodian && nameOf(it.custodian)], ["凭证", it.vouchers.join("、")],
    ["资金来源", several(it.sources.map((part) => fundOf(ledger, part.fund)))],
    ["支付", it.payments.length === 0 ? null
      : several(it.payments.map((one) => link(ledger, "payment", one.payment, one.voucher)))]],
  account: (ledger, it) => [["户主", nameOf(it.owner)], ["类别", it.kind.zh],
    ["开户行", `${it.bank} ${it.masked_number}`], ["余额", fen(it.balance_fen)],
    ["核对", [mark(it.equation.holds), ` ${it.equation.text_zh}`]],
    ["各批资金", several(it.batches.map((batch) => el("span", {},
      batch.fund ? fundOf(ledger, batch.fund) : "未分批次", ` ${fen(batch.balance_fen)}`)))]],
  evidence: (ledger, it) => [["证明内容", it.description], ["取证日期", it.captured_on],
    ["类型", `${it.media_type},${it.size} 字节`], ["SHA-256", el("span", { class: "hash" }, it.sha256)],
    ["撤回", it.retracted && it.retracted.reason]],
};

function historyOf(records) {
  const heads = [["记录", "num"], ["事由"], ["业务日期"], ["依据"], ["金额", "num"]];
  const row = (it) => [it.seq,
    [NOUNS[it.type.split(".")[0]] || "", el("div", { class: "soft" }, it.type)],
    [it.occurred_on, it.intake === "observation" ? [" ", tag("登记事实")] : null].flat(),
    it.documents.join("、"),
    typeof it.data.amount_fen === "number" ? fen(it.data.amount_fen) : ""];
  const newest = records.slice(-RECORDS_AT_MOST);
  return el("div", {}, table(heads, newest.map((it) => row(it).map((cell) => (cell === null ? "" : cell)))),
    newest.length < records.length
      ? el("p", { class: "soft" }, `共 ${records.length} 条,此处列最近 ${newest.length} 条。`) : null);
}

// ---- evidence and its file

function evidenceTable(ledger, entries) {
  const heads = [["证明内容"], ["取证日期"], ["字节", "num"], ["SHA-256"]];
  return table(heads, entries.map((it) => [
    [link(ledger, "evidence", it.evidence, it.description), it.retracted ? tag("已撤回", "bad") : ""],
    it.captured_on, it.size.toLocaleString("zh-CN"), el("span", { class: "hash" }, it.sha256)]));
}

/// The file is fetched with the token, so there is no address that a picture could have: it is
/// hashed here, and shown or saved.
function shownFile(ledger, it) {
  const slot = el("div", { class: "file" });
  const show = async () => {
    slot.replaceChildren("正在读取……");
    try {
      const response = await fetch(`/v1/ledgers/${ledger}/files/${it.sha256}`,
        { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
      if (!response.ok) throw new Refused(response.status, await response.json().catch(() => null));
      const bytes = await response.arrayBuffer();
      const parts = [await compared(bytes, it.sha256)];
      if (["image/png", "image/jpeg"].includes(it.media_type)) {
        const src = await dataUrl(new Blob([bytes], { type: it.media_type }));
        parts.push(el("img", { src, alt: it.description }));
      }
      // Never as what it says it is: a document of this page's origin could read the token.
      const href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
      const name = `${it.sha256.slice(0, 12)}.${it.media_type.split("/")[1] || "bin"}`;
      parts.push(el("p", {}, el("a", { href, download: name }, "保存文件")));
      slot.replaceChildren(...parts);
    } catch (error) {
      slot.replaceChildren(el("p", { class: "notice bad" }, `读取失败:${error.message}`));
    }
  };
  slot.append(el("button", { type: "button", on: { click: show } }, "读取文件并核对哈希"));
  return slot;
}

/// Browsers hash only for pages from a safe address, this machine's own or https.
async function compared(bytes, wanted) {
  if (!globalThis.crypto || !crypto.subtle) return el("p", { class: "soft" }, "此地址下浏览器不能计算哈希,请用 sha256sum 核对。");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return el("p", {}, mark(hex === wanted),
    hex === wanted ? " 文件与记录所载的哈希一致" : " 文件与记录所载的哈希不一致");
}

function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// ---- sections of a ledger

async function agreements(ledger) {
  const [contracts, claims] = await Promise.all([
    ask(`/${ledger}/contracts?limit=${ITEMS_PER_PAGE}`), ask(`/${ledger}/claims?limit=${ITEMS_PER_PAGE}`)]);
  if (contracts.data.total + claims.data.total === 0) return null;
  const one = [["合同"], ["供应商"], ["状态"], ["合同价", "num"], ["按节点可付", "num"], ["已付", "num"],
    ["尚未支付", "num"]];
  const two = [["报账单"], ["收款人"], ["状态"], ["金额", "num"], ["已付", "num"], ["缺会签"]];
  return section("合同与报账", null, contracts,
    contracts.data.total === 0 ? null : table(one, contracts.data.entries.map((it) => [
      [link(ledger, "contract", it.contract, it.name), el("div", { class: "soft" }, it.number)],
      nameOf(it.supplier), tag(it.state.zh), money(it.price_fen), money(it.cap_fen),
      money(it.paid_fen), money(it.commitment_fen)])),
    claims.data.total === 0 ? null : table(two, claims.data.entries.map((it) => [
      link(ledger, "claim", it.claim, it.number), payeeOf(it), tag(it.state.zh), money(it.amount_fen),
      money(it.paid_fen), it.missing.length === 0 ? "—"
        : el("span", { class: "no" }, it.missing.map((who) => `${who.capacity}(${nameOf(who.organisation)})`).join("、"))])),
    listed(contracts.data, "份合同"), listed(claims.data, "份报账单"));
}

function listed(page, what) {
  return page.more ? el("p", { class: "soft" }, `共 ${page.total} ${what},此处列 ${page.entries.length} ${what}。`) : null;
}

async function cash(ledger) {
  const [accounts, lines, gifts] = await Promise.all([ask(`/${ledger}/accounts`),
    ask(`/${ledger}/bank-lines?limit=${ITEMS_PER_PAGE}`), ask(`/${ledger}/contributions?limit=1`)]);
  const { projects } = gifts.data;
  if (accounts.data.length + projects.length === 0) return null;
  const one = [["账户"], ["户主"], ["类别"], ["余额", "num"]];
  const two = [["流水"], ["日期"], ["收支"], ["金额", "num"], ["对账"]];
  const three = [["项目的配套与自筹"], ["承诺", "num"], ["其中来源待查", "num"], ["到位", "num"], ["投劳折资", "num"]];
  const page = lines.data.lines;
  return section("账户、对账与配套", null, accounts,
    accounts.data.length === 0 ? null : table(one, accounts.data.map((it) => [
      [link(ledger, "account", it.account, `${it.bank} ${it.masked_number}`),
        it.closed_on ? [" ", tag("已销户")] : []].flat(),
      nameOf(it.owner), it.kind.zh, money(it.balance_fen)])),
    page.total === 0 ? null : table(two, page.entries.map((it) => [
      link(ledger, "bank_line", it.line, it.bank_sequence), it.value_date, it.direction.zh,
      money(it.amount_fen), tag(it.state.zh, it.state.word === "matched" ? "good" : "wait")])),
    listed(page, "条流水"),
    projects.length === 0 ? null : table(three, projects.map((it) => [
      projectOf(ledger, it.project), money(it.pledged_fen), money(it.undetermined_fen),
      money(it.arrived_fen), money(it.in_kind_fen)])));
}

async function proof(ledger) {
  const answer = await ask(`/${ledger}/evidence?limit=${ITEMS_PER_PAGE}`);
  if (answer.data.total === 0) return null;
  return section("佐证文件", null, answer, evidenceTable(ledger, answer.data.entries),
    listed(answer.data, "件佐证"));
}

// ---- printouts: fetched with the token, and kept as files

const PRINTOUTS = [["funds", "资金台账"], ["spending-progress", "支出进度表"], ["projects", "项目台账"],
  ["problem-list", "问题清单"], ["task-list", "任务清单"], ["responsibility-list", "责任清单"],
  ["rectification", "整改台账"]];

function printouts(ledger, fund) {
  const kinds = PRINTOUTS.map(([kind, title]) => [kind, title, ""]);
  if (fund) kinds.push(["fund-trace", "资金流向表(所选资金批次)", `&fund=${fund}`]);
  const row = ([kind, title, query]) => [title, ["html", "xlsx", "csv"].flatMap((format) => [
    el("button", { class: "link", type: "button",
      on: { click: (event) => save(ledger, kind, format, query, event.target) } },
    format.toUpperCase()), " "])];
  return section("打印表册", null, null, table([["表册"], ["存为", ""]], kinds.map(row)),
    el("p", { class: "soft" }, "每行写明依据的记录,页脚写明截至第几条记录及其哈希。HTML 可在浏览器中按 A4 打印。"));
}

async function save(ledger, kind, format, query, button) {
  const response = await fetch(`/v1/ledgers/${ledger}/printouts/${kind}?format=${format}${query}`,
    { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    button.after(el("span", { class: "no" }, ` ${new Refused(response.status, problem).message}`));
    return;
  }
  // Never opened here: a document of this page's origin could read the token.
  const href = URL.createObjectURL(await response.blob());
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
  el("a", { href, download: name ? name[1] : `${kind}.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}
