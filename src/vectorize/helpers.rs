//! Threads that help with a batch, and wait for the next one.
//!
//! They are kept because a thread that is asleep wakes on another processor at once, while the system may let a new
//! one wait for the processor of the thread that made it, for as long as a batch takes.

use crate::ccall::seh;
use std::{
    process,
    sync::{
        Mutex, TryLockError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

/// The stack of a helper: as large as the main thread's usually is.
const STACK: usize = 8 << 20;

/// Something to do. What it returns is dropped once the helper is idle again.
pub type Job = Box<dyn FnOnce() -> Box<dyn Send> + Send>;

/// The helpers that wait, in this process: a forked child has none of them.
struct Idle {
    process: u32,
    helpers: Vec<Sender<Job>>,
}

static IDLE: Mutex<Idle> = Mutex::new(Idle {
    process: 0,
    helpers: Vec::new(),
});

/// How often a thread tries to look at the helpers that wait.
const TRIES: usize = 1000;

/// Runs `f` with the helpers that wait in this process. Returns `None` if others look at them all the time: a child
/// that was forked meanwhile would wait for ever.
fn idle<R>(f: impl FnOnce(&mut Vec<Sender<Job>>) -> R) -> Option<R> {
    let look = |_| match IDLE.try_lock() {
        Ok(idle) => Some(idle),
        Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
        Err(TryLockError::WouldBlock) => {
            thread::yield_now();
            None
        }
    };
    let mut idle = (0..TRIES).find_map(look)?;
    if idle.process != process::id() {
        idle.process = process::id();
        // Their other ends are in the memory of threads that are gone.
        std::mem::take(&mut idle.helpers)
            .into_iter()
            .for_each(std::mem::forget);
    }
    Some(f(&mut idle.helpers))
}

/// Has a helper do a job. Gives the job back if no thread can be made for it.
///
/// # Errors
/// The job.
pub fn help(job: Job) -> Result<(), Job> {
    if let Some(Some(helper)) = idle(Vec::pop) {
        return helper.send(job).map_err(|error| error.0);
    }
    let (jobs, receiver) = channel::<Job>();
    let own = jobs.clone();
    let helper = thread::Builder::new()
        .name("vectorize".to_owned())
        .stack_size(STACK)
        .spawn(move || wait_for_jobs(&receiver, &own));
    match helper {
        Ok(_) => jobs.send(job).map_err(|error| error.0),
        Err(_) => Err(job),
    }
}

fn wait_for_jobs(jobs: &Receiver<Job>, own: &Sender<Job>) {
    seh::prepare();
    while let Ok(job) = jobs.recv() {
        let done = job();
        let is_idle = idle(|idle| idle.push(own.clone())).is_some();
        drop(done);
        if !is_idle {
            return;
        }
    }
}
