//! What a C value is: memory with a type.
//!
//! The payload of every ctypes instance holds the address of its memory. The memory lies inside the payload
//! itself when it is small (objects do not move once made), in a block of its own when it is large, or inside
//! the memory of another object, which is then kept alive. Two views of a value never need synchronising,
//! because there is only one copy.

pub mod access;
pub mod buffer;
pub mod convert;
mod follow;
pub mod freelist;
mod home;
pub mod keepalive;
pub mod memory;
pub mod objects;
pub mod pickle;
pub mod references;
pub mod shared_map;
pub mod young;

use crate::{
    ctype::{CType, Place},
    panics::guarded,
    without::without,
};
use keepalive::{Copied, Displaced, Keepalive};
use memory::Block;
use objects::View;
use once_cell::race::OnceBox;
use rustpython_common::{hash::PyHash, lock::PyMutex};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyType, PyTypeRef},
    class::StaticType,
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    protocol::PyBuffer,
    pyclass,
    types::{AsBuffer, Hashable},
    vm::Context,
};
use std::{
    cell::UnsafeCell,
    mem::MaybeUninit,
    sync::atomic::{AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicUsize, Ordering},
};
use young::{BeginsYoung, Young};

/// The size up to which values lie inside the payload.
const INLINE_SIZE: usize = 16;

/// The bytes behind them that nobody uses. Windows' `VariantInit` zeroes 24 bytes, and published programs give it
/// structures of 16 (pyglet's VARIANT), behind which CPython has nothing that matters either.
const INLINE_SLACK: usize = if cfg!(windows) { 8 } else { 0 };

/// The payload of every ctypes instance.
#[pyclass(module = "_ctypes", name = "_CData", traverse = "manual")]
pub struct CData {
    young: Young,
    /// The address of the memory. Changes only when `resize` moves the memory.
    address: AtomicPtr<u8>,
    /// The number of bytes of memory.
    size: AtomicUsize,
    ctype: PyRef<CType>,
    /// `_b_base_`: the object whose memory this is part of, or the pointer that points to it.
    owner: Option<PyObjectRef>,
    /// The owner of the memory, if that is neither this object nor `owner`.
    anchor: Option<PyObjectRef>,
    /// The memory, if it is too large to lie inside the payload.
    block: Option<Block>,
    /// The number of live buffer exports, which forbid `resize`.
    exports: AtomicU32,
    own: Own,
    /// [`flag`]s, which are set and never cleared.
    flags: AtomicU8,
    /// Which of the first items or fields were stored as a whole, for `_objects`.
    wholes: AtomicU16,
    /// The targets of the references in this object's own memory. Its lock is also held to move the memory.
    keepalive: PyMutex<Keepalive>,
    /// The state that few values have, made when it is first needed.
    state: OnceBox<PyMutex<State>>,
    inline: Inline,
}

/// Facts about a value that never become false.
mod flag {
    /// The value keeps something, or did once.
    pub const KEEPS: u8 = 1;
    /// Another object has come to depend on what the value keeps, so `_objects` is a dict.
    pub const ASKED: u8 = 2;
    /// `cast` has made a pointer to the value.
    pub const CAST: u8 = 4;
    /// Python code has seen the value's `_objects`.
    pub const SEEN: u8 = 8;
    /// The value is a function pointer, and something was stored in it since it was made.
    pub const RESTORED: u8 = 16;
}

/// Who owns the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// This object.
    Mine,
    /// `owner`, of whose memory this is a part.
    Owners,
    /// The owner of what the pointer `owner` points to.
    Pointees,
    /// No Python object.
    Foreign,
}

#[derive(Debug, Default)]
struct State {
    /// The buffer that the memory lies in (`from_buffer`). Its export keeps the memory there.
    source: Option<Box<PyBuffer>>,
    /// The first target of a function pointer, if something else was stored since.
    first: Option<PyObjectRef>,
    view: View,
    /// The blocks that `resize` made. The last one is in use; the others are kept, because other objects and
    /// other threads may still hold addresses in them.
    blocks: Vec<Block>,
}

#[repr(C, align(8))]
struct Inline(UnsafeCell<MaybeUninit<[u8; INLINE_SIZE + INLINE_SLACK]>>);

// SAFETY: the bytes are C memory: accesses through the published address may race as they may in C.
unsafe impl Sync for Inline {}

impl std::fmt::Debug for CData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CData")
            .field("type", &self.ctype.name())
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

