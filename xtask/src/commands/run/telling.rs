//! Prints the verdicts of a run for people, lesson by lesson, as they come.

use super::super::shared::print;
use super::plan::Plan;
use crate::bench::Role;
use crate::commands::run::progress::Progress;
use crate::course::Lesson;
use crate::finding::{Hindrance, Verdict};
use crate::judge::Judged;
use crate::promises::CheckOn;
use crate::report::screen;
use crate::report::text;
use crate::report::text::Detail;
use crate::report::{CheckReport, LessonReport, Problem, Report};
use crate::system::patience::PATIENCE;
use crate::system::program;
use std::collections::HashMap;
use std::time::Instant;

/// Prints the verdicts for people, lesson by lesson, as they come, and collects the report.
pub struct Telling<'a> {
    plan: &'a Plan<'a>,
    reruns: &'a [String],
    pub reports: Vec<LessonReport>,
    /// The checks of each judged lesson, by the lesson's index.
    pub checks: HashMap<usize, Vec<CheckOn>>,
    /// How many lessons are printed to their end.
    told: usize,
    /// The lesson whose heading was printed last.
    open: Option<usize>,
    /// The conversation of that lesson.
    scene: Vec<(Role, String)>,
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
        };
        Self {
            plan,
            reruns,
            reports: plan.lessons.iter().zip(problems).map(report).collect(),
            checks: HashMap::new(),
            told: 0,
            open: None,
            scene: Vec::new(),
            start: Instant::now(),
            progress: Progress::new(),
        }
    }

    /// Shows on a terminal which check the runner waits for.
    pub fn wait_for(&mut self, check: Option<&CheckOn>) {
        let lesson = &self.reports[self.told.min(self.reports.len() - 1)];
        let (done, all) = (lesson.checks.len(), self.checks.get(&self.told).map_or(0, Vec::len));
        if let Some(check) = check {
            let family = self.plan.lessons[self.told.min(self.reports.len() - 1)].named(check.family);
            let over = family.map_or(String::new(), |family| format!(" over {family}"));
            let id = check.id;
            let limit = PATIENCE.as_secs();
            self.progress.show(&format!(
                "check {} of {all}: waiting for {id}{over}, {limit} s at most each time",
                done + 1
            ));
        }
    }

    /// Prints the lessons before `number` to their end, and then the heading of this one.
    fn open(&mut self, number: usize) {
        while self.told < number {
            self.finish();
        }
        if self.open != Some(number) {
            let blank = if number > 0 { "\n" } else { "" };
            let (plan, lesson) = (self.plan, self.plan.lessons[number]);
            plan.say(&format!(
                "{blank}{}",
                text::heading(plan.paint, lesson, &plan.described(lesson), plan.seed)
            ));
            (self.open, self.scene) = (Some(number), Vec::new());
        }
    }

    pub fn tell(&mut self, number: usize, judged: Judged) {
        self.progress.clear();
        self.open(number);
        // One conversation is enough to see; the other pairs are judged, too.
        if !judged.scene.is_empty() && self.scene.is_empty() {
            self.plan.say(&format!("\n{}", text::scene(self.plan.paint, &judged.scene)));
            self.scene = judged.scene;
        }
        let report = &mut self.reports[number];
        report.checks.push(judged.report);
        report.millis = self.start.elapsed().as_millis() as u64;
        let (checks, done) = (&self.checks[&number], report.checks.len());
        // All families of a promise are one line.
        if let [now, next, ..] = &checks[done - 1..]
            && now.is_the_same_but_for_family(next)
        {
            return;
        }
        let is_last = done == checks.len();
        self.tell_promise(number);
        if is_last {
            self.finish();
        }
    }

    /// Prints the promise that was judged last.
    fn tell_promise(&self, number: usize) {
        let (plan, report) = (self.plan, &self.reports[number]);
        let Some(now) = report.promises().last() else { return };
        let earlier = &report.checks[..report.checks.len() - now.len()];
        if earlier.is_empty() {
            plan.say("\n");
        }
        let shown = text::shown_of(now);
        // Prints all of the first failure, and of the first demo on each wire: more of the same would only push it off
        // the screen.
        let failed = |check: &CheckReport| check.verdict == Verdict::Fail && check.hole.is_none();
        let same_demo = |check: &CheckReport| check.verdict == Verdict::Demo && check.wire == shown.wire;
        let same_hindrance = |check: &CheckReport| {
            check.verdict == Verdict::Error
                && check.hindrance == shown.hindrance
                && shown.hindrance != Hindrance::Other
        };
        let before = match shown.verdict {
            Verdict::Demo => earlier.iter().any(same_demo),
            Verdict::Error => earlier.iter().any(same_hindrance),
            // A machine that lacks a family lacks it in every check, and a hole is one for all checks: each is said once.
            Verdict::Pass => now.iter().filter(|check| check.verdict != Verdict::Pass).all(|check| {
                let of_the_same = |other: &CheckReport| {
                    (other.family, other.verdict, &other.hole) == (check.family, check.verdict, &check.hole)
                };
                // A promise of which everything waits for a hole has no line.
                let told = report.promises().filter(|promise| text::shown_of(promise).hole.is_none());
                told.take_while(|promise| promise[0].id != now[0].id || promise[0].wire != now[0].wire)
                    .any(|promise| promise.iter().any(of_the_same))
            }),
            _ => earlier.iter().any(failed),
        };
        let detail = if before { Detail::Brief } else { Detail::Whole };
        plan.say(&text::promise(plan.paint, now, detail));
    }

    /// Prints the end of the next lesson, and its screen for `watch`.
    fn finish(&mut self) {
        let number = self.told;
        self.progress.clear();
        self.open(number);
        self.told += 1;
        let (plan, report, rerun) = (self.plan, &self.reports[number], &self.reruns[number]);
        let next = plan.next(plan.lessons[number], report, rerun);
        plan.say(&text::holes(plan.paint, report));
        plan.say(&text::closing(plan.paint, report, &next));
        if let Some(rows) = plan.args.screen {
            let lesson = plan.lessons[number];
            let heading = text::heading(plan.paint, lesson, &plan.described(lesson), plan.seed);
            let (first, next) = (Plan::first_failed(report), plan.next_on_screen(lesson, report));
            print(&plan.on_screen(rows, |rows| {
                screen::render(plan.paint, &heading, &self.scene, report, first, &next, rows)
            }));
            print(&plan.place(lesson, report, first).line());
        }
    }

    pub fn close(mut self) -> Report {
        while self.told < self.reports.len() {
            self.finish();
        }
        Report { seed: self.plan.seed, lessons: self.reports, interrupted: program::interrupted() }
    }
}
