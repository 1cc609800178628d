//! What every noun has in common: the words of its commands and events, and how one becomes the
//! other.

/// Gives a noun's commands and events their words, their subjects and their plain succession.
#[macro_export]
macro_rules! noun {
    ($noun:literal $top:ident $command:ident $event:ident
     $($asked:ident $asked_word:literal => $happened:ident $happened_word:literal,)*) => {
        impl $command {
            /// The word of every command, as the `type` of a command in JSON.
            pub const WORDS: &'static [&'static str] =
                &[$(concat!($noun, ".", $asked_word)),*];

            /// The command's word: the `type` in JSON.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $($command::$asked(_) => concat!($noun, ".", $asked_word)),* }
            }

            /// The event that says no more than that this was done.
            #[must_use]
            pub fn into_event(self) -> $crate::Event {
                $crate::Event::$top(match self {
                    $($command::$asked(facts) => $event::$happened(facts)),*
                })
            }
        }

        impl $event {
            /// The word of every event, as the `type` of an event in JSON.
            pub const WORDS: &'static [&'static str] =
                &[$(concat!($noun, ".", $happened_word)),*];

            /// The event's word: the `type` in JSON.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $($event::$happened(_) => concat!($noun, ".", $happened_word)),* }
            }
        }

        impl $crate::subjects::Subjects for $command {
            fn each(&self, each: &mut dyn FnMut($crate::ids::Subject)) {
                match self { $($command::$asked(facts) => facts.each(each)),* }
            }
        }

        impl $crate::subjects::Subjects for $event {
            fn each(&self, each: &mut dyn FnMut($crate::ids::Subject)) {
                match self { $($event::$happened(facts) => facts.each(each)),* }
            }
        }

        impl $crate::fields::Fields for $event {
            fn about(&self) -> Option<($crate::fields::Kind, $crate::ids::Subject)> {
                match self { $($event::$happened(facts) => facts.about()),* }
            }

            fn fields(&self, each: &mut $crate::fields::Each<'_>) {
                match self { $($event::$happened(facts) => facts.fields(each)),* }
            }
        }
    };
}

/// The list of nouns: `Command`, `Event` and what is asked of each of them alike.
#[macro_export]
macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident $module:ident $command:ident $event:ident;)*) => {
        /// What may be asked. In JSON `type` is `<noun>.<command>` and `data` its facts.
        #[derive(
            Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, $crate::form::Form,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Command { $($(#[$doc])* $noun($module::$command),)* }

        /// What has happened. In JSON `type` is `<noun>.<event>` and `data` its facts.
        #[derive(
            Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, $crate::form::Form,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Event { $($(#[$doc])* $noun($module::$event),)* }

        /// Which noun: what a command or an event is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Noun { $($(#[$doc])* $noun,)* }

        impl Command {
            /// Which noun it asks.
            #[must_use]
            pub const fn noun(&self) -> Noun {
                match self { $(Command::$noun(_) => Noun::$noun),* }
            }

            /// The words of all commands, noun by noun.
            pub const WORDS: &'static [&'static [&'static str]] =
                &[$($module::$command::WORDS),*];

            /// The command's word: the `type` in JSON.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $(Command::$noun(command) => command.word()),* }
            }
        }

        impl Command {
            /// The event that says no more than that this was done.
            #[must_use]
            pub fn into_event(self) -> Event {
                match self { $(Command::$noun(command) => command.into_event()),* }
            }
        }

        impl Event {
            /// Which noun it happened to.
            #[must_use]
            pub const fn noun(&self) -> Noun {
                match self { $(Event::$noun(_) => Noun::$noun),* }
            }

            /// The words of all events, noun by noun.
            pub const WORDS: &'static [&'static [&'static str]] = &[$($module::$event::WORDS),*];

            /// The event's word: the `type` in JSON.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $(Event::$noun(event) => event.word()),* }
            }
        }

        impl $crate::subjects::Subjects for Command {
            fn each(&self, each: &mut dyn FnMut($crate::ids::Subject)) {
                match self { $(Command::$noun(command) => command.each(each)),* }
            }
        }

        impl $crate::subjects::Subjects for Event {
            fn each(&self, each: &mut dyn FnMut($crate::ids::Subject)) {
                match self { $(Event::$noun(event) => event.each(each)),* }
            }
        }

        impl $crate::fields::Fields for Event {
            fn about(&self) -> Option<($crate::fields::Kind, $crate::ids::Subject)> {
                match self { $(Event::$noun(event) => event.about()),* }
            }

            fn fields(&self, each: &mut $crate::fields::Each<'_>) {
                match self { $(Event::$noun(event) => event.fields(each)),* }
            }
        }

        fn decide_noun(
            books: &Books, context: &Context, command: &Command,
        ) -> Result<Vec<Event>, Rejection> {
            match command {
                $(Command::$noun(command) => $module::rules::decide(books, context, command),)*
            }
        }

        /// Those of its noun: see [`breaches`].
        fn breaches_noun(books: &Books, context: &Context, event: &Event) -> Vec<Rejection> {
            match event {
                $(Event::$noun(event) => $module::rules::breaches(books, context, event),)*
            }
        }

        impl $crate::record::amend::Amend for Event {
            fn reversible(&self) -> Option<$crate::money::Fen> {
                match self { $(Event::$noun(event) => event.reversible()),* }
            }
            fn resting(&self, books: &Books, seq: u64) -> Option<Vec<$crate::ids::Subject>> {
                match self { $(Event::$noun(event) => event.resting(books, seq)),* }
            }
            fn reverse(&self, books: &mut Books, seq: u64) {
                match self { $(Event::$noun(event) => event.reverse(books, seq)),* }
            }
            fn text(
                &mut self, field: $crate::record::CorrectedField,
            ) -> Option<$crate::record::amend::Slot<'_>> {
                match self { $(Event::$noun(event) => event.text(field)),* }
            }
            fn describe_record(
                &self, books: &mut Books, seq: u64, field: $crate::record::CorrectedField,
                to: &$crate::text::Wording,
            ) {
                match self {
                    $(Event::$noun(event) => event.describe_record(books, seq, field, to)),*
                }
            }
        }

        fn apply_noun(books: &mut Books, context: &Context, event: &Event) {
            match event {
                $(Event::$noun(event) => $module::rules::apply(books, context, event),)*
            }
        }
    };
}
