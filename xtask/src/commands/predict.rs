//! `cargo xtask predict`

use super::shared::{UNABLE, again, known, lab, lesson_or_current, print, stop_at_ctrl_c};
use crate::bench::{Bench, Programs};
use crate::cli::Predict;
use crate::course::Lesson;
use crate::finding::{Half, Outcome, Stop};
use crate::questions::{self, Form, Question, letter};
use crate::report::text::{Paint, WIDTH, wrap};
use crate::system::program;
use crate::workspace;
use crate::workspace::cargo::{self, Show};
use colored::Color;
use std::io::{BufRead, IsTerminal, Write};

/// The status when the reference solution does not compile.
const FAILED: u8 = 1;
/// Inputs are the same in each run: what happens is asked, and not what the inputs were.
const SEED: u64 = 1;
/// Columns before the words of an answer.
const INDENT: usize = 4;

/// Asks the questions of a chapter, keeps the answers, and then shows each beside what happens in a run.
pub fn predict(args: &Predict) -> anyhow::Result<u8> {
    let state = known();
    let lesson = lesson_or_current(args.lesson.as_deref(), &state)?;
    if let Some(line) = again(args.lesson.as_deref(), &state) {
        print(&format!("{line}\n\n"));
    }
    let questions = questions::of(lesson.number);
    let paint = Paint::of(&std::io::stdout());
    let title = format!("{} {}", lesson.id(), lesson.name);
    print(&format!("{}  predict first: {} questions\n", paint.bold(&title), questions.len()));
    print(&format!("They stand in {}, below the idea that they are about.\n", lesson.chapter()));
    let kept = state.predicted.get(&lesson.dir()).cloned().unwrap_or_default();
    let mut answers: Vec<String> = Vec::new();
    for (n, question) in (1..).zip(questions) {
        let earlier = kept.get(question.id).filter(|earlier| question.read(earlier).is_ok());
        let Some(answer) = ask(question, n, questions.len(), earlier, paint)? else {
            let (all, next) = (questions.len(), paint.bold("next:"));
            let later = questions[answers.len()..].iter().filter(|question| kept.contains_key(question.id));
            let known = answers.len() + later.count();
            print(&format!(
                "\n\n{known} of {all} answers are kept\n{next} cargo xtask predict {}\n",
                lesson.id()
            ));
            return Ok(0);
        };
        keep(lesson, question, &answer);
        answers.push(answer);
    }
    stop_at_ctrl_c()?;
    let package = format!("solution-{}", lesson.dir());
    let show = if std::io::stderr().is_terminal() { Show::Progress } else { Show::Messages };
    if show == Show::Progress {
        eprintln!("\nthe reference solution runs; this takes some seconds");
    }
    let built = cargo::build(&workspace::root(), std::slice::from_ref(&package), None, show)?;
    let Some(programs) = Programs::built("solution", lesson.number, &built.programs) else {
        eprintln!("{package} does not compile: cargo's message above states where");
        return Ok(FAILED);
    };
    let seen = all_seen(questions, &programs);
    if program::interrupted() {
        return Ok(UNABLE);
    }
    print("\nWhat then happened, in runs of the reference solution or with plain sockets:\n");
    let mut right = 0;
    let mut known = 0;
    for (n, ((question, answer), seen)) in (1..).zip(questions.iter().zip(&answers).zip(&seen)) {
        match seen {
            Ok(seen) => {
                known += 1;
                right += usize::from(question.kept(seen) == *answer);
                print(&beside(lesson, question, n, answer, &question.kept(seen), &seen.facts, paint));
            }
            Err(why) => print(&format!(
                "\n{n}  you: {}\n{}",
                question.shown(answer),
                indented(&format!("this could not be tried here: {why}"))
            )),
        }
    }
    print(&format!("\n{right} of {known} as you predicted\n"));
    print(&format!("{} cargo xtask run {} --solution\n", paint.bold("next:"), lesson.id()));
    Ok(0)
}

