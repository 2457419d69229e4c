//! Programs that are known right, known wrong, or as bad as can be: `programs NAME [ARG…]`, one process a call.
//!
//! `right/` and `wrong/` also hold programs in Python and C; `tests/tests/corpus.rs` says what is expected of each.

mod worst;

use std::process::ExitCode;

type Main = fn(&[String]) -> ExitCode;

/// Declares the modules of one kind and lists their programs: `right::s01_server_blocking` is called
/// `right-01-server-blocking`.
macro_rules! programs {
    ($kind:ident, $list:ident: $($name:ident)*) => {
        mod $kind {
            $(pub mod $name;)*
        }
        const $list: &[(&str, Main)] = &[$((concat!(stringify!($kind), "::", stringify!($name)), $kind::$name::main),)*];
    };
}

programs!(right, RIGHT:
    s01_client_output_at_exit
    s01_client_plain
    s01_server_blocking
    s01_server_nodelay_pieces
    s01_server_nonblocking
    s02_client_bufstream
    s02_client_stdin_thread
    s02_server_bufio
    s02_server_threads_vectored
    s03_client_channel
    s03_client_nonblocking
    s03_client_plain
    s03_server_blocking
    s03_server_threads_drain
    s03_server_vectored
    s04_client_channel
    s04_client_plain
    s04_server_long_pause
    s04_server_plain
    s05_client_nonblocking
    s05_client_plain
    s05_server_plain
    s05_server_without_nodelay
    s06_client_plain
    s06_client_push_parser
    s06_server_plain
    s06_server_vectored
    s07_client_plain
    s07_server_nonblocking
    s07_server_plain
    s08_client_plain
    s08_server_crowd
    s08_server_plain
);

