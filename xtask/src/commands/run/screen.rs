//! What of a lesson's verdicts is printed, and when.
//!
//! A whole report is printed row by row, as the verdicts come. Else the screen keeps to itself what passed until all is
//! decided, and prints the failure nearest to the root as soon as nothing nearer can fail: which one that is never hangs
//! on which check is faster. Below it stand what waits for it, how the halves stand, and, unless the pair went well, the
//! conversation as far as it fits, in every run in this order.

use crate::bench::Role;
use crate::finding::{Hindrance, Verdict};
use crate::judge::{Extent, Judged};
use crate::promises::CheckOn;
use crate::report::text::{self, CONVERSATION, Detail, Paint, SCREEN};
use crate::report::{CheckReport, LessonReport, Name, NotRun};
use crate::system::waits::WaitsFor;
use std::time::Instant;

/// A check that is to be judged: with what it waits for and since when, once it is under way.
type Open = (Name, Option<(WaitsFor, Instant)>);

/// The verdicts of one lesson, and what of them is printed.
pub struct Screen {
    paint: Paint,
    extent: Extent,
    /// The checks' names, in the order of the rows; and at which place a failure of each is told.
    names: Vec<(Name, usize)>,
    /// The place of the check whose conversation is shown, where it is one of them.
    opens: Option<usize>,
    /// For each check, whether the next one differs from it only in the family: then both are one line.
    goes_on: Vec<bool>,
    /// What each check that is under way waits for, and since when.
    waits: Vec<Option<(WaitsFor, Instant)>>,
    /// What was judged and is not in the report yet.
    judged: Vec<Option<Judged>>,
    /// For each check, the place of the failed one that it waits for; empty until all is decided.
    over: Option<Vec<Option<usize>>>,
    /// How many checks of a whole report are printed.
    told: usize,
    /// The conversation.
    scene: Vec<(Role, String)>,
    /// The failure that is printed in full.
    first: Option<Name>,
    /// Whether `take_first` has returned it.
    first_is_taken: bool,
    /// How many lines are printed.
    lines: usize,
    /// How many lines were printed above the first failure.
    first_at: Option<usize>,
}

impl Screen {
    /// Returns an empty screen for these checks, of which `rank` returns at which place a failure of each is told,
    /// and `name` the name. The heading is printed.
    pub fn new(
        paint: Paint,
        extent: Extent,
        checks: &[CheckOn],
        opens: Option<usize>,
        name: impl Fn(&CheckOn) -> Name,
        rank: impl Fn(usize) -> usize,
    ) -> Self {
        let follows =
            |n: usize| checks.get(n + 1).is_some_and(|next| checks[n].is_the_same_but_for_family(next));
        Self {
            paint,
            extent,
            names: checks.iter().enumerate().map(|(n, check)| (name(check), rank(n))).collect(),
            opens,
            goes_on: (0..checks.len()).map(follows).collect(),
            waits: vec![None; checks.len()],
            judged: checks.iter().map(|_| None).collect(),
            over: None,
            told: 0,
            scene: Vec::new(),
            first: None,
            first_is_taken: false,
            lines: 1,
            first_at: None,
        }
    }

    /// Keeps what a check waits for from now on.
    pub fn waits_for(&mut self, n: usize, what: WaitsFor) {
        self.waits[n] = Some((what, Instant::now()));
    }

    /// Keeps a judged check.
    pub fn judged(&mut self, n: usize, judged: Judged) {
        self.judged[n] = Some(judged);
    }

    /// Keeps that all is decided, and what waits for what.
    pub fn over(&mut self, waits: Vec<Option<usize>>) {
        self.over = Some(waits);
    }

    /// Returns whether all is decided.
    pub fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Returns how many checks are judged, of how many, and the first one that is still to be judged: with what it waits
    /// for and since when, once it is under way.
    pub fn waits(&self, report: &LessonReport) -> (usize, usize, Option<Open>) {
        let is_open = |n: &usize| self.judged[*n].is_none() && *n >= self.told;
        let open = self.in_order().into_iter().find(is_open);
        let done = report.checks.len() + self.judged.iter().flatten().count();
        (done, self.names.len(), open.map(|n| (self.names[n].0, self.waits[n])))
    }

    /// Returns the failure nearest to the root, once: when it is known, and the run goes on.
    pub fn take_first(&mut self) -> Option<&CheckReport> {
        let first = self.first.filter(|_| !self.first_is_taken && self.over.is_none())?;
        self.first_is_taken = true;
        let n = self.names.iter().position(|(name, _)| *name == first)?;
        self.judged[n].as_ref().map(|judged| &judged.report)
    }

