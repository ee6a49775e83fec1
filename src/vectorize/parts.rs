//! Running a batch: on one thread or several, and stopping it.
//!
//! The thread that runs a batch is detached from the VM, except while it looks at signals, so other threads can
//! run Python code, and stop all others. Threads that help it are never attached; a callback on one of them is a
//! callback on a thread that the VM does not know.

use super::{
    batch::Batch,
    helpers::{self, Job},
    pace::Pace,
    runner::Runner,
};
use crate::ccall::{
    enter::detached::{attached, attached_or_not, with_errors},
    errno, seh,
};
use rustpython_vm::{AsObject, PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use std::{
    any::Any,
    mem,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How long to wait for other threads before signals are looked at.
const WAIT: Duration = Duration::from_micros(500);

/// How to run a batch.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// `FUNCFLAG_*` of the function.
    pub flags: u32,
    /// The most threads that run it.
    pub threads: usize,
    /// Whether the thread stays attached.
    pub is_critical: bool,
    /// How many calls of the function are made at a time, from batch to batch.
    pub pace: &'a AtomicUsize,
}

/// Calls that follow each other on one thread. No two parts are in the same lines of the cache, since each thread
/// writes to its own all the time.
#[repr(align(128))]
struct Part {
    calls: Range<usize>,
    /// The number of the first call that has not been made.
    at: AtomicUsize,
}

impl Part {
    fn new(calls: Range<usize>) -> Self {
        Self {
            at: AtomicUsize::new(calls.start),
            calls,
        }
    }

    fn is_over(&self) -> bool {
        self.at.load(Ordering::Relaxed) == self.calls.end
    }

    /// Returns the calls that were made.
    fn made(&self) -> Range<usize> {
        self.calls.start..self.at.load(Ordering::Relaxed)
    }
}

/// Runs a batch.
///
/// # Errors
/// Any exception that a signal's handler raises, and `OSError` for what C raises on Windows. It has a note about
/// which calls were made.
///
/// # Safety
/// The function must take the batch's arguments, which are held, and return its results, for which there must be
/// memory. If there are several threads, it must be one that they can run at once.
pub unsafe fn run(batch: &Batch<'_>, how: How<'_>, vm: &VirtualMachine) -> PyResult<()> {
    let count = batch.count;
    let threads = how.threads.min(count);
    if threads < 2 {
        let part = Part::new(0..count);
        // SAFETY: the function takes the arguments, which are held, and there is memory for its results (see #
        // Safety).
        let ran = unsafe { run_here(batch, &part, how, vm) };
        return ran.map_err(|error| noted(error, &[part], count, vm));
    }
    let bound = |number: usize| {
        let bound = number as u128 * count as u128 / threads as u128;
        usize::try_from(bound).unwrap_or(count)
    };
    let parts: Vec<Part> = (0..threads)
        .map(|number| Part::new(bound(number)..bound(number + 1)))
        .collect();
    // SAFETY: the batch can be run, and the function by several threads at once (see # Safety).
    let ran = unsafe { run_at_once(batch, &parts, how, vm) };
    ran.map_err(|error| noted(error, &parts, count, vm))
}

/// Runs a part on this thread, which is attached.
///
/// # Errors
/// As for [`run`].
///
/// # Safety
/// As for [`run`].
unsafe fn run_here(
    batch: &Batch<'_>,
    part: &Part,
    how: How<'_>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let mut runner = Runner::new(batch, part.calls.len());
    let mut pace = Pace::new(how.pace.load(Ordering::Relaxed));
    loop {
        // SAFETY: the batch can be run (see # Safety).
        let calls = || unsafe { advance(&mut runner, part, &mut pace, &AtomicBool::new(false)) };
        if how.is_critical {
            attached(how.flags, vm, calls)?;
        } else {
            attached_or_not(how.flags, vm, calls)?;
        }
        if part.is_over() {
            how.pace.store(pace.calls(), Ordering::Relaxed);
            return Ok(());
        }
        vm.check_signals()?;
        pace.looked();
    }
}

/// Makes calls of a part until it is over, or time to look at signals, or to stop.
///
/// # Safety
/// As for [`run`].
#[inline]
unsafe fn advance(runner: &mut Runner<'_>, part: &Part, pace: &mut Pace, stops: &AtomicBool) {
    let mut at = part.at.load(Ordering::Relaxed);
    while at < part.calls.end {
        let most = pace.calls().min(part.calls.end - at);
        // SAFETY: the batch can be run (see # Safety), and the part has as many calls.
        let made = unsafe { runner.advance(at, most) };
        at += made;
        part.at.store(at, Ordering::Relaxed);
        if at < part.calls.end && (pace.is_due(made) || stops.load(Ordering::Relaxed)) {
            return;
        }
    }
}

/// What threads that help and the one that they help tell each other.
#[derive(Default)]
struct Shared {
    stops: AtomicBool,
    ended: Mutex<Ended>,
    has_ended: Condvar,
}

/// The helpers that have ended.
#[derive(Default)]
struct Ended {
    count: usize,
    /// What C has raised on them.
    raised: Vec<seh::Raises>,
    /// What one has panicked with.
    panicked: Option<Box<dyn Any + Send>>,
}

impl Shared {
    fn ended(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes the end of a helper when it is dropped.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.ended().count += 1;
        self.0.has_ended.notify_all();
    }
}

/// Waits for all helpers when it is dropped: what they use is gone afterwards.
struct Waiting<'a> {
    shared: &'a Shared,
    helpers: usize,
    vm: &'a VirtualMachine,
}

