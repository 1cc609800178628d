//! A view as bytes: what a start reads instead of applying millions of records again.
//!
//! Every part is written by itself, so that two threads can read two of them, and whoever reads
//! one knows which it is that is damaged. The forms of values are those of [`ledger::form`].

use crate::View;
use crate::alerts::Alerts;
use crate::days::Days;
use crate::evidence::EvidenceFiles;
use crate::links::Links;
use crate::parts::Part;
use crate::search::Search;
use crate::tasks::Plans;
use crate::timeline::Timeline;
use crate::{Books, Head};
use ledger::form::{BadForm, Description, Form, Input, Out};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::mem::swap;

/// The context of [`View::form_id`].
const CONTEXT: &str = "fundtrace v1 form of a view";

impl View {
    /// What the form of a view is: another one after every change of a type that it holds, of its
    /// fields, their names or their order, and of the version of a part. A form with another id is
    /// of no use here.
    ///
    /// What the same records are *made into* by a change of the rules is seen by the version of a
    /// part alone: see [`Part::version`].
    #[must_use]
    pub fn form_id() -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        for part in Part::ALL {
            hasher.update(describe(part).text().as_bytes());
            hasher.update(part.name().as_bytes());
            hasher.update(&part.version().to_le_bytes());
        }
        hasher.update(Description::of::<Head>().text().as_bytes());
        // Bank lines are found by this hash, which another compiler may make otherwise.
        let mut probe = DefaultHasher::new();
        probe.write(CONTEXT.as_bytes());
        hasher.update(&probe.finish().to_le_bytes());
        *hasher.finalize().as_bytes()
    }

    /// An empty view that stands at a record: its parts are read into it.
    #[must_use]
    pub fn at(head: Option<Head>) -> View {
        View {
            head,
            ..View::default()
        }
    }

    /// Writes a part.
    ///
    /// # Errors
    /// The sink does not take it; or it holds a personal text in the clear.
    pub fn write_part(&self, part: Part, sink: &mut dyn io::Write) -> io::Result<()> {
        let mut out = Out::new(sink);
        self.put_part(part, &mut out);
        out.finish()
    }

    /// Reads a part in place of the one that is there; on an error that one stays.
    ///
    /// # Errors
    /// The `len` bytes are no such part, or cannot be read.
    pub fn read_part(
        &mut self,
        part: Part,
        source: &mut dyn io::Read,
        len: u64,
    ) -> Result<(), BadForm> {
        let mut input = Input::new(source, len);
        let mut other = View::default();
        let read = other.get_part(part, &mut input);
        input.finish(read)?;
        self.swap_part(part, &mut other);
        Ok(())
    }

    /// Exchanges a part with another view: with what another thread has read.
    pub fn swap_part(&mut self, part: Part, other: &mut View) {
        match part {
            Part::Books => swap(&mut self.books, &mut other.books),
            Part::Alerts => swap(&mut self.alerts, &mut other.alerts),
            Part::Links => swap(&mut self.links, &mut other.links),
            Part::Timeline => swap(&mut self.timeline, &mut other.timeline),
            Part::Plans => swap(&mut self.plans, &mut other.plans),
            Part::Days => swap(&mut self.days, &mut other.days),
            Part::Search => swap(&mut self.search, &mut other.search),
            Part::Evidence => swap(&mut self.evidence, &mut other.evidence),
        }
    }

    fn put_part(&self, part: Part, out: &mut Out<'_>) {
        match part {
            Part::Books => self.books.write(out),
            Part::Alerts => self.alerts.write(out),
            Part::Links => self.links.write(out),
            Part::Timeline => self.timeline.write(out),
            Part::Plans => self.plans.write(out),
            Part::Days => self.days.write(out),
            Part::Search => self.search.write(out),
            Part::Evidence => self.evidence.write(out),
        }
    }

    fn get_part(&mut self, part: Part, input: &mut Input<'_>) -> Result<(), ledger::form::Bad> {
        match part {
            Part::Books => self.books = Form::read(input)?,
            Part::Alerts => self.alerts = Form::read(input)?,
            Part::Links => self.links = Form::read(input)?,
            Part::Timeline => self.timeline = Form::read(input)?,
            Part::Plans => self.plans = Form::read(input)?,
            Part::Days => self.days = Form::read(input)?,
            Part::Search => self.search = Form::read(input)?,
            Part::Evidence => self.evidence = Form::read(input)?,
        }
        Ok(())
    }

    /// Writes all of it: the head, and the parts in the order of [`Part::ALL`].
    ///
    /// # Errors
    /// As of [`View::write_part`].
    pub fn write_form(&self, sink: &mut dyn io::Write) -> io::Result<()> {
        let mut out = Out::new(sink);
        self.head.write(&mut out);
        for part in Part::ALL {
            self.put_part(part, &mut out);
        }
        out.finish()
    }

    /// Reads what [`View::write_form`] wrote.
    ///
    /// # Errors
    /// The `len` bytes are no view, or cannot be read.
    pub fn read_form(source: &mut dyn io::Read, len: u64) -> Result<View, BadForm> {
        let mut input = Input::new(source, len);
        let read = Form::read(&mut input).and_then(|head| {
            let mut view = View::at(head);
            for part in Part::ALL {
                view.get_part(part, &mut input)?;
            }
            Ok(view)
        });
        input.finish(read)
    }
}

fn describe(part: Part) -> Description {
    match part {
        Part::Books => Description::of::<Books>(),
        Part::Alerts => Description::of::<Alerts>(),
        Part::Links => Description::of::<Links>(),
        Part::Timeline => Description::of::<Timeline>(),
        Part::Plans => Description::of::<Plans>(),
        Part::Days => Description::of::<Days>(),
        Part::Search => Description::of::<Search>(),
        Part::Evidence => Description::of::<EvidenceFiles>(),
    }
}