programs!(wrong, WRONG:
    s01_client_debug_bytes
    s01_client_error_status0
    s01_client_keeps_cr
    s01_client_one_request
    s01_client_pops_last_byte
    s01_client_prints_stale_bytes
    s01_client_prints_whole_buffer
    s01_client_q_is_an_error
    s01_client_quits_at_any_case
    s01_client_sends_empty_lines
    s01_client_sends_newline
    s01_client_spins_at_end_of_input
    s01_client_spins_while_waiting
    s01_client_unwraps_connect
    s01_server_adds_newline
    s01_server_asks_peer_addr
    s01_server_bind_error_ok
    s01_server_binds_everything
    s01_server_drops_when_full
    s01_server_fears_silence
    s01_server_fifty_clients
    s01_server_first_client_only
    s01_server_fixed_address
    s01_server_keeps_reset_sockets
    s01_server_keeps_sockets
    s01_server_limits_to_64k
    s01_server_lossy_utf8
    s01_server_never_clears
    s01_server_no_flush
    s01_server_one_reply
    s01_server_reads_until_newline
    s01_server_spins_at_eof
    s01_server_three_clients
    s01_server_trims
    s01_server_unwrap_on_reset
    s01_server_waits_for_eof
    s01_server_whole_buffer
    s01_server_would_block_is_the_end
    s02_client_end_is_a_reply
    s02_client_errors_on_stdout
    s02_client_half_closes
    s02_client_prints_own_line
    s02_client_sends_q
    s02_client_skips_blanks
    s02_client_starts_with_q
    s02_client_trims
    s02_client_trims_before_q
    s02_client_unwraps_utf8
    s02_client_waits_for_newline
    s02_server_error_ends_server
    s02_server_forgets_z
    s02_server_greets
    s02_server_next_port
    s02_server_port_only
    s02_server_quit_word
    s02_server_rejects_non_utf8
    s02_server_request_too_long
    s02_server_unicode_upper
    s02_server_unwraps_utf8
    s02_server_unwraps_write
    s02_server_waits_for_whole_characters
    s03_client_counts_characters
    s03_client_counts_from_zero
    s03_client_counts_the_end
    s03_client_end_is_an_error
    s03_client_joins_reads
    s03_client_no_total
    s03_client_reads_512
    s03_client_reads_input_first
    s03_client_reset_is_the_end
    s03_client_singular
    s03_client_spins_at_the_end
    s03_client_spins_while_waiting
    s03_client_stops_on_short_read
    s03_client_three_reads
    s03_client_total_is_last
    s03_client_trims_text
    s03_client_unwraps_connect
    s03_client_waits_for_input
    s03_server_address_is_a_message
    s03_server_backwards
    s03_server_binds_everything
    s03_server_cuts_at_1024
    s03_server_ignores_arguments
    s03_server_newlines
    s03_server_no_defaults
    s03_server_second_client_gets_nothing
    s03_server_splits_words
    s03_server_unwraps_bind
    s03_server_unwraps_write
    s03_server_waits_for_a_request
    s03_server_waits_for_the_client_to_close
    s04_client_big_buffer
    s04_client_connect_unwrap
    s04_client_counts_from_zero
    s04_client_lines
    s04_client_reset_is_the_end
    s04_client_short_read_ends
    s04_client_silent_failure
    s04_client_skips_blank
    s04_client_spins_at_the_end
    s04_client_text_below
    s04_client_three_messages
    s04_client_trims
    s04_client_utf8_unwrap
    s04_client_waits_for_enter
    s04_server_any_address
    s04_server_bind_exit_zero
    s04_server_bufwriter
    s04_server_clock_from_start
    s04_server_forgets_the_last
    s04_server_never_closes
    s04_server_newline
    s04_server_one_pause
    s04_server_second_client_empty
    s04_server_waits_for_hello
    s05_client_allocates_first
    s05_client_answer_after_body
    s05_client_answer_line
    s05_client_bufreader_a_message
    s05_client_cut_body_is_complete
    s05_client_eight_bytes
    s05_client_empty_not_shown
    s05_client_empty_read
    s05_client_empty_without_answer
    s05_client_end_is_an_error
    s05_client_leading_zeros
    s05_client_limit_excluded
    s05_client_minus_is_empty
    s05_client_no_limit
    s05_client_one_read_body
    s05_client_panics_on_letters
    s05_client_plus_sign
    s05_client_trims_size
    s05_client_trims_text
    s05_client_two_answers
    s05_server_answer_into_1024
    s05_server_any_case
    s05_server_binary_size
    s05_server_empty_without_answer
    s05_server_end_is_an_answer
    s05_server_goes_on
    s05_server_no_wait
    s05_server_one_read_answer
    s05_server_prefix
    s05_server_size_line
    s05_server_skips_empty
    s05_server_stale_answer
    s05_server_two_answers
    s05_server_unchecked_answer
    s06_client_allocates_first
    s06_client_body_in_one_read
    s06_client_counts_from_zero
    s06_client_decimal_megabytes
    s06_client_empty_is_the_end
    s06_client_end_inside_header
    s06_client_end_inside_length
    s06_client_end_is_an_error
    s06_client_errors_end_well
    s06_client_header_in_one_read
    s06_client_header_limit_too_high
    s06_client_header_limit_too_low
    s06_client_little_endian
    s06_client_loses_count
    s06_client_missing_size_is_zero
    s06_client_negative_panics
    s06_client_new_buffer_each_message
    s06_client_no_body_limit
    s06_client_no_header_limit
    s06_client_one_message
    s06_client_one_read_one_frame
    s06_client_panics_on_bad_json
    s06_client_prints_partial_body
    s06_client_refuses_other_keys
    s06_client_reset_is_the_end
    s06_client_says_nothing
    s06_client_silent_on_empty
    s06_client_size_as_float
    s06_client_size_cut_to_32_bits
    s06_client_skips_empty
    s06_client_trailing_garbage
    s06_client_utf8_only
    s06_server_counts_characters
    s06_server_cuts_at_1024
    s06_server_first_message_only
    s06_server_ignores_arguments
    s06_server_length_counts_itself
    s06_server_length_in_digits
    s06_server_length_of_frame
    s06_server_limit_of_64k
    s06_server_little_endian
    s06_server_never_closes
    s06_server_newline_after_frame
    s06_server_one_frame_for_all
    s06_server_one_vectored_write
    s06_server_other_key
    s06_server_keeps_sessions
    s06_server_reset_ends_server
    s06_server_size_cut_to_16_bits
    s06_server_size_is_float
    s06_server_size_is_text
    s06_server_skips_empty
    s06_server_two_byte_length
    s07_client_one_read
    s07_client_panics_when_gone
    s07_client_short_is_whole
    s07_client_waits_for_newline
    s07_server_any_address
    s07_server_exits_zero
    s07_server_linger_zero
    s07_server_listener_in_loop
    s07_server_no_reuseaddr
    s07_server_peer_addr_unwrap
    s07_server_reuseport
    s07_server_says_nothing
    s08_client_exits_zero
    s08_client_fixed_buffer
    s08_client_short_read_ends
    s08_client_trims
    s08_server_exit_in_handler
    s08_server_hundred
    s08_server_keeps_clones
    s08_server_lock_while_reading
    s08_server_log_lock
    s08_server_one_at_a_time
    s08_server_poisoned
    s08_server_pool_of_four
    s08_server_spins
    s08_server_waits_for_pair
    s08_server_while_let_guard
);

const WORST: &[(&str, Main)] = &[
    ("worst-never-listens", worst::never_listens),
    ("worst-exits-at-once", worst::exits_at_once),
    ("worst-spins", worst::spins),
    ("worst-never-accepts", worst::never_accepts),
    ("worst-hangs", worst::hangs),
    ("worst-reads-nothing", worst::reads_nothing),
    ("worst-spins-beside-a-client", worst::spins_beside_a_client),
    ("worst-crashes", worst::crashes),
    ("worst-closes-its-output", worst::closes_its_output),
    ("worst-uses-up-descriptors", worst::uses_up_descriptors),
    ("worst-floods", worst::floods),
    ("worst-leaves-a-grandchild", worst::leaves_a_grandchild),
    ("worst-detached", worst::detached),
    ("worst-ignores-sigterm", worst::ignores_sigterm),
    ("worst-prints-control-sequences", worst::prints_control_sequences),
];

/// The name on the command line.
fn spoken(name: &str) -> String {
    name.replace("::s", "-").replace('_', "-")
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let all = || [RIGHT, WRONG, WORST].into_iter().flatten();
    let found = args.first().and_then(|name| all().find(|(known, _)| spoken(known) == *name));
    match found {
        Some((_, program)) => program(&args[1..]),
        None => {
            all().for_each(|(name, _)| println!("{}", spoken(name)));
            ExitCode::from(2)
        }
    }
}
