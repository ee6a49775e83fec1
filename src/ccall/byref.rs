//! `CArgObject`: a C value that Python code holds between `byref` or `from_param` and a call.

use super::argument::Argument;
use crate::{cdata::CData, ctype::simple::SimpleCode};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
    pyclass,
    types::Representable,
};

/// What `byref` and the `from_param` of simple types return.
#[pyclass(module = "_ctypes", name = "CArgObject", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct CArg {
    /// The type code of the value; `P` for addresses.
    tag: char,
    argument: Argument,
}

impl CArg {
    #[must_use]
    pub fn new(tag: char, argument: Argument) -> Self {
        Self { tag, argument }
    }

    /// The address of `target`'s memory plus `offset`.
    #[must_use]
    pub fn byref(target: &Py<CData>, offset: isize) -> Self {
        let address = target.address().expose_provenance();
        Self {
            tag: 'P',
            argument: Argument::pointer(
                address.wrapping_add_signed(offset),
                Some(target.to_owned().into()),
            ),
        }
    }

    /// The value of type code `code` that `value` converts to.
    ///
    /// # Errors
    /// What the conversion raises.
    pub fn simple(
        code: &SimpleCode,
        value: &rustpython_vm::PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let argument = Argument::scalar(code.scalar, |target| {
            // SAFETY: an argument's word has room for every scalar.
            unsafe { (code.native.store)(target, value, vm) }
        })?;
        Ok(Self {
            tag: code.code,
            argument,
        })
    }

    #[must_use]
    pub fn argument(&self) -> &Argument {
        &self.argument
    }

    #[must_use]
    pub fn into_argument(self) -> Argument {
        self.argument
    }

    #[must_use]
    pub fn tag(&self) -> char {
        self.tag
    }

    /// The object this is an address of or that its value came from.
    #[must_use]
    pub fn object(&self) -> Option<&PyObjectRef> {
        self.argument.keep()
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for CArg {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.argument.traverse(visit);
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(Representable))]
impl CArg {
    #[pygetset(name = "_obj")]
    fn obj(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.unwrap_or_none(zelf.object().cloned())
    }
}

impl Representable for CArg {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let word = zelf.argument.word();
        macro_rules! number {
            ($int:ty) => {{
                let mut bytes = [0; size_of::<$int>()];
                bytes.copy_from_slice(&word[..size_of::<$int>()]);
                <$int>::from_ne_bytes(bytes)
            }};
        }
        let tag = zelf.tag;
        let value = match tag {
            'b' | 'B' => number!(i8).to_string(),
            'h' | 'H' => number!(i16).to_string(),
            'i' | 'I' => number!(i32).to_string(),
            'l' | 'L' => number!(libc::c_long).to_string(),
            'q' | 'Q' => number!(i64).to_string(),
            'd' => float_repr(number!(f64), vm)?,
            'f' => float_repr(number!(f32).into(), vm)?,
            'c' => match word[0] {
                byte @ (b' '..=b'~') if byte != b'\\' && byte != b'\'' => {
                    format!("'{}'", char::from(byte))
                }
                byte => format!("'\\x{byte:02x}'"),
            },
            'z' | 'Z' | 'P' => match number!(usize) {
                0 => "(nil)".to_owned(),
                address => format!("{address:#x}"),
            },
            _ => {
                return Ok(format!(
                    "<cparam '{tag}' at {:#x}>",
                    zelf.as_object().get_id()
                ));
            }
        };
        Ok(format!("<cparam '{tag}' ({value})>"))
    }
}

fn float_repr(value: f64, vm: &VirtualMachine) -> PyResult<String> {
    let text = vm.ctx.new_float(value).as_object().repr(vm)?;
    Ok(text.to_string_lossy().into_owned())
}
