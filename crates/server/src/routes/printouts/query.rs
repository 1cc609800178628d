//! What may be asked of a printout.

use crate::problem::Problem;
use crate::routes::items::state_of;
use crate::routes::question::Asked as FromQuery;
use jiff::civil::Date;
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::ids::{OrganisationId, OverlayId, PersonId, ProjectId, RoundId};
use ledger::item::{ItemCategory, Severity};
use ledger::project::rules::ProjectState;
use printouts::{Asked, CSV_ROWS_MAX, Kind, ROWS_MAX};
use projections::items::ItemFilter;
use projections::trace::PaymentFilter;
use serde::Deserialize;
use uuid::Uuid;

/// As what it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A page for A4.
    #[default]
    Html,
    /// A workbook.
    Xlsx,
    /// CSV in UTF-8 with a byte order mark.
    Csv,
}

impl Format {
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
        }
    }

    /// How many rows a table may have.
    const fn rows_max(self) -> usize {
        match self {
            Format::Html | Format::Xlsx => ROWS_MAX,
            Format::Csv => CSV_ROWS_MAX,
        }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Format::Html => "text/html; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// What is printed, and how. What a kind cannot be narrowed to is refused, and not left aside.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PrintoutQuery {
    /// As what: `html`, `xlsx` or `csv`; a page if left out.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub(super) format: Format,
    /// The day of the question, `2018-08-16`; today in UTC+08:00 if left out.
    #[param(value_type = Option<String>)]
    on: Option<BusinessDate>,
    /// Of which item: a closing's approval, a letter.
    item: Option<Uuid>,
    /// Of which fund batch: its trace.
    fund: Option<Uuid>,
    /// Of which subject: an evidence sheet of a payment, a project, an item or another.
    subject: Option<Uuid>,
    /// Which record, of several letters; the last one if left out.
    seq: Option<u64>,
    /// Only items, or projects, in this state.
    state: Option<String>,
    /// Only items of this unit and the units below it; of a trace only payments for the projects
    /// that they carry out.
    pub(super) unit: Option<Uuid>,
    /// Only payments for this project.
    pub(super) project: Option<Uuid>,
    /// Only payments instructed on this day or later, `2018-01-01`.
    #[param(value_type = Option<String>)]
    from: Option<BusinessDate>,
    /// Only payments instructed on this day or earlier. A date that is not exact counts as its
    /// last day.
    #[param(value_type = Option<String>)]
    until: Option<BusinessDate>,
    /// Only items whose responsible unit is in this zone on the day of the question.
    zone: Option<Uuid>,
    /// Only items that this unit or one below it leads.
    lead: Option<Uuid>,
    /// Only items in which this unit or one below it helps.
    cooperating: Option<Uuid>,
    /// Only items for which this official answers.
    person: Option<Uuid>,
    /// Only items of this round.
    pub(super) round: Option<Uuid>,
    /// Only items about this.
    #[param(value_type = Option<String>)]
    category: Option<ItemCategory>,
    /// Only items so bad.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// Only overdue items, or only others.
    overdue: Option<bool>,
    /// Only batches of this budget year.
    budget_year: Option<u32>,
    /// With the names of persons, which are sealed; for those who are shown them.
    #[serde(default)]
    pub(super) reveal: bool,
    /// Wait until this record is there.
    min_seq: Option<u64>,
}

impl FromQuery for PrintoutQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl PrintoutQuery {
    /// What is narrowed: the parameter, its name in Chinese, and its value.
    pub(super) fn narrowed(&self) -> Vec<(&'static str, &'static str, String)> {
        let text = |value: &dyn ToString| value.to_string();
        let all = [
            ("item", "整改事项", self.item.as_ref().map(|it| text(it))),
            ("fund", "资金批次", self.fund.as_ref().map(|it| text(it))),
            ("subject", "对象", self.subject.as_ref().map(|it| text(it))),
            ("seq", "记录", self.seq.as_ref().map(|it| text(it))),
            ("state", "状态", self.state.clone()),
            ("unit", "单位", self.unit.as_ref().map(|it| text(it))),
            ("project", "项目", self.project.as_ref().map(|it| text(it))),
            ("from", "支付日期自", self.from.as_ref().map(|it| text(it))),
            (
                "until",
                "支付日期至",
                self.until.as_ref().map(|it| text(it)),
            ),
            ("zone", "战区", self.zone.as_ref().map(|it| text(it))),
            ("lead", "牵头单位", self.lead.as_ref().map(|it| text(it))),
            (
                "cooperating",
                "配合单位",
                self.cooperating.as_ref().map(|it| text(it)),
            ),
            ("person", "责任人", self.person.as_ref().map(|it| text(it))),
            ("round", "轮次", self.round.as_ref().map(|it| text(it))),
            (
                "category",
                "类别",
                self.category.map(|it| it.zh().to_owned()),
            ),
            (
                "severity",
                "程度",
                self.severity.map(|it| it.zh().to_owned()),
            ),
            (
                "overdue",
                "是否超期",
                self.overdue
                    .map(|it| if it { "是" } else { "否" }.to_owned()),
            ),
            (
                "budget_year",
                "年度",
                self.budget_year.as_ref().map(|it| text(it)),
            ),
        ];
        let said = all.into_iter();
        said.filter_map(|(name, zh, value)| Some((name, zh, value?)))
            .collect()
    }

