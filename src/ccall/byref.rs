//! `CArgObject`: a C value that Python code holds between `byref` or `from_param` and a call.

use super::argument::Arguments;
use crate::{
    abi::Scalar,
    cdata::{
        CData,
        freelist::FreeList,
        references::Kept,
        young::{self, BeginsYoung, Young},
    },
    ctype::simple::SimpleCode,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyType},
    class::StaticType,
    object::{Traverse, TraverseFn},
    pyclass,
    types::Representable,
    vm::Context,
};
use std::ptr::NonNull;

/// Room for the largest scalar, a complex long double.
type Wide = [u64; 4];

/// What `byref` and the `from_param` of simple types return.
#[pyclass(
    module = "_ctypes",
    name = "CArgObject",
    traverse = "manual",
    clear = false
)]
#[derive(Debug)]
pub struct CArg {
    young: Young,
    /// The type code of the value; `P` for addresses.
    tag: char,
    scalar: Scalar,
    value: CArgValue,
    /// The object that the value is the address of, or was made from.
    object: Option<PyObjectRef>,
    /// The target of the address, if that is another object.
    target: Option<PyObjectRef>,
}

#[derive(Debug)]
enum CArgValue {
    Word(u64),
    Wide(Box<Wide>),
}

impl CArgValue {
    fn start(&self) -> *const u8 {
        match self {
            Self::Word(word) => (&raw const *word).cast(),
            Self::Wide(wide) => wide.as_ptr().cast(),
        }
    }
}

impl CArg {
    /// Makes a pointer to `address`, which `object` keeps valid.
    #[must_use]
    pub fn pointer(tag: char, address: usize, object: Option<PyObjectRef>) -> Self {
        Self {
            young: Young::default(),
            tag,
            scalar: Scalar::Pointer,
            value: CArgValue::Word(address as u64),
            object,
            target: None,
        }
    }

    /// Makes a pointer with the address that `pointer` holds now, and the target that it has now.
    #[must_use]
    pub fn address_in(pointer: &Py<CData>, tag: char) -> Self {
        let (address, kept) = CData::reference(pointer);
        let target = match kept {
            Kept::Object(target) => Some(target),
            Kept::Nothing | Kept::AsItIs => None,
        };
        Self {
            target,
            ..Self::pointer(tag, address, Some(pointer.to_owned().into()))
        }
    }

    /// Makes a pointer to `target`'s memory plus `offset`.
    #[must_use]
    pub fn byref(target: &Py<CData>, offset: isize) -> Self {
        let address = target.address().expose_provenance();
        let address = address.wrapping_add_signed(offset);
        Self::pointer('P', address, Some(target.to_owned().into()))
    }

    /// Makes the value of type code `code` that `value` converts to.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    pub fn simple(code: &SimpleCode, value: &PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        let mut wide: Wide = [0; 4];
        // SAFETY: there is room for every scalar.
        let object = unsafe { (code.native.store)(wide.as_mut_ptr().cast(), value, vm) }?;
        let value = if code.size <= size_of::<u64>() {
            CArgValue::Word(wide[0])
        } else {
            CArgValue::Wide(Box::new(wide))
        };
        Ok(Self {
            young: Young::default(),
            tag: code.code,
            scalar: code.scalar,
            value,
            object,
            target: None,
        })
    }

    /// Makes the Python object.
    #[inline]
    #[must_use]
    pub fn into_object(self, vm: &VirtualMachine) -> PyRef<Self> {
        young::new_object(self, Self::static_type().to_owned(), |_| (), vm)
    }

    /// Adds the value to a call's arguments. The caller must hold this object, or the one that it refers to,
    /// for the duration of the call.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for a copy.
    #[inline]
    pub fn pass(&self, arguments: &mut Arguments, vm: &VirtualMachine) -> PyResult<()> {
        let bytes = match self.tag {
            'z' => self.object.as_deref(),
            _ => None,
        };
        if let Some(bytes) = bytes.and_then(|bytes| bytes.downcast_ref::<PyBytes>()) {
            // SAFETY: the caller holds the object for the duration of the call (see above).
            return unsafe { arguments.bytes(bytes, vm) };
        }
        // SAFETY: `self.value` holds a value of `self.scalar`.
        unsafe { arguments.scalar(self.scalar, self.value.start(), vm) }
    }

    /// Makes a call keep what must live as long as the value is used.
    pub fn keep_in(self, arguments: &mut Arguments) {
        let objects = [self.object, self.target].into_iter().flatten();
        objects.for_each(|object| arguments.keep(object));
    }

    /// Returns the address, if the value is one.
    #[inline]
    #[must_use]
    pub fn address(&self) -> Option<usize> {
        match self.value {
            CArgValue::Word(word) if self.tag == 'P' => Some(word as usize),
            _ => None,
        }
    }

    #[must_use]
    pub fn tag(&self) -> char {
        self.tag
    }

    /// Returns the object that this is the address of, or that the value was made from.
    #[must_use]
    pub fn object(&self) -> Option<&PyObjectRef> {
        self.object.as_ref()
    }
}

/// The number of freed objects whose memory a thread reuses: most calls have no more.
const FREE: usize = 4;

thread_local! {
    static FREELIST: FreeList<CArg, FREE> = const { FreeList::new() };
}

/// Prepares the thread's own free list.
pub fn prepare() {
    let _ = FREELIST.try_with(|_| ());
}

impl PyPayload for CArg {
    const NEW_REF_UNTRACKED: bool = true;
    const HAS_FREELIST: bool = true;
    const MAX_FREELIST: usize = FREE;

    #[inline]
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }

    #[inline]
    unsafe fn freelist_push(object: *mut PyObject) -> bool {
        let husk = Self::pointer('P', 0, None);
        // SAFETY: the VM hands over an object of this type without references, as the trait requires.
        FREELIST
            .try_with(|list| unsafe { list.push(object, husk) })
            .unwrap_or(false)
    }

    #[inline]
    unsafe fn freelist_pop(_payload: &Self) -> Option<NonNull<PyObject>> {
        FREELIST.try_with(FreeList::pop).ok().flatten()
    }
}

// SAFETY: `young` is a field of the payload; the freelist drops the payload.
unsafe impl BeginsYoung for CArg {
    #[inline]
    fn young(&self) -> &Young {
        &self.young
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for CArg {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.object.traverse(visit);
        self.target.traverse(visit);
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
        macro_rules! number {
            ($number:ty) => {{
                let start = zelf.value.start().cast::<$number>();
                // SAFETY: the tag says which scalar the value is.
                unsafe { start.read_unaligned() }
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
            'c' => match number!(u8) {
                byte @ (b' '..=b'~') if byte != b'\\' && byte != b'\'' => {
                    format!("'{}'", char::from(byte))
                }
                byte => format!("'\\x{byte:02x}'"),
            },
            'z' | 'Z' | 'P' => match number!(usize) {
                0 => "0x(nil)".to_owned(),
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
