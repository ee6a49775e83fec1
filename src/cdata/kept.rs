//! What a value's memory keeps alive.
//!
//! The object that owns the memory keeps, for each reference in it, what the reference leads to. Values
//! that lie in the memory of another find their way up to it.

use super::{
    CData, Own, State,
    keepalive::{Keepalive, Objects, Path, Retained},
};
use crate::ctype::scalar::pointer;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef},
    protocol::PyBuffer,
};
use smallvec::SmallVec;
use std::sync::atomic::{Ordering, fence};

impl CData {
    #[inline]
    pub(super) fn state(&self) -> &PyMutex<State> {
        match self.state.get() {
            Some(state) => state,
            None => self.make_state(),
        }
    }

    #[inline(never)]
    fn make_state(&self) -> &PyMutex<State> {
        let state = self.state.get_or_init(Box::default);
        self.young.grow_up();
        state
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
    #[inline]
    #[must_use]
    pub fn pointee(&self, vm: &VirtualMachine) -> (*mut u8, Option<PyObjectRef>) {
        if !self.ctype.is_pointer() {
            return (std::ptr::null_mut(), None);
        }
        let is_root = self.above().is_none();
        let root = if is_root { self } else { self.root() };
        // SAFETY: a pointer's memory holds an address.
        let address = unsafe { pointer::read(self.address()) };
        if root.keeps_nothing() {
            return (address, None);
        }
        if is_root {
            let state = self.state().lock();
            // SAFETY: a pointer's memory holds an address.
            let address = unsafe { pointer::read(self.address()) };
            if let Some(pointee) = state.keepalive.only_pointee() {
                drop(state);
                return (address, Some(Self::anchor_of(pointee)));
            }
        }
        self.pointee_among_others(root, vm)
    }

    /// The same, where more is kept than the object that this points to.
    #[inline(never)]
    fn pointee_among_others(
        &self,
        root: &Self,
        vm: &VirtualMachine,
    ) -> (*mut u8, Option<PyObjectRef>) {
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
        let anchors = objects.into_iter().map(Self::anchor_of);
        (address, together(anchors, vm))
    }

    /// What a view lies on, not the view: views would hold each other for ever.
    #[inline]
    fn anchor_of(object: PyObjectRef) -> PyObjectRef {
        let anchor = Self::of(&object).and_then(|view| view.anchor.clone());
        anchor.unwrap_or(object)
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
        let (shown, objects) = {
            let mut state = source.state().lock();
            let keepalive = &mut state.keepalive;
            keepalive.begin_items();
            let mut objects = Objects::from_iter([PyObjectRef::from(source.to_owned())]);
            if source.ctype.is_address() {
                keepalive.add_pointees(&mut objects);
            }
            (keepalive.shown(), objects)
        };
        let shown = match shown {
            Some(shown) => shown,
            None => source.objects(vm)?,
        };
        let Some(shown) = shown else {
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
        let old = self.state().lock().source.replace(Box::new(source));
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
