//! What a C value is: memory with a type.
//!
//! The payload of every ctypes instance holds the address of its memory. The memory lies inside the
//! payload itself when it is small (objects do not move once made), in a block of its own when it is
//! large, or inside the memory of another object, which is then kept alive. Nothing is ever copied
//! to keep two views of a value in step: there is one.

pub mod access;
pub mod buffer;
pub mod keepalive;
pub mod memory;
pub mod pickle;

use crate::{
    ctype::{CType, Place, scalar::pointer},
    without::without,
};
use keepalive::{Keepalive, Objects, Path, Retained};
use memory::Block;
use once_cell::race::OnceBox;
use rustpython_common::{hash::PyHash, lock::PyMutex};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyType, PyTypeRef},
    class::StaticType,
    function::FuncArgs,
    object::{Traverse, TraverseFn},
    protocol::PyBuffer,
    pyclass,
    types::{AsBuffer, Hashable},
    vm::Context,
};
use smallvec::SmallVec;
use std::{
    cell::UnsafeCell,
    mem::MaybeUninit,
    sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering, fence},
};

/// Values up to this size lie inside the payload.
const INLINE_SIZE: usize = 16;

/// The payload of every ctypes instance.
#[pyclass(module = "_ctypes", name = "_CData", traverse = "manual")]
pub struct CData {
    /// The memory. Changes only when `resize` moves it.
    address: AtomicPtr<u8>,
    /// Bytes of memory.
    size: AtomicUsize,
    ctype: PyRef<CType>,
    /// The object whose memory this is part of: `_b_base_`.
    owner: Option<PyObjectRef>,
    /// Which item or field of `owner` this is.
    index: usize,
    /// What keeps the memory there if `owner` is a pointer to it.
    anchor: Option<PyObjectRef>,
    /// Memory that is too large to lie inside the payload.
    block: Option<Block>,
    /// Live buffer exports, which forbid `resize`.
    exports: AtomicU32,
    own: Own,
    /// What few values have, made when it is first needed.
    state: OnceBox<PyMutex<State>>,
    inline: Inline,
}

/// Whose the memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// This object's.
    Mine,
    /// Part of `owner`'s.
    Owners,
    /// What `owner` points to.
    Pointees,
    /// Nobody's here.
    Foreign,
}

#[derive(Debug, Default)]
struct State {
    keepalive: Keepalive,
    /// The buffer that the memory lies in (`from_buffer`), whose export keeps it there.
    source: Option<PyBuffer>,
    /// The blocks that `resize` made. The last one is in use; the others are kept, because other
    /// objects and other threads may still hold addresses in them.
    blocks: Vec<Block>,
}

