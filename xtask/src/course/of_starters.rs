//! Which checks a starter passes as it comes: what needs no hole. Whoever passes no other has earned nothing.
//!
//! The test `starters` runs every starter, and holds this table.

use crate::finding::Half;
use crate::finding::Half::{Client, Server};

/// The same in all lessons in which the server pushes.
const PUSHING: &[(&str, Half)] = &[
    ("listens-by-default", Server),
    ("says-why-it-cannot-bind", Server),
    ("calls-by-default", Client),
    ("calls-nobody-else", Client),
    ("nobody-listens", Client),
];

/// Of each lesson, by its folder's name, the checks that its starter passes on some wire.
const PASSES: &[(&str, &[(&str, Half)])] = &[
    (
        "01-echo",
        &[
            ("says-why-it-cannot-bind", Server),
            ("calls-by-default", Client),
            ("calls-nobody-else", Client),
            ("nobody-listens", Client),
            ("quits-at-q", Client),
        ],
    ),
    (
        "02-uppercase",
        &[
            ("listens-by-default", Server),
            ("says-why-it-cannot-bind", Server),
            ("calls-by-default", Client),
            ("calls-nobody-else", Client),
            ("nobody-listens", Client),
            ("quits-at-q", Client),
        ],
    ),
    ("03-sticky", PUSHING),
    ("04-sleep", PUSHING),
    ("05-ack", PUSHING),
    ("06-header", PUSHING),
    (
        "07-reuseaddr",
        &[
            ("calls-by-default", Client),
            ("calls-nobody-else", Client),
            ("nobody-listens", Client),
            ("quits-at-q", Client),
        ],
    ),
    (
        "08-threads",
        &[
            ("says-why-it-cannot-bind", Server),
            ("calls-by-default", Client),
            ("calls-nobody-else", Client),
            ("nobody-listens", Client),
            ("quits-at-q", Client),
        ],
    ),
    (
        "09-lines",
        &[
            ("listens-by-default", Server),
            ("says-why-it-cannot-bind", Server),
            ("calls-by-default", Client),
            ("calls-nobody-else", Client),
            ("nobody-listens", Client),
            ("quits-at-q", Client),
        ],
    ),
    (
        "10-command",
        &[
            ("half-a-command", Server),
            ("listens-by-default", Server),
            ("loopback-only", Server),
            ("says-why-it-cannot-bind", Server),
            ("calls-by-default", Client),
            ("calls-nobody-else", Client),
            ("end-in-a-stream", Client),
            ("end-inside", Client),
            ("largest-output", Client),
            ("nobody-listens", Client),
            ("quits-at-q", Client),
            ("refuses-bad-sizes", Client),
            ("refuses-bad-status", Client),
            ("refuses-long-headers", Client),
            ("refuses-much-output", Client),
            ("refuses-no-object", Client),
            ("reset-inside", Client),
            ("server-stalls", Client),
            ("silence-in-a-stream", Client),
            ("silence-is-no-end", Client),
        ],
    ),
    (
        "11-files",
        &[
            ("accept-fails", Server),
            ("binds-its-address", Server),
            ("ends-with-its-client", Server),
            ("keeps-no-sockets", Server),
            ("no-folder", Server),
            ("says-why-it-cannot-bind", Server),
            ("waits-for-client", Server),
            ("nobody-listens", Client),
            ("output-fails", Client),
            ("prints-the-list", Client),
            ("waits-for-server", Client),
        ],
    ),
    ("12-udp", &[("says-why-it-cannot-bind", Server), ("line-no-text", Client), ("quits-at-q", Client)]),
    (
        "13-families",
        &[
            ("refuses-a-long-path", Server),
            ("refuses-an-empty-path", Server),
            ("calls-nobody-else", Client),
            ("refuses-a-bad-path", Client),
        ],
    ),
];

/// Returns whether the starter of a lesson, by its folder's name, passes a check of this id and half.
pub fn starter_passes(lesson: &str, id: &str, half: Half) -> bool {
    let of_lesson = PASSES.iter().filter(|(name, _)| *name == lesson);
    of_lesson.flat_map(|(_, checks)| *checks).any(|check| *check == (id, half))
}