    /// Returns how many lines stand from the first failure to the end of what is printed.
    pub fn below_first(&self) -> usize {
        self.first_at.map_or(0, |at| self.lines.saturating_sub(at))
    }

    /// Returns the places of the checks in the order in which their failures count: in a whole report the rows.
    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        if self.extent == Extent::Needed {
            order.sort_by_key(|n| self.names[*n].1);
        }
        order
    }

    /// Returns what is to be printed now. Moves what belongs into the report there.
    pub fn tell(&mut self, report: &mut LessonReport) -> String {
        let mut out = match self.extent {
            Extent::Whole => self.tell_rows(report),
            Extent::Needed => self.tell_first(),
        };
        if self.over.is_some() {
            self.settle(report);
            out += &match self.extent {
                Extent::Whole => text::holes(self.paint, report),
                Extent::Needed => self.tell_rest(report),
            };
        }
        self.lines += text::height(&out);
        out
    }

    /// Returns the rows of a whole report that can be printed now.
    fn tell_rows(&mut self, report: &mut LessonReport) -> String {
        let mut out = String::new();
        while let Some(judged) = self.judged.get_mut(self.told).and_then(Option::take) {
            // One conversation is enough to see; the other pairs are judged, too.
            if !judged.scene.is_empty() && self.scene.is_empty() {
                out += &format!("\n{}", text::scene(self.paint, &judged.scene));
                self.scene = judged.scene;
            }
            report.checks.push(judged.report);
            self.told += 1;
            if self.first_at.is_none() && report.checks.last().is_some_and(CheckReport::is_broken) {
                self.first_at = Some(self.lines + text::height(&out));
            }
            // All families of a promise are one line.
            if !self.goes_on[self.told - 1] {
                out += &told_row(self.paint, &report.checks);
            }
        }
        out
    }

    /// Returns the failure nearest to the root, when it is known and not printed.
    fn tell_first(&mut self) -> String {
        let mut out = String::new();
        if self.first.is_none()
            && let Some(n) = self.nearest_failure()
        {
            (self.first, self.first_at) = (Some(self.names[n].0), Some(self.lines));
            // Below come what waits, other failures, how the halves stand, the counts, and what to do next.
            if let Some(judged) = &self.judged[n] {
                // What to do next has the same command.
                let again = text::height(&judged.report.rerun);
                let traces = text::traces(self.paint, &judged.report);
                let room = SCREEN.saturating_sub(self.lines + 1 + BELOW + again + text::height(&traces));
                let told = text::fitted(self.paint, std::slice::from_ref(&judged.report), room);
                out += &format!("\n{told}{traces}");
            }
        }
        out
    }

    /// Returns the place of the failure nearest to the root; `None` while a nearer one can come. A hole is no failure.
    fn nearest_failure(&self) -> Option<usize> {
        let stands = |n: &usize| self.judged[*n].is_some() || self.over.is_some();
        let is_failure = |n: &usize| {
            let report = self.judged[*n].as_ref().map(|judged| &judged.report);
            report.is_some_and(|report| report.is_broken() || report.verdict == Verdict::Error)
        };
        self.in_order().into_iter().take_while(stands).find(is_failure)
    }

    /// Returns the conversation below a blank line, at most so many lines of it with the mark for the others; nothing
    /// where only the mark would fit.
    fn tell_scene(&self, most: usize) -> String {
        let all = self.scene.len();
        let now = if all > most { most.saturating_sub(1) } else { all };
        match all - now {
            _ if now == 0 => String::new(),
            0 => format!("\n{}", text::scene(self.paint, &self.scene)),
            left => format!("\n{}  … {left} lines more\n", text::scene(self.paint, &self.scene[..now])),
        }
    }

    /// Moves the verdicts into the report, in the order of the rows, with what waits for what. A failed check of the pair
    /// gets the cause of the check that it waits for, where that is one of the half at fault.
    fn settle(&mut self, report: &mut LessonReport) {
        let waits = self.over.clone().unwrap_or_default();
        if let Some(opens) = self.opens.and_then(|n| self.judged[n].as_mut())
            && self.scene.is_empty()
        {
            self.scene = std::mem::take(&mut opens.scene);
        }
        let judged = self.judged.iter_mut().map(Option::take);
        for (n, judged) in judged.enumerate() {
            if let Some(judged) = judged {
                if self.scene.is_empty() {
                    self.scene = judged.scene;
                }
                report.checks.push(judged.report);
            } else if n >= self.told
                && let Some(base) = waits[n]
            {
                report.not_run.push(NotRun { check: self.names[n].0, waits_for: self.names[base].0 });
            }
        }
        for (n, base) in waits.iter().enumerate() {
            let (name, base) = (self.names[n].0, base.map(|base| self.names[base].0));
            let cause =
                report.checks.iter().find(|check| Some(check.name()) == base).map(|base| base.cause.clone());
            let Some(check) = report.checks.iter_mut().find(|check| check.name() == name) else { continue };
            check.waits_for = base;
            if let (Some(half), Some(cause), Some(base)) = (check.at_fault, cause, base)
                && half == base.half
                && check.hole.is_none()
                && !cause.is_empty()
            {
                check.cause = cause;
            }
        }
    }

    /// Returns what is left when all is decided: all rows when nothing is to be mended, else the rest of a failing run
    /// without its last lines.
    fn tell_rest(&self, report: &LessonReport) -> String {
        let is_good = |check: &CheckReport| !matches!(check.verdict, Verdict::Fail | Verdict::Error);
        if report.checks.iter().all(is_good) {
            let mut out = self.tell_scene(usize::MAX);
            let mut done = 0;
            for promise in report.promises() {
                done += promise.len();
                out += &told_row(self.paint, &report.checks[..done]);
            }
            return out;
        }
        let first = self.first.and_then(|name| report.checks.iter().find(|check| check.name() == name));
        let (holes, holds) = (text::holes(self.paint, report), text::holds(self.paint, report));
        let used = self.lines + [&holes, &holds].map(|part| text::height(part)).iter().sum::<usize>();
        let again = report.first_failed().map_or(0, |check| text::height(&check.rerun));
        let room = SCREEN.saturating_sub(used + CLOSING + again);
        let rest = text::rest(self.paint, report, first, room);
        let room = room.saturating_sub(text::height(&rest));
        let notes = text::notes(self.paint, report, first, room);
        let room = room.saturating_sub(text::height(&notes) + 1); // With its blank line.
        // A pair that went well shows nothing about a failure, which must not leave a small terminal.
        let opens = self.opens.map(|n| self.names[n].0);
        let opens = report.checks.iter().find(|check| Some(check.name()) == opens);
        let is_said = first.is_none() || !opens.is_some_and(CheckReport::has_held);
        let scene = if is_said { self.tell_scene(CONVERSATION.min(room)) } else { String::new() };
        let blank = if first.is_none() { "\n" } else { "" };
        format!("{blank}{rest}{holes}{holds}{notes}{scene}")
    }

    /// Moves what was judged into the report, because nothing more comes.
    pub fn give_up(&mut self, report: &mut LessonReport) {
        self.over.get_or_insert_with(|| vec![None; self.names.len()]);
        self.settle(report);
    }

    /// Returns the conversation.
    pub fn into_scene(self) -> Vec<(Role, String)> {
        self.scene
    }
}