#[repr(C, align(8))]
struct Inline(UnsafeCell<MaybeUninit<[u8; INLINE_SIZE]>>);

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
    /// A payload for memory at `place`. It must be turned into an object by [`Self::into_instance`]
    /// or [`Self::settle`]d by whoever makes the object.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for the value.
    #[inline]
    pub fn new(ctype: PyRef<CType>, place: Place, vm: &VirtualMachine) -> PyResult<Self> {
        ctype.finalize();
        let layout = ctype.layout();
        let size = layout.size;
        let mut block = None;
        let (address, own, owner, index, anchor) = match place {
            Place::New
                if size <= INLINE_SIZE
                    && layout.align <= align_of::<Inline>()
                    && !without().inline =>
            {
                (std::ptr::null_mut(), Own::Mine, None, 0, None)
            }
            Place::New => {
                let new = Block::new(size, layout.align).ok_or_else(|| vm.no_memory_error())?;
                let start = new.start();
                block = Some(new);
                (start, Own::Mine, None, 0, None)
            }
            Place::Inside {
                address,
                owner,
                index,
            } => (address, Own::Owners, Some(owner), index, None),
            Place::Target {
                address,
                pointer,
                index,
                anchor,
            } => (address, Own::Pointees, Some(pointer), index, anchor),
            Place::At(address) => (address, Own::Foreign, None, 0, None),
        };
        Ok(Self {
            address: AtomicPtr::new(address),
            size: AtomicUsize::new(size),
            ctype,
            owner,
            index,
            anchor,
            block,
            exports: AtomicU32::new(0),
            own,
            state: OnceBox::new(),
            inline: Inline(UnsafeCell::new(MaybeUninit::zeroed())),
        })
    }

    /// Makes the payload an instance of `class`, which is known to derive from `_CData` and to add
    /// nothing to its payload.
    #[inline]
    #[must_use]
    pub fn into_instance(self, class: PyTypeRef) -> PyRef<Self> {
        let object = PyRef::new_ref(self, class, None);
        object.settle();
        object
    }

    /// Points the payload at the memory inside itself, once it is where it will stay.
    #[inline]
    pub fn settle(&self) {
        if self.own == Own::Mine && self.address().is_null() {
            self.address
                .store(self.inline.0.get().cast(), Ordering::Release);
        }
    }

    /// The memory: valid for [`size`](Self::size) bytes as long as the object lives, unless its
    /// address came from Python code (`from_address`, a C pointer), which then answers for it.
    #[inline]
    #[must_use]
    pub fn address(&self) -> *mut u8 {
        self.address.load(Ordering::Acquire)
    }

    /// Bytes of memory: at least the type's size, more after `resize`.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// Address and size together. While another thread resizes, the pair may be a mixed one, but
    /// never reaches beyond a live block: the size is read first, every new block is larger than the
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

    #[must_use]
    pub fn needs_free(&self) -> bool {
        self.own == Own::Mine
    }

    /// `object` as a C value, if it is one.
    #[inline]
    #[must_use]
    pub fn of(object: &PyObject) -> Option<&Py<Self>> {
        object.downcast_ref::<Self>()
    }

    /// Enlarges the memory, or gives some of what an earlier call added back.
    ///
    /// # Errors
    /// `ValueError` if `size` is less than the type needs or the memory is not this object's,
    /// `BufferError` while a buffer of it is exported, `MemoryError`.
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
        let mut state = self.state().lock();
        if self.exports.load(Ordering::Acquire) > 0 {
            drop(state);
            return Err(
                vm.new_buffer_error("Memory cannot be resized because it is exported as a buffer")
            );
        }
        let block = state.blocks.last().or(self.block.as_ref());
        let capacity = block.map_or(INLINE_SIZE, Block::size);
        if size <= capacity {
            self.size.store(size, Ordering::Release);
            return Ok(());
        }
        // Old blocks are kept, so whoever grows again and again gets room ahead.
        let room = if !state.blocks.is_empty() {
            size.max(capacity.saturating_mul(2))
        } else {
            size
        };
        let Some(block) = Block::new(room, self.ctype.layout().align) else {
            drop(state);
            return Err(vm.no_memory_error());
        };
        // SAFETY: the old memory has `capacity` bytes and the new one more; they are distinct.
        unsafe { std::ptr::copy_nonoverlapping(self.address(), block.start(), capacity) };
        // The address before the size: see `bytes`.
        self.address.store(block.start(), Ordering::Release);
        self.size.store(size, Ordering::Release);
        state.blocks.push(block);
        Ok(())
    }
}

/// Keepalive.
impl CData {
    #[inline]
    fn state(&self) -> &PyMutex<State> {
        self.state.get_or_init(Box::default)
    }

    /// Whether this object keeps nothing, and never has.
    #[inline]
    fn keeps_nothing(&self) -> bool {
        // What was read before must not have been stored after: whoever stores a reference makes the
        // state first.
        fence(Ordering::Acquire);
        self.state.get().is_none()
    }

    /// The object that owns the memory this is part of, and the key of item `index` there.
    fn path(&self, index: usize) -> (&Self, Path) {
        let mut path = Path::new();
        path.push(index);
        let mut at = self;
        while let Some(owner) = at.above() {
            path.push(at.index);
            at = owner;
        }
        (at, path)
    }

    /// The object whose memory this is part of, or that points to it.
    #[inline]
    fn above(&self) -> Option<&Self> {
        self.owner
            .as_deref()
            .and_then(Self::of)
            .map(|owner| &**owner)
    }

    /// The object that owns the memory this is part of.
    #[inline]
    fn root(&self) -> &Self {
        let mut at = self;
        while let Some(owner) = at.above() {
            at = owner;
        }
        at
    }