impl Waiting<'_> {
    /// Waits for the helpers for a while, and returns whether they have ended.
    fn wait(&self) -> bool {
        // A helper that has called back may need the VM to end.
        self.vm.allow_threads(|| {
            let are_running = |ended: &mut Ended| ended.count < self.helpers;
            let has_ended = &self.shared.has_ended;
            let waited = has_ended.wait_timeout_while(self.shared.ended(), WAIT, are_running);
            let (ended, _) = waited.unwrap_or_else(PoisonError::into_inner);
            ended.count == self.helpers
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.stops.store(true, Ordering::Relaxed);
        while !self.wait() {}
    }
}

/// Runs the last part on this thread, which so finds in its copy of `errno` what the last call has left, and each
/// other one on a helper.
///
/// # Errors
/// As for [`run`].
///
/// # Safety
/// As for [`run`].
unsafe fn run_at_once(
    batch: &Batch<'_>,
    parts: &[Part],
    how: How<'_>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let shared = Arc::new(Shared::default());
    let copy = errno::get();
    let Some((last, others)) = parts.split_last() else {
        return Ok(());
    };
    let mut waiting = Waiting {
        shared: &shared,
        helpers: 0,
        vm,
    };
    let mut left = Vec::new();
    for part in others {
        let own = shared.clone();
        let job = move || -> Box<dyn Send> {
            let ending = Ending(own);
            // SAFETY: the batch can be run on several threads (see # Safety).
            let ran = || unsafe { help(batch, part, how, copy, &ending.0.stops) };
            match catch_unwind(AssertUnwindSafe(ran)) {
                Ok(raised) => ending.0.ended().raised.push(raised),
                Err(panic) => ending.0.ended().panicked = Some(panic),
            }
            Box::new(ending)
        };
        let job: Box<dyn FnOnce() -> Box<dyn Send> + Send + '_> = Box::new(job);
        // SAFETY: `waiting` waits for the end of the job before what it borrows is gone, and nothing of that is
        // used after that end.
        let job =
            unsafe { mem::transmute::<Box<dyn FnOnce() -> Box<dyn Send> + Send + '_>, Job>(job) };
        match helpers::help(job) {
            Ok(()) => waiting.helpers += 1,
            Err(_) => left.push(part),
        }
    }
    // What no thread could be made for is run here.
    let mut ran = left.into_iter().chain([last]).try_for_each(|part| {
        errno::set(copy);
        // SAFETY: the batch can be run (see # Safety).
        unsafe { run_here(batch, part, how, vm) }
    });
    while ran.is_ok() && !waiting.wait() {
        ran = vm.check_signals();
    }
    drop(waiting);
    let ended = mem::take(&mut *shared.ended());
    if let Some(panic) = ended.panicked {
        resume_unwind(panic);
    }
    let raised = ended.raised.into_iter();
    raised.fold(ran, |ran, raised| ran.and(seh::raise(raised, vm)))
}

/// Runs a part on a thread that the VM does not know, and returns what C has raised.
///
/// # Safety
/// As for [`run`].
unsafe fn help(
    batch: &Batch<'_>,
    part: &Part,
    how: How<'_>,
    copy: i32,
    stops: &AtomicBool,
) -> seh::Raises {
    errno::set(copy);
    let mut runner = Runner::new(batch, part.calls.len());
    let mut pace = Pace::new(how.pace.load(Ordering::Relaxed));
    let calls = || {
        while !part.is_over() && !stops.load(Ordering::Relaxed) {
            // SAFETY: the batch can be run (see # Safety).
            unsafe { advance(&mut runner, part, &mut pace, stops) };
            pace.looked();
        }
    };
    seh::taking(|| with_errors(how.flags, calls))
}

/// Adds a note to an exception that has stopped a batch: which of its calls were made.
fn noted(
    error: PyBaseExceptionRef,
    parts: &[Part],
    count: usize,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let made = parts.iter().map(Part::made).filter(|made| !made.is_empty());
    let made: Vec<_> = made.collect();
    let text = match &made[..] {
        [] => format!("vectorize: 0 of {count} calls were made"),
        [made] if parts.len() == 1 => {
            format!("vectorize: {} of {count} calls were made", made.len())
        }
        many => {
            let ranges = many
                .iter()
                .map(|made| format!("{} to {}", made.start, made.end - 1));
            let ranges = ranges.collect::<Vec<_>>().join(" and ");
            format!("vectorize: calls {ranges} of {count} were made")
        }
    };
    // An exception whose class has another `add_note` has no note.
    let _ = vm.call_method(error.as_object(), "add_note", (text,));
    error
}