impl CData {
    /// Makes a payload for memory at `place`. Whoever makes the object must call [`Self::into_instance`] or
    /// [`Self::settle`].
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for the value.
    // Inlined, as `into_instance` is, so that the payload is not moved on its way into the object.
    #[inline(always)]
    pub fn new(ctype: PyRef<CType>, place: Place, vm: &VirtualMachine) -> PyResult<Self> {
        ctype.finalize();
        let layout = ctype.layout();
        let size = layout.size;
        let mut block = None;
        let (address, own, owner, anchor) = match place {
            Place::New
                if size <= INLINE_SIZE
                    && layout.align <= align_of::<Inline>()
                    && !without().inline =>
            {
                (std::ptr::null_mut(), Own::Mine, None, None)
            }
            Place::New => {
                let new = Block::new(size, layout.align).ok_or_else(|| vm.no_memory_error())?;
                let start = new.start();
                block = Some(new);
                (start, Own::Mine, None, None)
            }
            Place::Inside { address, owner } => {
                let anchor = Self::home_above(&owner);
                (address, Own::Owners, Some(owner), anchor)
            }
            Place::Target {
                address,
                pointer,
                anchor,
            } => {
                let anchor = anchor.or_else(|| Self::home_above(&pointer));
                (address, Own::Pointees, Some(pointer), anchor)
            }
            Place::At { address, anchor } => (address, Own::Foreign, None, anchor),
        };
        Ok(Self {
            young: Young::default(),
            address: AtomicPtr::new(address),
            size: AtomicUsize::new(size),
            ctype,
            owner,
            anchor,
            block,
            exports: AtomicU32::new(0),
            own,
            flags: AtomicU8::new(0),
            wholes: AtomicU16::new(0),
            keepalive: PyMutex::default(),
            state: OnceBox::new(),
            inline: Inline(UnsafeCell::new(MaybeUninit::zeroed())),
        })
    }

    /// Makes the payload an instance of `class`, which must derive from `_CData` and add nothing to its
    /// payload.
    #[inline(always)]
    #[must_use]
    pub fn into_instance(self, class: PyTypeRef, vm: &VirtualMachine) -> PyRef<Self> {
        young::new_object(self, class, Self::settle, vm)
    }

    /// Points the payload at the memory inside itself. The payload must not move any more.
    #[inline]
    pub fn settle(&self) {
        if self.own == Own::Mine && self.address().is_null() {
            self.address
                .store(self.inline.0.get().cast(), Ordering::Release);
        }
    }

    /// Returns the address of the memory, which is valid for [`size`](Self::size) bytes for the object's
    /// lifetime, unless Python code or C supplied the address (`from_address`, a C pointer).
    #[inline]
    #[must_use]
    pub fn address(&self) -> *mut u8 {
        self.address.load(Ordering::Acquire)
    }

    /// Returns the number of bytes of memory: at least the type's size, more after `resize`.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// Returns address and size together. While another thread resizes, one may be old and the other new, but
    /// the pair never reaches beyond a live block: the size is read first, every new block is larger than the
    /// one before and published before its size, and old blocks live as long as the object.
    #[must_use]
    pub fn bytes(&self) -> (*mut u8, usize) {
        let size = self.size.load(Ordering::Acquire);
        (self.address(), size)
    }

    #[inline]
    #[must_use]
    pub fn ctype(&self) -> &PyRef<CType> {
        &self.ctype
    }

    /// Returns whether this value is only its memory: it keeps nothing, and has no view.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.flags.load(Ordering::Acquire) == 0
            && self.state.get().is_none()
            && self.exports.load(Ordering::Acquire) == 0
    }

    #[must_use]
    pub fn needs_free(&self) -> bool {
        self.own == Own::Mine
    }

    /// Returns `object` as a C value, if it is one.
    #[inline]
    #[must_use]
    pub fn of(object: &PyObject) -> Option<&Py<Self>> {
        object.downcast_ref::<Self>()
    }

    /// Enlarges the memory, or gives back some of what an earlier call added.
    ///
    /// # Errors
    /// `ValueError` if `size` is less than the type needs or the memory is not this object's, `BufferError`
    /// while a buffer of the memory is exported, `MemoryError`.
    pub fn resize(&self, size: usize, vm: &VirtualMachine) -> PyResult<()> {
        let minimum = self.ctype.size();
        if size < minimum {
            return Err(vm.new_value_error(format!("minimum size is {minimum}")));
        }
        if self.own != Own::Mine {
            return Err(
                vm.new_value_error("Memory cannot be resized because this object doesn't own it")
            );
        }
        let mut keepalive = self.keepalive.lock();
        if self.exports.load(Ordering::Acquire) > 0 {
            drop(keepalive);
            return Err(
                vm.new_buffer_error("Memory cannot be resized because it is exported as a buffer")
            );
        }
        let mut state = self.state().lock();
        let block = state.blocks.last().or(self.block.as_ref());
        let capacity = block.map_or(INLINE_SIZE, Block::size);
        if size <= capacity {
            self.size.store(size, Ordering::Release);
            return Ok(());
        }
        // Old blocks are kept, so a value that grows repeatedly gets room ahead.
        let room = if !state.blocks.is_empty() {
            size.max(capacity.saturating_mul(2))
        } else {
            size
        };
        let Some(block) = Block::new(room, self.ctype.layout().align) else {
            drop(state);
            drop(keepalive);
            return Err(vm.no_memory_error());
        };
        let old = self.address();
        // SAFETY: the old memory has `capacity` bytes and the new one more; they are distinct.
        unsafe { std::ptr::copy_nonoverlapping(old, block.start(), capacity) };
        // The copies of the references have the same targets.
        let places = old.addr()..old.addr() + capacity;
        let copied = block.start().addr()..block.start().addr() + capacity;
        let entries = keepalive.entries(&places);
        let mut displaced = Displaced::new();
        keepalive.replace(&copied, Copied::Entries(entries), &mut displaced);
        // The address before the size: see `bytes`.
        self.address.store(block.start(), Ordering::Release);
        self.size.store(size, Ordering::Release);
        state.blocks.push(block);
        Ok(())
    }
}

