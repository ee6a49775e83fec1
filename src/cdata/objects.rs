//! `_objects`: what a value keeps alive, as ctypes shows it.
//!
//! ctypes documents the attribute for its own debugging: a dict whose keys are the indices of the field or
//! item, the inner ones first, in hexadecimal. This module keeps by place; the dict is a view of that, made
//! when Python code asks for it and kept up to date from then on. Nothing depends on it: clearing it frees
//! nothing that C memory points to.

use super::{
    CData, Own, flag,
    keepalive::{Entries, Keepalive},
};
use crate::ctype::{CType, Kind};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, TryFromBorrowedObject,
    VirtualMachine,
    builtins::{PyDictRef, PyMemoryView, PyStr},
    object::{Traverse, TraverseFn},
    protocol::PyBuffer,
};
use smallvec::SmallVec;
use std::sync::atomic::Ordering;

/// What `_objects` of an object is made of besides what the object keeps.
#[derive(Debug, Default)]
pub struct View {
    /// The dict that Python code has seen.
    dict: Option<PyDictRef>,
    /// The object that this one was cast from, whose `_objects` it shows.
    source: Option<PyObjectRef>,
    /// The view of the buffer that the object lies in, and an export of the view, which prevents Python code
    /// from releasing it.
    buffer: Option<Box<(PyObjectRef, PyBuffer)>>,
}

impl View {
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        out.extend(self.dict.take().map(PyObjectRef::from));
        out.extend(self.source.take());
        out.extend(self.buffer.take().map(|buffer| buffer.0));
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for View {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.dict.traverse(visit);
        self.source.traverse(visit);
        if let Some(buffer) = &self.buffer {
            buffer.0.traverse(visit);
            buffer.1.traverse(visit);
        }
    }
}

/// The key for what belongs to no item: a C `int` of -1.
const NO_INDEX: &str = "ffffffff";

/// The number of items or fields that `_objects` can mark as stored whole.
const MARKED: usize = u16::BITS as usize;

impl CData {
    /// Notes that item or field number `index` was stored as a whole, which `_objects` shows as one entry.
    #[inline]
    pub(super) fn mark_whole(&self, index: usize) {
        if matches!(self.own, Own::Mine | Own::Foreign) && index < MARKED {
            let bit = 1 << index;
            if self.wholes.load(Ordering::Relaxed) & bit == 0 {
                self.wholes.fetch_or(bit, Ordering::Relaxed);
            }
        }
    }

    fn is_whole(&self, index: usize) -> bool {
        index < MARKED && self.wholes.load(Ordering::Relaxed) & (1 << index) != 0
    }

    /// Makes `_objects` show what that of `source` shows, from which this value was cast.
    ///
    /// # Errors
    /// Any exception that storing into a dict that Python code has seen raises.
    pub fn show_like(&self, source: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        source.set_flag(flag::ASKED | flag::CAST);
        // If the source was itself cast, both show its source, which is enough. Sources of sources would be
        // held for ever.
        let known = source.state.get();
        let above = known.and_then(|state| state.lock().view.source.clone());
        let shown = above.unwrap_or_else(|| source.to_owned().into());
        let old = self.state().lock().view.source.replace(shown);
        drop(old);
        refresh(source, vm)
    }
}

/// Returns `_objects`; nothing for an object that lies in the memory of another.
///
/// # Errors
/// Any exception that storing into the dict raises.
pub fn shown(zelf: &Py<CData>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let mut pending = Pending::new();
    let shown = pending.shown(zelf, vm)?;
    pending.fill(vm)?;
    Ok(shown)
}

/// Updates a dict that Python code has seen.
///
/// # Errors
/// Any exception that storing into the dict raises.
pub(super) fn refresh(zelf: &Py<CData>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(dict) = known_dict(zelf) else {
        return Ok(());
    };
    let mut pending = Pending::new();
    pending.0.push((zelf.to_owned(), dict));
    pending.fill(vm)
}

/// Updates a dict that Python code has seen, after a change to nothing but what the place at `address` keeps.
///
/// # Errors
/// Any exception that storing into the dict raises.
pub(super) fn refresh_place(zelf: &Py<CData>, address: usize, vm: &VirtualMachine) -> PyResult<()> {
    let distance = address.wrapping_sub(zelf.address().addr());
    let place = path_to(&zelf.ctype, distance).filter(|(path, _)| match path.last() {
        Some(&index) => !zelf.is_whole(index),
        None => false,
    });
    let kept = zelf.locked(|keepalive| keepalive.get(address).cloned());
    let (Some((path, slot)), Some(kept)) = (place, kept) else {
        return refresh(zelf, vm);
    };
    let Some(dict) = known_dict(zelf) else {
        return Ok(());
    };
    let mut pending = Pending::new();
    pending.show_slot(&dict, &path, slot, kept, vm)?;
    pending.fill(vm)
}

