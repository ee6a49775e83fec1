//! Counting what a statement takes: instructions, and blocks of heap memory.
//!
//! Counting disturbs the times, so a process of its own does it afterwards: this program again, under callgrind
//! if there is valgrind. Its environment says which functions to count. It prints a line for each with the
//! blocks, and makes callgrind write the instructions of each into a file of their own.

use crate::machine::{Machines, run};
use rustpython_vm::{PyObject, VirtualMachine};
use std::{
    alloc::{GlobalAlloc, Layout},
    env, fs,
    hint::black_box,
    path::Path,
    process::{Command, Output},
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

/// The variable with the functions to count, a line for each.
const WANTED: &str = "ROWS_TO_COUNT";

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static BLOCKS: AtomicU64 = AtomicU64::new(0);

/// An allocator that counts what it is asked for, where that is wanted.
pub struct Counting<A>(pub A);

impl<A> Counting<A> {
    #[inline]
    fn count(&self) {
        if IS_COUNTING.load(Relaxed) {
            BLOCKS.fetch_add(1, Relaxed);
        }
    }
}

// SAFETY: the inner allocator does everything, as the trait requires.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count();
        // SAFETY: `layout` is valid, as the trait requires.
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.count();
        // SAFETY: `layout` is valid, as the trait requires.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` is one of the inner allocator with `layout`, as the trait requires.
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.count();
        // SAFETY: `block` is one of the inner allocator with `layout`, as the trait requires.
        unsafe { self.0.realloc(block, layout, size) }
    }
}

/// Returns `row/function`, as criterion names it.
fn named(row: &str, function: &str) -> String {
    format!("{row}/{function}")
}

/// Returns the functions to count, if this is the process that counts.
pub fn wanted() -> Option<Vec<String>> {
    let wanted = env::var(WANTED).ok()?;
    Some(wanted.lines().map(ToOwned::to_owned).collect())
}

/// Counts functions and prints a line for each: name, blocks, and the number of runs that took them.
pub fn count(machines: &Machines, wanted: &[String]) {
    for (number, row) in machines.rows() {
        if !wanted.iter().any(|name| name.starts_with(&named(&row, ""))) {
            continue;
        }
        machines.visit(number, &row, &mut |function, statement, vm| {
            let name = named(&row, function);
            if wanted.contains(&name) {
                let fewer = few(statement, vm);
                let before = counted(statement, fewer, vm);
                let blocks = counted(statement, 3 * fewer, vm) - before;
                println!("{name}\t{blocks}\t{}", 2 * fewer);
            }
        });
    }
}

/// Returns the least number of runs of a statement in which occasional work is counted too.
fn few(statement: &PyObject, vm: &VirtualMachine) -> u64 {
    let start = Instant::now();
    run(statement, 1, vm);
    if start.elapsed() < Duration::from_millis(20) {
        200
    } else {
        2
    }
}

/// Returns the blocks that some runs ask for. Callgrind writes what it has counted before and after them.
fn counted(statement: &PyObject, times: u64, vm: &VirtualMachine) -> i64 {
    rows_section_ends();
    let before = BLOCKS.load(Relaxed);
    IS_COUNTING.store(true, Relaxed);
    run(statement, times, vm);
    IS_COUNTING.store(false, Relaxed);
    let blocks = BLOCKS.load(Relaxed) - before;
    rows_section_ends();
    blocks as i64
}

/// Makes callgrind begin a new section where this is called.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn rows_section_ends() {
    black_box(());
}

/// Counts what was measured, in another process, and prints it.
pub fn report(measured: &[(String, &str)]) {
    if measured.is_empty() {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rows-counts");
    // The files of an earlier run must not be read as this one's.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("making a folder for what callgrind writes");
    let out = folder.join("out");
    let names: Vec<_> = measured
        .iter()
        .map(|(row, function)| named(row, function))
        .collect();
    let program = env::current_exe().expect("the path of this program");
    let counting = |mut command: Command| command.env(WANTED, names.join("\n")).output();
    let mut callgrind = Command::new("valgrind");
    callgrind
        .args(["--tool=callgrind", "--dump-before=rows_section_ends"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(&program);
    let (output, has_instructions) = match counting(callgrind) {
        Ok(output) => (output, true),
        Err(error) => {
            println!("valgrind: {error}; instructions are not counted");
            let output = counting(Command::new(&program)).expect("running this program");
            (output, false)
        }
    };
    print(&output, &out, has_instructions);
}

fn print(output: &Output, out: &Path, has_instructions: bool) {
    assert!(
        output.status.success(),
        "counting: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{:50}  {:>14}  {:>10}", "", "instructions", "blocks");
    let lines = String::from_utf8_lossy(&output.stdout);
    for (number, line) in lines.lines().enumerate() {
        let fields: Vec<_> = line.split('\t').collect();
        let [name, blocks, times] = fields[..] else {
            panic!("counting has printed {line:?}");
        };
        let per_run = |count: i64| count as f64 / times.parse::<f64>().expect("a number");
        let blocks = per_run(blocks.parse().expect("a number"));
        // Sections are numbered from one; the first is what comes before the first row. A row has four marks,
        // so there is a section of no interest between its runs and one after them.
        let section = |step| instructions(out, 2 + 4 * number + step);
        let instructions = match has_instructions {
            true => format!("{:.0}", per_run(section(2) - section(0))),
            false => "not counted".to_owned(),
        };
        println!("{name:50}  {instructions:>14}  {blocks:>10.1}");
    }
}

/// Returns the instructions of a section.
fn instructions(out: &Path, section: usize) -> i64 {
    let file = format!("{}.{section}", out.display());
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = total.and_then(|total| total.parse().ok());
    total.unwrap_or_else(|| panic!("{file} has no total"))
}
