//! The checks: each takes bytes, makes a case of them, and panics if the case goes wrong. If there are too few
//! bytes for a case, there is none.

mod bit_field;
mod blocks;
mod format;
mod layout;
mod long_double;

use arbitrary::Unstructured;

/// A check by its name.
pub type Check = (
    &'static str,
    fn(&mut Unstructured<'_>) -> arbitrary::Result<()>,
);

/// All checks.
pub const CHECKS: &[Check] = &[
    ("bit_field", bit_field::check),
    ("blocks", blocks::check),
    ("format", format::check),
    ("layout", layout::check),
    ("long_double", long_double::check),
];

/// Runs the check `name` on `bytes`.
///
/// # Panics
/// If it fails, or if there is none of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let check = CHECKS.iter().find(|check| check.0 == name);
    let (_, check) = check.unwrap_or_else(|| panic!("no check is called {name}"));
    // An error means that there were too few bytes.
    let _ = check(&mut Unstructured::new(bytes));
}

#[cfg(test)]
mod tests {
    use super::run;

    /// The number of cases in a test, each of 512 bytes.
    const CASES: u64 = if cfg!(miri) { 60 } else { 20_000 };

    /// Runs a check on the bytes of a generator (xorshift64*), which are the same every time.
    fn on_random_bytes(name: &str) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut bytes = [0u8; 512];
        for case in 0..CASES {
            for chunk in bytes.chunks_mut(8) {
                state ^= state >> 12;
                state ^= state << 25;
                state ^= state >> 27;
                chunk.copy_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
            }
            let run = || run(name, &bytes);
            if let Err(panic) = std::panic::catch_unwind(run) {
                eprintln!("{name}: case {case} is {bytes:?}");
                std::panic::resume_unwind(panic);
            }
        }
    }

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[test] fn $name() { on_random_bytes(stringify!($name)); })*

            #[test]
            fn every_check_is_listed() {
                let names: Vec<_> = super::CHECKS.iter().map(|check| check.0).collect();
                assert_eq!(names, [$(stringify!($name)),*]);
            }
        };
    }
    tests!(bit_field blocks format layout long_double);
}