fn known_dict(zelf: &CData) -> Option<PyDictRef> {
    zelf.state.get()?.lock().view.dict.clone()
}

/// Dicts that are still to be filled. Each node of a list shows the dict of the next, so they are filled one
/// after the other, not recursively.
struct Pending(Vec<(PyRef<CData>, PyDictRef)>);

impl Pending {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn fill(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        while let Some((object, dict)) = self.0.pop() {
            self.fill_one(&object, &dict, vm)?;
        }
        Ok(())
    }

    fn shown(&mut self, zelf: &Py<CData>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if matches!(zelf.own, Own::Owners | Own::Pointees) {
            return Ok(None);
        }
        let source = zelf
            .state
            .get()
            .and_then(|state| state.lock().view.source.clone());
        if let Some(source) = source.as_deref().and_then(CData::of) {
            return self.shown(source, vm);
        }
        if zelf.ctype.reference_count() == 0 {
            let only = zelf.locked(|keepalive| keepalive.get(zelf.address().addr()).cloned());
            let only = match only {
                Some(only) => Some(only),
                None => buffer(zelf, vm)?,
            };
            if only.is_some() || !zelf.has_flag(flag::CAST) {
                return Ok(only);
            }
        }
        let has_any = zelf.has_flag(flag::ASKED)
            || zelf.wholes.load(Ordering::Relaxed) != 0
            || !zelf.locked(Keepalive::is_empty)
            || has_buffer(zelf);
        if !has_any {
            return Ok(None);
        }
        Ok(Some(self.dict(zelf, vm).into()))
    }

    /// Returns the dict that an object shows. A new one is filled later.
    fn dict(&mut self, zelf: &Py<CData>, vm: &VirtualMachine) -> PyDictRef {
        if let Some(known) = known_dict(zelf) {
            return known;
        }
        // Before the lock: an allocation may start a garbage collection, and with it Python code.
        let fresh = vm.ctx.new_dict();
        zelf.set_flag(flag::SEEN);
        let mut state = zelf.state().lock();
        if let Some(known) = &state.view.dict {
            return known.clone();
        }
        state.view.dict = Some(fresh.clone());
        drop(state);
        self.0.push((zelf.to_owned(), fresh.clone()));
        fresh
    }

    /// Returns what `_objects` of a dependent object shows for what `object` keeps.
    fn dependent(&mut self, object: &PyObject, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let Some(value) = CData::of(object) else {
            return Ok(vm.ctx.none());
        };
        let home = CData::home(value);
        if home.ctype.reference_count() > 0 {
            home.ask();
        }
        Ok(vm.unwrap_or_none(self.shown(home, vm)?))
    }

    fn fill_one(
        &mut self,
        zelf: &Py<CData>,
        dict: &PyDictRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let start = zelf.address().addr();
        let entries = zelf.locked(Keepalive::all);
        // Keys that are not strings belong to casts, and stay.
        let strings = |key: &PyObjectRef| key.downcast_ref::<PyStr>().is_some();
        let stale: Vec<PyObjectRef> = dict.keys_vec().into_iter().filter(strings).collect();
        for key in stale {
            // Another thread may be updating the dict too.
            drop(dict.pop_item(&*key, vm)?);
        }
        if let Some(view) = buffer(zelf, vm)? {
            dict.set_item(NO_INDEX, view, vm)?;
        }
        if zelf.has_flag(flag::CAST) {
            let key: PyObjectRef = vm.ctx.new_int(zelf.get_id()).into();
            dict.set_item(&*key, zelf.to_owned().into(), vm)?;
        }
        let mut rest = Entries::new();
        let mut wholes: SmallVec<[(usize, PyDictRef); 4]> = (0..MARKED)
            .filter(|&index| zelf.is_whole(index))
            .map(|index| (index, vm.ctx.new_dict()))
            .collect();
        for (index, inner) in &wholes {
            dict.set_item(format!("{index:x}").as_str(), inner.clone().into(), vm)?;
        }
        for (address, object) in entries {
            let distance = address.wrapping_sub(start);
            let Some((mut path, slot)) = path_to(&zelf.ctype, distance) else {
                rest.push((address, object));
                continue;
            };
            let whole = path
                .last()
                .and_then(|index| wholes.iter_mut().find(|(known, _)| known == index));
            let target = match whole {
                Some((_, inner)) if path.len() > 1 => {
                    path.pop();
                    &*inner
                }
                _ => dict,
            };
            self.show_slot(target, &path, slot, object, vm)?;
        }
        // Memory that C owns, or that is not part of the type. Blocks that `resize` has replaced show nothing.
        rest.retain(|(address, _)| !zelf.was_resized_from(*address));
        for (address, object) in rest {
            dict.set_item(format!("{address:#x}").as_str(), object, vm)?;
        }
        Ok(())
    }

