//! Tests the screen with verdicts that are made up, in many orders of time.

use super::*;
use crate::course::{LESSONS, Lesson};
use crate::finding::{Half, Hole};
use crate::judge::{Order, Standing};
use crate::report::fabricated::check;
use crate::report::text::{Next, WIDTH};

const PAINT: Paint = Paint { on: false };

/// Returns what comes of the check at this place.
type Comes = dyn Fn(usize, &CheckOn) -> CheckReport;

/// A run of one lesson, as its programs would make it.
struct Run {
    lesson: &'static Lesson,
    checks: Vec<CheckOn>,
    order: Order,
    /// What comes of the check at this place, when it is run.
    comes: Box<Comes>,
}

impl Run {
    fn of(number: &str, comes: impl Fn(usize, &CheckOn) -> CheckReport + 'static) -> Self {
        let lesson = LESSONS.iter().find(|lesson| lesson.number == number).expect("a lesson");
        let checks: Vec<CheckOn> = lesson.checks().collect();
        Self { lesson, order: Order::of(lesson, &checks), checks, comes: Box::new(comes) }
    }

    fn name(&self, check: &CheckOn) -> Name {
        Name { id: check.id, half: check.half, wire: check.wire, family: self.lesson.named(check.family) }
    }

    fn empty_report(&self) -> LessonReport {
        let lesson = self.lesson.dir();
        let (checks, not_run) = (Vec::new(), Vec::new());
        LessonReport {
            lesson,
            subject: "lesson".into(),
            half: None,
            problem: None,
            millis: 1,
            checks,
            not_run,
            handed_in: None,
        }
    }

    fn screen(&self, extent: Extent) -> Screen {
        let opens = self.checks.iter().position(|check| self.lesson.opens(*check));
        Screen::new(PAINT, extent, &self.checks, opens, |check| self.name(check), |n| self.order.rank(n))
    }

    /// Returns what the check at this place is judged, with a conversation of the pair.
    fn judged(&self, n: usize) -> Judged {
        let check = &self.checks[n];
        let report = (self.comes)(n, check);
        let name = self.name(check);
        let report = CheckReport { wire: name.wire, family: name.family, rank: self.order.rank(n), ..report };
        let is_pair = check.half == Half::Pair && report.hole.is_none();
        let line = |n: usize| (Role::Client, format!("(typed)   line {n}"));
        Judged {
            report,
            scene: if is_pair { (0..14).map(line).collect() } else { Vec::new() },
            never_began: false,
        }
    }

    /// Judges all that a run judges, in an order of time that `seed` decides. Returns all that is printed with the last
    /// lines, the report, and the part that was printed before all was decided.
    fn printed(&self, extent: Extent, seed: u64) -> (String, LessonReport, String) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (mut screen, mut report) = (self.screen(extent), self.empty_report());
        let mut standing = vec![Standing::Open; self.checks.len()];
        let mut text = "the heading\n".to_string();
        loop {
            let open: Vec<usize> = (0..standing.len()).filter(|n| standing[*n] == Standing::Open).collect();
            let turn = |n: &usize| match extent {
                Extent::Whole => crate::judge::Turn::Now,
                Extent::Needed => self.order.turn(*n, &standing),
            };
            let never: Vec<usize> =
                open.iter().filter(|n| turn(n) == crate::judge::Turn::Never).copied().collect();
            let now: Vec<usize> = open.into_iter().filter(|n| turn(n) == crate::judge::Turn::Now).collect();
            never.iter().for_each(|n| standing[*n] = Standing::Waiting);
            let Some(n) = rng.choice(now) else {
                if never.is_empty() {
                    break;
                }
                continue;
            };
            let judged = self.judged(n);
            standing[n] = judged.standing();
            screen.judged(n, judged);
            text += &screen.tell(&mut report);
        }
        let early = text.clone();
        let waits = |n: usize| match standing[n] {
            Standing::Held => None,
            _ => self.order.waits_for(n, &standing, None),
        };
        screen.over((0..standing.len()).map(waits).collect());
        text += &screen.tell(&mut report);
        let next = Next::words("mend `it` first, then run just it again:").then("cargo xtask run lesson-01");
        text += &text::closing(PAINT, &report, &next.below(screen.below_first()));
        (text, report, early)
    }
}