    /// Whether the memory is the root's own: no pointer was followed on the way there.
    fn is_direct(&self) -> bool {
        let mut at = self;
        while let Some(owner) = at.above() {
            if at.own == Own::Pointees {
                return false;
            }
            at = owner;
        }
        true
    }

    /// Runs `f` while nothing changes what this value's memory keeps. `f` must run no Python code.
    pub fn locked<R>(&self, f: impl FnOnce() -> R) -> R {
        let _state = self.root().state().lock();
        f()
    }

    /// Changes memory by `write`, and what its items keep, at once; `write` must run no Python code.
    /// If it returns `false`, nothing else is changed, and so does this.
    ///
    /// An item that retains `None` changes nothing of what is kept.
    ///
    /// # Errors
    /// What storing into a dict that Python has seen raises.
    pub fn replace(
        &self,
        write: impl FnOnce() -> bool,
        items: impl IntoIterator<Item = (usize, Retained)>,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let root = self.root();
        let by_key = root.ctype.reference_count() > 0;
        let items: SmallVec<[_; 2]> = items
            .into_iter()
            .filter(|(_, retained)| !vm.is_none(&retained.shown) || !retained.hidden.is_empty())
            .map(|(index, retained)| (by_key.then(|| self.path(index).1), retained))
            .collect();
        let mut displaced = Vec::new();
        let mut stores = SmallVec::<[_; 2]>::new();
        let mut state = root.state().lock();
        let written = write();
        if written {
            for (key, retained) in items {
                stores.extend(state.keepalive.set(key, retained, &mut displaced));
            }
        }
        drop(state);
        // Both may run Python code.
        drop(displaced);
        for store in stores {
            store.finish(vm)?;
        }
        Ok(written)
    }

    /// Keeps what is retained alive as long as item `index` of this value's memory. `None` is
    /// nothing to keep.
    ///
    /// # Errors
    /// What storing into a dict that Python has seen raises.
    pub fn keep(
        &self,
        index: usize,
        retained: impl Into<Retained>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        self.replace(|| true, [(index, retained.into())], vm)?;
        Ok(())
    }