/// Returns the line that offers the questions of a lesson, the first time; `None` when it was offered, or when there is
/// an answer.
pub fn offer(lesson: &Lesson) -> Option<String> {
    let (state, _) = lab().load();
    let dir = lesson.dir();
    let is_new =
        !state.offered.contains(&dir) && !state.predicted.contains_key(&dir) && !state.passed.contains(&dir);
    if !is_new || questions::of(lesson.number).is_empty() {
        return None;
    }
    // It is only an offer: when it cannot be noted, it is made again.
    let _ = lab().update(|state| _ = state.offered.insert(dir));
    Some(format!("predict first? cargo xtask predict {}", lesson.id()))
}

/// Asks one question until there is an answer; `None` at the end of the input.
fn ask(
    question: &Question,
    n: usize,
    all: usize,
    earlier: Option<&String>,
    paint: Paint,
) -> anyhow::Result<Option<String>> {
    let mut text = format!("\n{}\n", paint.bold(&format!("{n} of {all}")));
    wrap(question.asks, WIDTH).iter().for_each(|line| text += &format!("{line}\n"));
    if let Form::Choice(choices) = question.form {
        for (n, choice) in choices.iter().enumerate() {
            let lines = wrap(choice, WIDTH - INDENT - 3);
            let mark = format!("{})", letter(n));
            for (line, mark) in lines.iter().zip(std::iter::once(mark.as_str()).chain(std::iter::repeat("")))
            {
                text += &format!("{:INDENT$}{mark:<3}{line}\n", "");
            }
        }
    }
    if let Some(earlier) = earlier {
        text += &format!("your answer was {}; Enter alone keeps it\n", question.shown(earlier));
    }
    print(&text);
    loop {
        print("> ");
        std::io::stdout().flush()?;
        let mut line = Vec::new();
        if std::io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let typed = String::from_utf8_lossy(&line);
        match (earlier, typed.trim().is_empty()) {
            (Some(earlier), true) => return Ok(Some(earlier.clone())),
            _ => match question.read(&typed) {
                Ok(answer) => return Ok(Some(answer)),
                Err(what) => print(&format!("that is no answer: {what}\n")),
            },
        }
    }
}

/// Keeps an answer at once, so that it outlives Ctrl-C.
fn keep(lesson: &Lesson, question: &Question, answer: &str) {
    let kept = lab().update(|state| {
        let answers = state.predicted.entry(lesson.dir()).or_default();
        answers.insert(question.id.into(), answer.into());
    });
    if let Err(error) = kept {
        eprintln!("note: the answer was not kept: {error:#}");
    }
}

/// Does all experiments at once: each mostly waits for its own programs.
fn all_seen(questions: &'static [Question], programs: &Programs) -> Vec<Result<questions::Seen, String>> {
    std::thread::scope(|scope| {
        let one = |question: &'static Question| scope.spawn(move || seen(question, programs));
        let running: Vec<_> = questions.iter().map(one).collect();
        let lost = || Err("the experiment was broken off".to_string());
        running.into_iter().map(|experiment| experiment.join().unwrap_or_else(|_| lost())).collect()
    })
}

fn seen(question: &Question, programs: &Programs) -> Result<questions::Seen, String> {
    let mut bench = Bench::new(programs, SEED, Half::Pair, question.wire);
    let outcome: Outcome<questions::Seen> = (question.experiment)(&mut bench);
    outcome.map_err(|stop| match *stop {
        Stop::Broken(finding) | Stop::Demo(finding) => {
            format!("expected {}; got {}", finding.expected, finding.got)
        }
        Stop::Unable(_, why) | Stop::Skip(why) => why.to_string(),
    })
}

/// Returns an answer beside what happened, why, and where to read more.
fn beside(
    lesson: &Lesson,
    question: &Question,
    n: usize,
    answer: &str,
    happened: &str,
    facts: &str,
    paint: Paint,
) -> String {
    let was = paint.bold(&question.shown(happened));
    let mut out = match answer == happened {
        true => format!("\n{n}  {} you: {was}\n", paint.color("✓", Color::Green)),
        false => format!("\n{n}  ≠ you: {}\n     it was: {was}\n", question.shown(answer)),
    };
    out += &indented(facts);
    out += &indented(question.why);
    out += &indented(&paint.dim(&format!("read {}#{}", lesson.chapter(), question.section)));
    out
}

/// Returns a text below an answer.
fn indented(text: &str) -> String {
    wrap(text, WIDTH - INDENT - 1).iter().map(|line| format!("{:1$}{line}\n", "", INDENT + 1)).collect()
}