/// Returns a report of this check with a verdict of its own.
fn came(of: &CheckOn, verdict: Verdict) -> CheckReport {
    CheckReport { title: of.title_on(of.wire), ..check(of.id, of.half, verdict) }
}

/// Returns a report of this check that failed, with evidence of many lines.
fn failed(of: &CheckOn, cause: &str) -> CheckReport {
    let mut report = CheckReport { cause: cause.into(), ..came(of, Verdict::Fail) };
    report.expected =
        "a sentence that states what should have come, and that is longer than one line is".into();
    report.got = "a sentence that states what did come, and that is longer than one line is, too".into();
    let line = |n: u32| format!("{n:>7}.0 ms  runner sent 12 bytes \"{}\"", "x".repeat(70));
    report.evidence.connections = vec![(0..12).map(line).collect()];
    report.evidence.ends = (0..4).map(|n| ("printed".into(), format!("line {n}"))).collect();
    report.evidence.notes = vec!["a note".into()];
    report.at_fault = (of.half == Half::Pair).then_some(Half::Server);
    report
}

fn fits(text: &str) {
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("cargo xtask")).collect();
    assert!(text.lines().count() <= SCREEN, "{} lines:\n{text}", text.lines().count());
    let wide: Vec<&&str> = lines.iter().filter(|line| line.chars().count() > WIDTH).collect();
    assert!(wide.is_empty(), "{wide:?}\n{text}");
}

const LONG: &str = "a cause that is longer than one line, as causes are when they state what to do about it, \
                    and why that is so";

#[test]
fn a_wall_of_failures_fits_on_a_screen_in_every_order_of_time() {
    for number in LESSONS.iter().map(|lesson| lesson.number) {
        // One cause for all, one for each, and one for every third.
        for causes in [1, 1000, 3] {
            let wall = Run::of(number, move |n, of| failed(of, &format!("{LONG} {}", n % causes)));
            let (text, report, early) = wall.printed(Extent::Needed, 1);
            fits(&text);
            let first = report.first_failed().expect("a failure");
            assert!(early.contains(&format!("✗ {:<8} {}", first.half.word(), first.title)), "{early}");
            // The command stands in what to do next only.
            assert!(!text.contains("      again "), "{text}");
            assert_eq!(report.all(), wall.checks.len());
            for seed in 2..6 {
                let (other, ..) = wall.printed(Extent::Needed, seed);
                assert_eq!(other, text);
            }
        }
    }
}

#[test]
fn many_failures_that_build_on_nothing_fit_on_a_screen() {
    let checks = Run::of("13", |_, of| failed(of, LONG)).checks;
    let depths = vec![0; checks.len()];
    for causes in [1000, 20, 5, 1] {
        let run = Run::of("13", move |n, of| failed(of, &format!("{LONG} {}", n % causes)));
        let mut screen =
            Screen::new(PAINT, Extent::Needed, &checks, None, |check| run.name(check), |n| depths[n]);
        let mut report = run.empty_report();
        let mut text = "the heading\n".to_string();
        for n in 0..checks.len() {
            let judged = run.judged(n);
            screen.judged(n, Judged { report: CheckReport { rank: 0, ..judged.report }, ..judged });
            text += &screen.tell(&mut report);
        }
        screen.over(vec![None; checks.len()]);
        text += &screen.tell(&mut report);
        let next = Next::words("mend it").then("cargo xtask run");
        text += &text::closing(PAINT, &report, &next.below(screen.below_first()));
        fits(&text);
    }
}

#[test]
fn the_first_failure_is_printed_before_what_it_does_not_hang_on() {
    let run = Run::of("01", |n, of| if n == 1 { failed(of, "it") } else { came(of, Verdict::Pass) });
    let (mut screen, mut report) = (run.screen(Extent::Needed), run.empty_report());
    assert_eq!(run.checks[1].half, Half::Server);
    screen.judged(1, run.judged(1));
    let text = screen.tell(&mut report);
    assert!(text.contains("✗ server   ") && text.contains("      cause       it\n"), "{text}");
    // A failure that is farther from its root waits for the nearer ones.
    let mut screen = run.screen(Extent::Needed);
    let deep = (2..run.checks.len()).find(|n| run.order.rank(*n) > 0).expect("a deep check");
    let report_of = failed(&run.checks[deep], "farther");
    let judged = run.judged(deep);
    screen.judged(deep, Judged { report: CheckReport { rank: run.order.rank(deep), ..report_of }, ..judged });
    assert_eq!(screen.tell(&mut report), "");
}