    /// `_objects`.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn objects(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let Some(state) = self.state.get() else {
            return Ok(None);
        };
        if let Some(shown) = state.lock().keepalive.shown() {
            return Ok(shown);
        }
        let fresh = vm.ctx.new_dict();
        state.lock().keepalive.show(fresh, vm)
    }

    /// What this value's memory shows as kept, now and later, for whoever keeps the value itself.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn kept(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let root = self.root();
        if root.ctype.reference_count() > 0 {
            root.state().lock().keepalive.begin_items();
        }
        Ok(vm.unwrap_or_none(root.objects(vm)?))
    }

    /// The first `size` bytes, for whoever copies them, and what must be kept with the copy: what
    /// this value's memory shows as kept, and the objects that it keeps at that moment.
    ///
    /// # Errors
    /// What storing into the dict raises, `MemoryError`.
    pub fn snapshot(&self, size: usize, vm: &VirtualMachine) -> PyResult<(Vec<u8>, Retained)> {
        let root = self.root();
        let path = match self.above() {
            Some(owner) => owner.path(self.index).1,
            None => Path::new(),
        };
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(size)
            .map_err(|_| vm.no_memory_error())?;
        let objects = {
            let state = root.state().lock();
            let size = size.min(self.size());
            // SAFETY: no more than the value's memory has.
            bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(self.address(), size) });
            state.keepalive.objects(&path)
        };
        let retained = Retained {
            shown: self.kept(vm)?,
            hidden: objects,
        };
        Ok((bytes, retained))
    }

    /// The address that this pointer holds, and what the pointer keeps of what is there, for an
    /// object that lies there: the pointer may be made to point elsewhere while that object lives.
    #[must_use]
    pub fn pointee(&self, vm: &VirtualMachine) -> (*mut u8, Option<PyObjectRef>) {
        if !self.ctype.is_pointer() {
            return (std::ptr::null_mut(), None);
        }
        let root = self.root();
        // SAFETY: a pointer's memory holds an address.
        let address = unsafe { pointer::read(self.address()) };
        if root.keeps_nothing() {
            return (address, None);
        }
        // What was found by following pointers is kept under a path that is not known here.
        let mut paths = SmallVec::<[Path; 3]>::new();
        if self.is_direct() {
            paths.push(self.path(1).1);
            paths.push(self.path(0).1);
            // A pointer that is a field is kept under the field's own path.
            if let Some(owner) = self.above() {
                paths.push(owner.path(self.index).1);
            }
        }
        let (address, objects) = {
            let state = root.state().lock();
            // SAFETY: a pointer's memory holds an address.
            let address = unsafe { pointer::read(self.address()) };
            (address, state.keepalive.find(&paths))
        };
        // What views lie on, not the views: those would hold each other for ever.
        let owners = objects.into_iter().map(|object| {
            let anchor = Self::of(&object).and_then(|view| view.anchor.clone());
            anchor.unwrap_or(object)
        });
        (address, together(owners, vm))
    }

    /// Makes this pointer show what `source` keeps, and keep `source` and, if that is a pointer too,
    /// what it points to now. If what is shown is a dict, the two share it from now on, and it is
    /// returned; an object that is kept alone is shown by both.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn share_keepalive(
        &self,
        source: &Py<Self>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyDictRef>> {
        source.state().lock().keepalive.begin_items();
        let mut objects = Objects::from_iter([PyObjectRef::from(source.to_owned())]);
        if source.ctype.is_address() {
            let target = [1, 0].map(|index| Path::from_slice(&[index]));
            objects.extend(source.state().lock().keepalive.find(&target));
        }
        let Some(shown) = source.objects(vm)? else {
            return Ok(None);
        };
        let shown = shown.downcast::<PyDict>();
        let dict = shown.as_ref().ok().cloned();
        let shared = Keepalive::shared(shown, objects);
        let old = std::mem::replace(&mut self.state().lock().keepalive, shared);
        drop(old);
        Ok(dict)
    }

    /// Holds the buffer that this object's memory lies in, for as long as the object lives.
    pub fn hold_source(&self, source: PyBuffer) {
        let old = self.state().lock().source.replace(source);
        drop(old);
    }
}

/// One object that keeps all of `objects`.
fn together(
    mut objects: impl Iterator<Item = PyObjectRef>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let first = objects.next()?;
    let Some(second) = objects.next() else {
        return Some(first);
    };
    let all = [first, second].into_iter().chain(objects).collect();
    Some(vm.ctx.new_tuple(all).into())
}

impl PyPayload for CData {
    #[inline]
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

impl Hashable for CData {
    fn hash(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        Err(vm.new_type_error("unhashable type"))
    }
}

// SAFETY: visits each object it owns exactly once; the keepalive only while its lock is free, which
// leaves its objects out where they may be changing: the collector then takes them for alive.
unsafe impl Traverse for CData {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.ctype.traverse(visit);
        self.owner.traverse(visit);
        self.anchor.traverse(visit);
        if let Some(state) = self.state.get().and_then(PyMutex::try_lock) {
            state.keepalive.traverse(visit);
            state.source.traverse(visit);
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        // The owner stays: the memory must be there for whoever still holds this object. Every
        // cycle runs through somebody's keepalive, dict or class.
        if let Some(state) = self.state.get() {
            state.lock().keepalive.clear(out);
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
        Ok(vm.unwrap_or_none(zelf.objects(vm)?))
    }

    /// What an output parameter becomes in the result tuple of a call.
    #[pymethod(name = "__ctypes_from_outparam__")]
    fn from_outparam(zelf: PyRef<Self>) -> PyObjectRef {
        zelf.into()
    }

    #[pymethod]
    fn __reduce__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        pickle::reduce(&zelf, vm)
    }

    #[pymethod]
    fn __setstate__(zelf: PyRef<Self>, state: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        pickle::set_state(&zelf, &state.args, vm)
    }
}

/// The description of an instance's or type's ctype, for `sizeof` and its kin.
#[must_use]
pub fn ctype_of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<CType>> {
    CType::of(object, vm).or_else(|| CData::of(object).map(|cdata| &**cdata.ctype()))
}
