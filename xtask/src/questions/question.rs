//! A question of a chapter: its words, and the experiment that answers it.

use crate::bench::Bench;
use crate::finding::Outcome;
use crate::wire::Kind;

/// A question about what programs will do.
pub struct Question {
    /// Its name in `.lab/`; it stays when the words change.
    pub id: &'static str,
    /// The question, as the chapter asks it.
    pub asks: &'static str,
    /// What an answer looks like.
    pub form: Form,
    /// The wire of its experiment.
    pub wire: Kind,
    /// Does what the question asks about, and returns what happened.
    pub experiment: fn(&mut Bench) -> Outcome<Seen>,
    /// Why it happens, in a sentence or two.
    pub why: &'static str,
    /// The section of the chapter that says more, as a link names it.
    pub section: &'static str,
}

/// The forms of an answer.
#[derive(Clone, Copy)]
pub enum Form {
    /// One of these, named by the letters a, b, c, d.
    Choice(&'static [&'static str]),
    /// A number.
    Number,
}

/// What an experiment has seen.
pub struct Seen {
    /// The answer: the number, or the choice, counted from 0.
    pub answer: usize,
    /// The facts that it follows from.
    pub facts: String,
}

impl Seen {
    /// Returns the answer and the facts that it follows from.
    pub fn new(answer: usize, facts: impl Into<String>) -> Self {
        Self { answer, facts: facts.into() }
    }
}

impl Question {
    /// Returns a question with choices, whose experiment runs on a plain wire; its id, its words, its choices, its
    /// experiment, the reason, and the section that says more.
    pub const fn choice(
        id: &'static str,
        asks: &'static str,
        choices: &'static [&'static str],
        experiment: fn(&mut Bench) -> Outcome<Seen>,
        why: &'static str,
        section: &'static str,
    ) -> Self {
        Self { id, asks, form: Form::Choice(choices), wire: Kind::Plain, experiment, why, section }
    }

    /// Returns a question for a number: see [`Question::choice`].
    pub const fn number(
        id: &'static str,
        asks: &'static str,
        experiment: fn(&mut Bench) -> Outcome<Seen>,
        why: &'static str,
        section: &'static str,
    ) -> Self {
        Self { id, asks, form: Form::Number, wire: Kind::Plain, experiment, why, section }
    }

    /// Returns this question with an experiment on this wire.
    pub const fn on(self, wire: Kind) -> Self {
        Self { wire, ..self }
    }

    /// Returns the answer that `typed` is, in the form in which it is kept; else what to type.
    ///
    /// # Errors
    /// The words that say which answers there are.
    pub fn read(&self, typed: &str) -> Result<String, String> {
        let typed = typed.trim().trim_end_matches(')');
        match self.form {
            Form::Number => match typed.parse::<u64>() {
                Ok(number) => Ok(number.to_string()),
                Err(_) => Err("type a number in digits, for instance 42".into()),
            },
            Form::Choice(choices) => {
                let letters: Vec<String> = (0..choices.len()).map(letter).collect();
                let typed = typed.to_lowercase();
                match letters.contains(&typed) {
                    true => Ok(typed),
                    false => Err(format!("type one of the letters {}", letters.join(", "))),
                }
            }
        }
    }

    /// Returns the answer of an experiment in the form in which answers are kept.
    pub fn kept(&self, seen: &Seen) -> String {
        match self.form {
            Form::Number => seen.answer.to_string(),
            Form::Choice(_) => letter(seen.answer),
        }
    }

    /// Returns an answer that was kept, for people: the number, or the letter and its choice.
    pub fn shown(&self, kept: &str) -> String {
        let Form::Choice(choices) = self.form else { return kept.into() };
        match (0..choices.len()).find(|n| letter(*n) == kept) {
            Some(n) => format!("{kept}) {}", choices[n]),
            None => kept.into(),
        }
    }
}

/// Returns the letter of choice `n`, counted from 0.
pub fn letter(n: usize) -> String {
    char::from(b'a' + n as u8).to_string()
}
