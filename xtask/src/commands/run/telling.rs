//! Prints the verdicts of a run for people, lesson by lesson, as they come, and collects the report.

use super::super::shared::print;
use super::plan::Plan;
use super::screen::Screen;
use crate::bench::Role;
use crate::commands::run::progress::Progress;
use crate::course::Lesson;
use crate::judge::{Extent, News, Order, Trial};
use crate::report::text;
use crate::report::{LessonReport, Name, Problem, Report, screen};
use crate::system::patience::PATIENCE;
use crate::system::program;
use crate::system::waits::WaitsFor;
use std::time::{Duration, Instant};

/// What follows the first failure in the output for `watch`: ASCII's group separator, which no screen contains. The whole
/// screen comes later.
pub const FIRST: char = '\u{1d}';

/// Returns what a check waits for, and for how long already.
fn waiting(what: WaitsFor, for_so_long: Duration) -> String {
    let limit = PATIENCE.as_secs();
    let what = match what {
        WaitsFor::Listening => "until the server listens",
        WaitsFor::Call => "until the client calls",
        // One that is busy gets more time.
        WaitsFor::Programs => return format!(": waiting, at most {limit} s while it sleeps"),
    };
    match for_so_long.as_secs() {
        0 => format!(": waiting {what}"),
        s if s <= limit => format!(", {s} s: waiting {what}"),
        // A program that sleeps is given up at the limit.
        s => format!(", {s} s, busy: waiting {what}"),
    }
}

/// Prints the verdicts for people, lesson by lesson, as they come, and collects the report.
pub struct Telling<'a> {
    plan: &'a Plan<'a>,
    reruns: &'a [String],
    reports: Vec<LessonReport>,
    /// What is judged of each lesson and what of it is printed; `None` where nothing can be judged.
    screens: Vec<Option<Screen>>,
    /// How many lessons are printed to their end.
    told: usize,
    /// Whether the heading of the next one is printed.
    is_open: bool,
    start: Instant,
    progress: Progress,
}

impl<'a> Telling<'a> {
    pub fn new(plan: &'a Plan<'a>, reruns: &'a [String], problems: Vec<Option<Problem>>) -> Self {
        let report = |(lesson, problem): (&&'static Lesson, Option<Problem>)| LessonReport {
            lesson: lesson.dir(),
            subject: plan.subject(lesson),
            half: plan.choice(lesson).half,
            problem,
            millis: 0,
            checks: Vec::new(),
            not_run: Vec::new(),
            handed_in: plan.facts(lesson),
        };
        Self {
            plan,
            reruns,
            reports: plan.lessons.iter().zip(problems).map(report).collect(),
            screens: plan.lessons.iter().map(|_| None).collect(),
            told: 0,
            is_open: false,
            start: Instant::now(),
            progress: Progress::new(),
        }
    }

    /// Expects verdicts for a lesson.
    pub fn expect(&mut self, number: usize, trial: &Trial, extent: Extent) {
        let (lesson, checks) = (trial.case.lesson, &trial.checks);
        let order = Order::of(lesson, checks);
        let opens = checks.iter().position(|check| lesson.opens(*check));
        let name = |check: &crate::promises::CheckOn| Name {
            id: check.id,
            half: check.half,
            wire: check.wire,
            family: lesson.named(check.family),
        };
        let screen = Screen::new(self.plan.paint, extent, checks, opens, name, |n| order.rank(n));
        self.screens[number] = Some(screen);
    }

    /// Takes what came of a lesson, and prints what can be printed of it.
    pub fn tell(&mut self, number: usize, news: News) {
        if let Some(screen) = &mut self.screens[number] {
            match news {
                News::Waits(n, what) => {
                    screen.waits_for(n, what);
                    return self.show_progress();
                }
                News::Judged(n, judged) => screen.judged(n, *judged),
                News::Over(waits) => screen.over(waits),
            }
        }
        self.reports[number].millis = self.start.elapsed().as_millis() as u64;
        self.go_on();
    }

    /// Prints what can be printed, and shows on a terminal which check the runner waits for.
    pub fn go_on(&mut self) {
        while self.told < self.reports.len() {
            self.open();
            let Some(screen) = &mut self.screens[self.told] else {
                self.finish();
                continue;
            };
            let text = screen.tell(&mut self.reports[self.told]);
            if !text.is_empty() {
                self.progress.clear();
                self.plan.say(&text);
            }
            if let Some(rows) = self.plan.args.screen
                && let Some(first) = screen.take_first()
            {
                let paint = self.plan.paint;
                let lesson = self.plan.lessons[self.told];
                let heading = text::heading(paint, lesson, &self.plan.described(lesson), self.plan.seed);
                print(&format!("{}{FIRST}", screen::first(paint, &heading, first, rows)));
            }
            if !screen.is_over() {
                break;
            }
            self.finish();
        }
        self.show_progress();
    }

    /// Shows on a terminal which check the runner waits for, what that waits for, and for how long already.
    pub fn show_progress(&mut self) {
        let Some(Some(screen)) = self.screens.get(self.told) else { return };
        let (done, all, next) = screen.waits(&self.reports[self.told]);
        if let Some((next, waits)) = next {
            let over = next.family.map_or(String::new(), |family| format!(" over {family}"));
            let waits = waits.map_or(String::new(), |(what, since)| waiting(what, since.elapsed()));
            self.progress.show(&format!("check {} of {all} (`{}`{over}){waits}", done + 1, next.id));
        }
    }

    /// Prints the heading of the lesson that comes next, once.
    fn open(&mut self) {
        if !std::mem::replace(&mut self.is_open, true) {
            self.progress.clear();
            let blank = if self.told > 0 { "\n" } else { "" };
            self.plan.say(&format!("{blank}{}", self.heading()));
        }
    }

    fn heading(&self) -> String {
        let (plan, lesson) = (self.plan, self.plan.lessons[self.told]);
        text::heading(plan.paint, lesson, &plan.described(lesson), plan.seed)
    }

    /// Prints the end of the lesson, and its screen for `watch`.
    fn finish(&mut self) {
        self.progress.clear();
        let number = self.told;
        let (plan, report, rerun) = (self.plan, &self.reports[number], &self.reruns[number]);
        let lesson = plan.lessons[number];
        let below = self.screens[number].as_ref().map_or(0, Screen::below_first);
        let next = plan.next(lesson, report, rerun);
        plan.say(&text::closing(plan.paint, report, &next.below(below)));
        if let Some(rows) = plan.args.screen {
            let scene: Vec<(Role, String)> =
                self.screens[number].take().map(Screen::into_scene).unwrap_or_default();
            if plan.rustc.get().is_some_and(|rustc| !rustc.errors.is_empty()) {
                // What cargo printed itself, that it could not compile, says less than these errors.
                print(&FIRST.to_string());
            }
            let (first, next) = (report.first_to_mend(), plan.next_on_screen(lesson, report));
            print(&plan.on_screen(rows, |rows| {
                screen::render(plan.paint, &self.heading(), &scene, report, first, &next, rows)
            }));
            print(&plan.place(lesson, report, first).line());
        }
        (self.told, self.is_open) = (number + 1, false);
    }

    /// Prints the rest, also of lessons that an interrupt left undecided, and returns the report.
    pub fn close(mut self) -> Report {
        while self.told < self.reports.len() {
            if let Some(screen) = &mut self.screens[self.told] {
                screen.give_up(&mut self.reports[self.told]);
            }
            self.open();
            self.finish();
        }
        Report {
            seed: self.plan.seed,
            lessons: self.reports,
            interrupted: program::interrupted(),
            made_with: self.plan.made_with(),
        }
    }
}