    /// Shows what one place of type `slot` keeps.
    fn show_slot(
        &mut self,
        dict: &PyDictRef,
        path: &[usize],
        slot: &Py<CType>,
        object: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match &slot.kind {
            // The object itself shows what its only place keeps.
            Kind::Pointer(_) if path.is_empty() => self.show_target(dict, &object, vm),
            Kind::Function(_) if path.is_empty() => dict.set_item("0", object, vm),
            Kind::Pointer(target) => {
                let is_array = CData::of(&object)
                    .and_then(|value| value.ctype.array())
                    .is_some_and(|array| {
                        target.get().is_some_and(|target| target.is(&*array.item))
                    });
                let shown: PyObjectRef = if is_array {
                    let inner = self.dependent(&object, vm)?;
                    vm.ctx.new_tuple(vec![inner, object]).into()
                } else {
                    let inner = vm.ctx.new_dict();
                    self.show_target(&inner, &object, vm)?;
                    inner.into()
                };
                dict.set_item(key(path).as_str(), shown, vm)
            }
            Kind::Function(_) => {
                let inner = vm.ctx.new_dict();
                inner.set_item("0", object, vm)?;
                dict.set_item(key(path).as_str(), inner.into(), vm)
            }
            _ => dict.set_item(key(path).as_str(), object, vm),
        }
    }

    /// Shows the target of a pointer, and what the target keeps.
    fn show_target(
        &mut self,
        dict: &PyDictRef,
        object: &PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        dict.set_item("1", object.clone(), vm)?;
        let inner = self.dependent(object, vm)?;
        if vm.is_none(&inner) {
            return Ok(());
        }
        dict.set_item("0", inner, vm)
    }
}

fn has_buffer(zelf: &CData) -> bool {
    let state = zelf.state.get();
    state.is_some_and(|state| state.lock().source.is_some())
}

/// Returns a view of the buffer that an object lies in.
fn buffer(zelf: &CData, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(state) = zelf.state.get() else {
        return Ok(None);
    };
    let exporter = {
        let state = state.lock();
        if let Some(buffer) = &state.view.buffer {
            return Ok(Some(buffer.0.clone()));
        }
        state.source.as_ref().map(|source| source.obj.clone())
    };
    let Some(exporter) = exporter else {
        return Ok(None);
    };
    let view = PyMemoryView::from_object(&exporter, vm)?.into_pyobject(vm);
    let export = PyBuffer::try_from_borrowed_object(vm, &view)?;
    let old = state
        .lock()
        .view
        .buffer
        .replace(Box::new((view.clone(), export)));
    drop(old);
    Ok(Some(view))
}

/// Indices on the path from an aggregate to a place in it, innermost first.
type Path = SmallVec<[usize; 3]>;

/// Returns the indices that lead to the place at this distance, and its type, if a reference can be there.
fn path_to(ctype: &Py<CType>, distance: usize) -> Option<(Path, &Py<CType>)> {
    // Types can be nested deeper than a thread's stack has room for.
    stacker::maybe_grow(RED_ZONE, NEW_STACK, || find_path(ctype, distance))
}

/// With less stack left than this, a new one is allocated.
const RED_ZONE: usize = 32 * 1024;
const NEW_STACK: usize = 256 * 1024;

fn find_path(ctype: &Py<CType>, distance: usize) -> Option<(Path, &Py<CType>)> {
    match &ctype.kind {
        Kind::Simple(_) | Kind::Pointer(_) | Kind::Function(_) => {
            (distance == 0).then(|| (Path::new(), ctype))
        }
        Kind::Array(array) => {
            let index = distance.checked_div(array.item_size)?;
            if index >= array.length {
                return None;
            }
            let (mut path, slot) = path_to(&array.item, distance - index * array.item_size)?;
            path.push(index);
            Some((path, slot))
        }
        Kind::Structure | Kind::Union => {
            let mut members = ctype.layout().members().enumerate();
            members.find_map(|(index, member)| {
                let field = &member.ctype;
                let inner = distance.checked_sub(member.offset)?;
                let may_hold = inner < field.size() && field.layout().has_pointer;
                let (mut path, slot) = may_hold.then(|| path_to(field, inner)).flatten()?;
                path.push(index);
                Some((path, slot))
            })
        }
    }
}

/// Returns the key under which `_objects` shows the place at `path`.
fn key(path: &[usize]) -> String {
    let parts: Vec<String> = path.iter().map(|index| format!("{index:x}")).collect();
    parts.join(":")
}
