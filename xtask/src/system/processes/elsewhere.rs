//! Other systems do not tell what other processes do: every answer says so.

use super::told::{Activity, Call, FewDescriptors, Pid, Spent};
use std::collections::HashSet;
use std::time::Duration;

pub fn descendants(_: Pid) -> Vec<Pid> {
    Vec::new()
}
pub fn socket_inodes(_: Pid) -> Vec<u64> {
    Vec::new()
}
pub fn spent(_: Pid) -> Vec<Spent> {
    Vec::new()
}
pub fn waited_for_processor(_: Pid) -> Option<Duration> {
    None
}
pub fn limit_memory(_: Pid, _: u64) {}
pub fn descriptors(_: Pid) -> HashSet<u64> {
    HashSet::new()
}
pub fn limit_descriptors(_: Pid, _: u64) -> Option<FewDescriptors> {
    None
}
pub fn pause(_: Pid, _: bool) {}
pub fn memory(_: Pid) -> Option<u64> {
    None
}
pub fn accepting(_: Pid) -> usize {
    0
}
pub fn one_reads_into_nothing(_: Pid) -> bool {
    false
}
pub fn one_writes(_: Pid) -> bool {
    false
}
pub fn one_prints(_: Pid) -> bool {
    false
}
pub fn sleep_for_good(_: Pid) -> bool {
    false
}
pub fn time_limits(_: Pid) -> Vec<Duration> {
    Vec::new()
}
pub fn is_exiting(_: Pid) -> bool {
    false
}
pub fn zombies(_: Pid) -> Vec<Pid> {
    Vec::new()
}
pub fn call_for(_: Pid, _: u64) -> Option<Call> {
    None
}
pub fn runs(_: Pid, _: &str) -> bool {
    false
}
pub fn calls(_: Pid) -> Option<Vec<Call>> {
    None
}
pub fn all_sleep(_: Pid) -> bool {
    true
}
pub fn at_rest(_: Pid) -> bool {
    true
}
pub fn all_wait(_: Pid) -> bool {
    true
}
pub fn one_waits(_: Pid) -> bool {
    false
}
pub fn activity(_: Pid) -> Activity {
    Activity::Unknown
}
