//! Tells the runner what was seen, by a thread of its own: the traced program never waits for the runner.

use crate::system::trace::event::Event;
use std::collections::HashMap;
use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

/// The way to the runner.
pub struct Teller {
    events: Option<Sender<Event>>,
    writer: Option<JoinHandle<()>>,
}

impl Teller {
    /// Starts the thread that writes to the runner.
    pub fn new(to: impl Write + Send + 'static) -> Self {
        let (sender, events) = channel();
        Self { events: Some(sender), writer: Some(thread::spawn(move || write(to, &events))) }
    }

    /// Tells an event. When the runner is gone, nobody hears it.
    pub fn tell(&self, event: Event) {
        if let Some(events) = &self.events {
            let _ = events.send(event);
        }
    }
}

impl Drop for Teller {
    /// Waits until all is written.
    fn drop(&mut self) {
        self.events = None;
        let _ = self.writer.take().map(JoinHandle::join);
    }
}

fn write(mut to: impl Write, events: &Receiver<Event>) {
    while let Ok(first) = events.recv() {
        let waiting: Vec<Event> = std::iter::once(first).chain(events.try_iter()).collect();
        let mut bytes = Vec::new();
        shorten(waiting).iter().for_each(|event| event.write(&mut bytes));
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// Leaves out the start of each call that has returned in the meantime: the whole call takes its place.
fn shorten(events: Vec<Event>) -> Vec<Event> {
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut kept: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        match event {
            Event::Call(number, _) if places.contains_key(&number) => kept[places[&number]] = event,
            Event::Call(number, _) => {
                places.insert(number, kept.len());
                kept.push(event);
            }
            event => kept.push(event),
        }
    }
    kept
}