    /// The first parameter that names something that a ledger does not have, and what that is.
    pub(super) fn unknown(&self, books: &Books) -> Option<(&'static str, &'static str)> {
        let unit =
            |id: Option<Uuid>| id.is_none_or(|id| books.organisations.contains(OrganisationId(id)));
        let named = [
            ("unit", "该单位", unit(self.unit)),
            ("lead", "该牵头单位", unit(self.lead)),
            ("cooperating", "该配合单位", unit(self.cooperating)),
            (
                "project",
                "该项目",
                self.project
                    .is_none_or(|id| books.projects.contains(ProjectId(id))),
            ),
            (
                "round",
                "该轮次",
                self.round
                    .is_none_or(|id| books.rounds.contains(RoundId(id))),
            ),
            (
                "zone",
                "该战区",
                self.zone
                    .is_none_or(|id| books.overlays.contains(OverlayId(id))),
            ),
            (
                "person",
                "该人员",
                self.person
                    .is_none_or(|id| books.persons.contains(PersonId(id))),
            ),
        ];
        let unknown = named.into_iter().find(|(_, _, is_known)| !is_known);
        unknown.map(|(name, zh, _)| (name, zh))
    }

    /// What is asked of a kind.
    pub(super) fn asked(&self, kind: Kind, today: jiff::civil::Date) -> Result<Asked, Problem> {
        for (name, _, _) in self.narrowed() {
            if kind.about() != Some(name) && !kind.narrows().contains(&name) {
                return Err(not_narrowed(kind, name));
            }
        }
        let on = exact(self.on, "on")?.unwrap_or(today);
        let about = self.item.or(self.fund).or(self.subject);
        if let (Some(name), None) = (kind.about(), about) {
            let title = format!("it is of one {name}: {name} is needed");
            let title_zh = format!("须指明 {name}");
            return Err(Problem::bad("BAD_QUERY", &title, &title_zh).at(name));
        }
        let state = self.state.as_deref();
        let (mut item_state, mut project_state) = (None, None);
        if kind == Kind::Projects {
            project_state = state.map(project_state_of).transpose()?;
        } else {
            item_state = state.map(state_of).transpose()?;
        }
        Ok(Asked {
            kind,
            on,
            about,
            seq: self.seq,
            items: ItemFilter {
                state: item_state,
                within: self.unit.map(OrganisationId),
                person: self.person.map(PersonId),
                zone: self.zone.map(OverlayId),
                lead: self.lead.map(OrganisationId),
                cooperating: self.cooperating.map(OrganisationId),
                round: self.round.map(RoundId),
                category: self.category,
                severity: self.severity,
                overdue: self.overdue,
            },
            project_state,
            budget_year: self.budget_year,
            payments: self.payments()?,
            rows_max: self.format.rows_max(),
        })
    }

    fn payments(&self) -> Result<PaymentFilter, Problem> {
        let (from, until) = (exact(self.from, "from")?, exact(self.until, "until")?);
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            let title = format!("until {until} is before from {from}");
            let title_zh = format!("截止日 {until} 早于起始日 {from}");
            return Err(Problem::bad("BAD_DATE", &title, &title_zh).at("until"));
        }
        Ok(PaymentFilter {
            project: self.project.map(ProjectId),
            within: self.unit.map(OrganisationId),
            from,
            until,
        })
    }
}

/// One day.
fn exact(date: Option<BusinessDate>, field: &'static str) -> Result<Option<Date>, Problem> {
    let Some(date) = date else {
        return Ok(None);
    };
    let day = date.exact().ok_or_else(|| {
        let (title, title_zh) = ("it must be one day: 2018-08-16", "须为确切日期:2018-08-16");
        Problem::bad("BAD_DATE", title, title_zh).at(field)
    })?;
    Ok(Some(day))
}

fn not_narrowed(kind: Kind, name: &str) -> Problem {
    let known = kind
        .about()
        .into_iter()
        .chain(kind.narrows().iter().copied());
    let known = known.collect::<Vec<_>>().join(", ");
    let word = kind.word();
    let title = format!("{word} cannot be narrowed by {name}; known are: {known}");
    let title_zh = format!("{}不能按 {name} 筛选;可用:{known}", kind.title().zh);
    Problem::bad("BAD_QUERY", &title, &title_zh).at(name)
}

fn project_state_of(word: &str) -> Result<ProjectState, Problem> {
    let mut states = ProjectState::ALL.iter().copied();
    states.find(|state| state.word() == word).ok_or_else(|| {
        let words: Vec<_> = ProjectState::ALL.iter().map(|state| state.word()).collect();
        let list = words.join(", ");
        let title = format!("\"{word}\" is not a state; known are: {list}");
        let title_zh = format!("没有“{word}”这一状态;可用:{list}");
        Problem::bad("BAD_QUERY", &title, &title_zh).at("state")
    })
}