#[test]
fn a_cause_that_has_left_a_small_terminal_is_said_again() {
    for extent in [Extent::Needed, Extent::Whole] {
        let of = |most: usize| {
            let run = Run::of("01", move |n, of| match n + most >= of_01() {
                true => CheckReport {
                    cause: "it stops. Let it go on".into(),
                    evidence: failed(of, "").evidence,
                    ..came(of, Verdict::Fail)
                },
                false => came(of, Verdict::Pass),
            });
            run.printed(extent, 1).0
        };
        let (long, short) = (of(9), of(0));
        assert!(long.contains("\nfirst: it stops. Let it go on\nnext: "), "{long}");
        assert!(!short.contains("first: "), "{short}");
        if extent == Extent::Needed {
            let one = of(1);
            assert!(one.contains("it stops") && !one.contains("first: "), "{one}");
            // The pair went well: its conversation shows nothing about the failure.
            assert!(!long.contains("(typed)   line 0"), "{long}");
        }
    }
}

/// Returns how many checks lesson 01 has.
fn of_01() -> usize {
    LESSONS[0].checks().count()
}

#[test]
fn a_run_in_which_all_passes_prints_what_a_whole_one_prints() {
    for number in ["01", "03", "12", "13"] {
        let run = Run::of(number, |_, of| came(of, Verdict::Pass));
        let (whole, ..) = run.printed(Extent::Whole, 1);
        for seed in 1..4 {
            let (needed, report, _) = run.printed(Extent::Needed, seed);
            assert_eq!(needed, whole);
            assert!(report.not_run.is_empty());
        }
        assert!(whole.contains(&format!("{0} passed of {0} checks\n", run.checks.len())), "{whole}");
    }
}

#[test]
fn a_hole_is_one_line_and_what_waits_for_it_is_still_to_come() {
    let hole =
        || Hole { function: "serve".into(), file: "lessons/01-echo/src/bin/server.rs".into(), line: 3 };
    let run = Run::of("01", move |_, of| match of.half {
        Half::Client => came(of, Verdict::Pass),
        _ => CheckReport { hole: Some(hole()), ..failed(of, "it is not written yet") },
    });
    let (text, report, _) = run.printed(Extent::Needed, 1);
    fits(&text);
    let waiting = run.checks.iter().filter(|check| check.half != Half::Client).count();
    assert!(text.contains(&format!("`serve` is not written yet; {waiting} checks wait for it")), "{text}");
    assert!(text.contains(&format!("{waiting} still to come of {} checks", run.checks.len())), "{text}");
    assert!(!text.contains('✗') && report.first_failed().is_none(), "{text}");
}

#[test]
fn the_pair_gets_the_cause_of_the_half_at_fault() {
    for extent in [Extent::Needed, Extent::Whole] {
        let run = Run::of("01", |n, of| match (n, of.half) {
            (0, _) => failed(of, "its own checks tell more"),
            (_, Half::Server) => failed(of, "the server's own cause"),
            _ => came(of, Verdict::Pass),
        });
        let (text, report, _) = run.printed(extent, 1);
        let pair = &report.checks[0];
        assert_eq!(pair.half, Half::Pair);
        assert_eq!(pair.cause.to_string(), "the server's own cause");
        assert_eq!(pair.waits_for.map(|base| base.half), Some(Half::Server), "{text}");
        if extent == Extent::Needed {
            // Beside the failure stands what a learner sees of the others, and not what the runner calls them.
            assert!(text.contains(&format!("the same cause breaks: the pair {}\n", pair.title)), "{text}");
            let clients = run.checks.iter().filter(|check| check.half == Half::Client).count();
            assert!(text.contains(&format!("; client all {clients} hold; pair 1 failed\n")), "{text}");
            // Below the failure come what waits, how the halves stand, and the conversation.
            let places = ["✗ server", "wait for this one", "so far: ", "(typed)   line 0\n", " waiting of "];
            let places = places.map(|part| text.find(part).unwrap_or_else(|| panic!("{part}:\n{text}")));
            assert!(places.is_sorted(), "{text}");
        }
    }
}