impl PyPayload for CData {
    const NEW_REF_UNTRACKED: bool = true;

    #[inline]
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

// SAFETY: `young` is a field of the payload; there is no freelist.
unsafe impl BeginsYoung for CData {
    #[inline]
    fn young(&self) -> &Young {
        &self.young
    }
}

impl Hashable for CData {
    fn hash(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        Err(vm.new_type_error("unhashable type"))
    }
}

// SAFETY: visits each object it owns exactly once. The keepalive is visited only while its lock is free;
// otherwise its objects may be changing, and the collector takes them for alive.
unsafe impl Traverse for CData {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.ctype.traverse(visit);
        self.owner.traverse(visit);
        self.anchor.traverse(visit);
        if let Some(keepalive) = self.keepalive.try_lock() {
            keepalive.traverse(visit);
        }
        if let Some(state) = self.state.get().and_then(PyMutex::try_lock) {
            state.first.traverse(visit);
            state.view.traverse(visit);
            if let Some(source) = &state.source {
                source.traverse(visit);
            }
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        if self.young.is_freed() {
            return;
        }
        // The owner stays, because the memory must be valid for whatever still holds this object. Every cycle
        // runs through a keepalive, a dict or a class.
        self.keepalive.get_mut().clear(out);
        if let Some(state) = self.state.get() {
            let mut state = state.lock();
            out.extend(state.first.take());
            state.view.clear(out);
        }
    }
}

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(AsBuffer, Hashable))]
impl CData {
    #[pygetset(name = "_b_base_")]
    fn b_base(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.owner.clone()
    }

    #[pygetset(name = "_b_needsfree_")]
    fn b_needsfree(zelf: &Py<Self>) -> i32 {
        i32::from(zelf.needs_free())
    }

    #[pygetset(name = "_objects")]
    fn get_objects(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let shown = guarded(vm, || objects::shown(zelf, vm))?;
        Ok(vm.unwrap_or_none(shown))
    }

    #[pygetset(setter, name = "_b_base_")]
    fn set_b_base(_: &Py<Self>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(readonly(vm))
    }

    #[pygetset(setter, name = "_b_needsfree_")]
    fn set_b_needsfree(_: &Py<Self>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(readonly(vm))
    }

    #[pygetset(setter, name = "_objects")]
    fn set_objects(_: &Py<Self>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(readonly(vm))
    }

    /// What an output parameter becomes in the result tuple of a call.
    #[pymethod(name = "__ctypes_from_outparam__")]
    fn from_outparam(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        no_arguments("__ctypes_from_outparam__", &args, vm)?;
        access::output(&zelf, vm)
    }

    #[pymethod]
    fn __reduce__(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        no_arguments("__reduce__", &args, vm)?;
        guarded(vm, || pickle::reduce(&zelf, vm))
    }

    #[pymethod]
    fn __setstate__(zelf: PyRef<Self>, state: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        if !state.kwargs.is_empty() {
            return Err(vm.new_type_error("_CData.__setstate__() takes no keyword arguments"));
        }
        guarded(vm, || pickle::set_state(&zelf, &state.args, vm))
    }
}

fn no_arguments(method: &str, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if args.args.is_empty() && args.kwargs.is_empty() {
        return Ok(());
    }
    Err(vm.new_type_error(format!("{method}() takes no arguments")))
}

/// Makes the error that setting one of CPython's read-only members raises.
fn readonly(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_attribute_error("readonly attribute")
}

/// Returns the ctype of an instance or of a type, for `sizeof` and the like.
#[must_use]
pub fn ctype_of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<CType>> {
    CType::of(object, vm).or_else(|| CData::of(object).map(|cdata| &**cdata.ctype()))
}
