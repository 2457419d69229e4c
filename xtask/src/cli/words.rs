//! Each word of a verb is written once, as a field with its help. `verb!` makes two things from it: the description for
//! clap, and the struct for the values that were typed.
//!
//! clap's own `derive` does the same, but it takes longer to build than the rest of clap.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::path::PathBuf;

/// A verb as help shows it.
#[derive(Clone, Copy)]
pub struct Face {
    /// The word for it.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The text below its help: examples.
    pub below: &'static str,
    /// The words that it takes.
    pub words: fn() -> Vec<Arg>,
}

impl Face {
    /// Returns the verb as clap knows it.
    pub fn command(self) -> Command {
        Command::new(self.name).about(self.about).after_help(self.below).args((self.words)())
    }
}

/// Makes the word `--long`, which is given or not.
pub fn flag(long: &'static str) -> Arg {
    Arg::new(long).long(long)
}

/// Makes the words `--long VALUE`.
pub fn option(long: &'static str, value: &'static str) -> Arg {
    Arg::new(long).long(long).value_name(value)
}

/// Makes a word without `--`: its place says what it means.
pub fn place(value: &'static str) -> Arg {
    Arg::new(value).value_name(value)
}

/// The type of a field: it says how often the word may be given, and which values it may have.
pub trait Field: Sized {
    /// Adds to `word` what clap must know about this type.
    fn shape(word: Arg) -> Arg;
    /// Takes the value of the field `id` from what was typed.
    fn take(typed: &mut ArgMatches, id: &str) -> Self;
}

impl Field for bool {
    fn shape(word: Arg) -> Arg {
        word.action(ArgAction::SetTrue)
    }

    fn take(typed: &mut ArgMatches, id: &str) -> Self {
        typed.get_flag(id)
    }
}

impl<T: Value> Field for Option<T> {
    fn shape(word: Arg) -> Arg {
        word.value_parser(T::parser())
    }

    fn take(typed: &mut ArgMatches, id: &str) -> Self {
        typed.remove_one(id)
    }
}

impl<T: Value> Field for Vec<T> {
    fn shape(word: Arg) -> Arg {
        // `01 02 03`, but `--env A=1 --env B=2`.
        let many = if word.is_positional() { word.num_args(1..) } else { word };
        many.value_parser(T::parser()).action(ArgAction::Append)
    }

    fn take(typed: &mut ArgMatches, id: &str) -> Self {
        typed.remove_many(id).into_iter().flatten().collect()
    }
}

/// The type of one value.
pub trait Value: Clone + Send + Sync + 'static {
    /// Returns clap's parser for it.
    fn parser() -> ValueParser;
}

/// Makes types [`Value`]s. A field of such a type is `.required(true)` or has a `.default_value(…)`.
macro_rules! value {
    ($($type:ty),+) => {$(
        impl $crate::cli::words::Value for $type {
            fn parser() -> clap::builder::ValueParser {
                clap::value_parser!($type).into()
            }
        }

        impl $crate::cli::words::Field for $type {
            fn shape(word: clap::Arg) -> clap::Arg {
                word.value_parser(<Self as $crate::cli::words::Value>::parser())
            }

            fn take(typed: &mut clap::ArgMatches, id: &str) -> Self {
                typed.remove_one(id).expect("it is required or has a default")
            }
        }
    )+};
}

value!(String, PathBuf, u8, u16, u32, u64, usize);

/// Makes a verb from `"name": Struct { field: Type = word, … } "examples"`; the doc comments are the help texts.
macro_rules! verb {
    (
        #[doc = $about:literal]
        $name:literal: $verb:ident {$(
            #[doc = $help:literal]
            $field:ident: $type:ty = $kind:ident($($word:literal),+) $(.$method:ident($($value:expr),*))*,
        )+}
        $below:literal
    ) => {
        #[doc = $about]
        #[derive(Clone, Debug)]
        pub struct $verb {$(
            #[doc = $help]
            pub $field: $type,
        )+}

        impl $verb {
            /// The verb as help shows it.
            const FACE: Face = Face { name: $name, about: $about.trim_ascii(), below: $below, words: Self::words };

            fn words() -> Vec<clap::Arg> {
                vec![$({
                    let word = $kind($($word),+).id(stringify!($field)).help($help.trim_ascii());
                    <$type as $crate::cli::words::Field>::shape(word) $(.$method($($value),*))*
                }),+]
            }

            /// Makes the verb from what was typed.
            fn of(typed: &mut clap::ArgMatches) -> Self {
                Self {$( $field: $crate::cli::words::Field::take(typed, stringify!($field)), )+}
            }
        }
    };
}
pub(super) use verb;

/// Makes a value that is one of several words from `Enum { "word": Value, … }`; the doc comments are the help texts.
macro_rules! choice {
    (
        #[doc = $what:literal]
        $choice:ident {$(
            #[doc = $help:literal]
            $word:literal: $value:ident,
        )+}
    ) => {
        #[doc = $what]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $choice {$(
            #[doc = $help]
            $value,
        )+}

        impl clap::ValueEnum for $choice {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$value),+]
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                let (word, help) = match self {
                    $(Self::$value => ($word, $help.trim_ascii()),)+
                };
                Some(clap::builder::PossibleValue::new(word).help(help))
            }
        }

        $crate::cli::words::value!($choice);
    };
}
pub(super) use {choice, value};