/// The lines that the counts, the first cause again and what to do next take, without its command.
const CLOSING: usize = 6;
/// The lines that are kept free below the first failure.
const BELOW: usize = CLOSING + 6;

/// Renders the promise that was judged last, with as much detail as the earlier ones leave to say.
fn told_row(paint: Paint, checks: &[CheckReport]) -> String {
    let promises = || checks.chunk_by(CheckReport::is_the_same_but_for_family);
    let Some(now) = promises().last() else { return String::new() };
    let earlier = &checks[..checks.len() - now.len()];
    let blank = if earlier.is_empty() { "\n" } else { "" };
    let shown = text::shown_of(now);
    // Prints all of the first failure, and of the first demo on each wire: more of the same would only push it off
    // the screen.
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
            let told = promises().filter(|promise| text::shown_of(promise).hole.is_none());
            told.take_while(|promise| promise[0].id != now[0].id || promise[0].wire != now[0].wire)
                .any(|promise| promise.iter().any(of_the_same))
        }),
        _ => earlier.iter().any(CheckReport::is_broken),
    };
    let detail = if before { Detail::Brief } else { Detail::Whole };
    let traces = if detail == Detail::Whole { text::traces(paint, shown) } else { String::new() };
    format!("{blank}{}{traces}", text::promise(paint, now, detail))
}

#[cfg(test)]
mod tests;
