//! `CField`: the descriptor of a structure's or union's field.

use super::{
    char_array,
    field_access::{FieldAccess, bit_access, bit_field, bits_of, load_bits, plain_access, unit_of},
    field_arguments::CFieldArgs,
};
use crate::{
    cdata::{CData, access, convert},
    ctype::{CType, bits::BitField},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr, PyStrRef, PyType, PyTypeRef},
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Constructor, GetDescriptor, Representable, SetAttr},
};
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

/// A field: a typed place at an offset.
#[pyclass(module = "ctypes", name = "CField", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct CField {
    name: PyStrRef,
    ctype: PyRef<CType>,
    /// Size of the type in bytes when the field was made.
    size: usize,
    offset: usize,
    /// Index of the field in the aggregate.
    index: usize,
    access: FieldAccess,
    anonymous: AtomicBool,
    /// The aggregate that the field belongs to.
    owner: OnceLock<PyRef<CType>>,
}

impl CField {
    /// Makes a field of `ctype` at `offset`, with the given `index` in its aggregate. `bits` are a bit field's
    /// lowest bit and its width, which must lie within the type. Returns `None` if the type has no bit fields.
    #[must_use]
    pub fn placed(
        name: PyStrRef,
        ctype: &Py<CType>,
        (offset, index): (usize, usize),
        bits: Option<(u64, u64)>,
    ) -> Option<Self> {
        let access = match bits {
            Some(bits) => FieldAccess::Bits(bit_field(unit_of(ctype)?, bits)),
            None => plain_access(ctype),
        };
        Some(Self {
            name,
            ctype: ctype.to_owned(),
            size: ctype.size(),
            offset,
            index,
            access,
            anonymous: AtomicBool::new(false),
            owner: OnceLock::new(),
        })
    }

    #[must_use]
    pub fn name(&self) -> &PyStrRef {
        &self.name
    }

    #[must_use]
    pub fn ctype(&self) -> &PyRef<CType> {
        &self.ctype
    }

    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the size of the field's type in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.anonymous.load(Ordering::Relaxed)
    }

    pub fn mark_anonymous(&self) {
        self.anonymous.store(true, Ordering::Relaxed);
    }

    /// Returns this field as seen from the aggregate that `outer` is a field of.
    #[must_use]
    pub fn inside(&self, outer: &Self) -> Self {
        Self {
            name: self.name.clone(),
            ctype: self.ctype.clone(),
            size: self.size,
            offset: outer.offset.saturating_add(self.offset),
            index: outer.index.saturating_add(self.index),
            access: self.access,
            anonymous: AtomicBool::new(self.is_anonymous()),
            owner: OnceLock::new(),
        }
    }

    #[must_use]
    pub fn into_field(self, vm: &VirtualMachine) -> PyRef<Self> {
        self.into_ref(&vm.ctx)
    }

    /// Sets the aggregate that the field belongs to, once.
    pub fn set_owner(&self, owner: &Py<CType>) {
        // A field that is in two classes belongs to the first.
        let _ = self.owner.set(owner.to_owned());
    }

    /// Returns `instance` as a C value that has this field.
    ///
    /// # Errors
    /// `TypeError` if it is not an instance of the aggregate.
    fn holder<'a>(&self, instance: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<CData>> {
        let cdata = CData::of(instance).ok_or_else(|| vm.new_type_error("not a ctype instance"))?;
        let applies = self.owner.get().is_some_and(|owner| {
            self.is_in(cdata.ctype())
                || instance.class().fast_issubclass(owner.python_class()) && self.is_harmless(cdata)
        });
        if applies && self.fits(cdata) {
            return Ok(cdata);
        }
        Err(vm.new_type_error(format!(
            "field '{}' does not apply to a '{}' object",
            self.name.as_wtf8(),
            instance.class().slot_name()
        )))
    }

    /// Returns whether the aggregate that the field belongs to holds it.
    #[must_use]
    pub fn is_held(zelf: &Py<Self>) -> bool {
        let owner = zelf.owner.get();
        owner.is_some_and(|owner| owner.holds(zelf.index, zelf.as_object()))
    }

    /// Returns whether values of `ctype` have the field.
    #[must_use]
    pub fn is_in(&self, ctype: &CType) -> bool {
        let owner = self.owner.get();
        owner.is_some_and(|owner| ctype.extends(owner))
    }

    /// Returns whether neither the field nor the memory of `holder` holds an address: then the field may be
    /// read in that memory.
    fn is_harmless(&self, holder: &CData) -> bool {
        !self.ctype.layout().has_pointer && !holder.ctype().layout().has_pointer
    }

    /// Returns whether the field lies within the memory of a value: its place was checked against its
    /// aggregate, but the memory is that of the value's own type.
    #[inline]
    #[must_use]
    pub fn fits(&self, holder: &CData) -> bool {
        let end = self.offset.checked_add(self.size);
        end.is_some_and(|end| end <= holder.size())
    }

    /// Returns the address of the field in an instance that has it.
    fn address(&self, holder: &CData) -> *mut u8 {
        // SAFETY: an instance's memory holds all fields of its type.
        unsafe { holder.address().add(self.offset) }
    }

    /// Stores `value` as the field of `instance`.
    ///
    /// # Errors
    /// `TypeError` if `instance` has no such field; any exception that the conversion raises.
    pub fn set(&self, instance: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        self.put(self.holder(instance, vm)?, value, vm)
    }

    /// Stores `value` as the field of a value that is known to have it.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    #[inline]
    pub fn put(&self, holder: &Py<CData>, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        match &self.access {
            // SAFETY: the instance has the field.
            FieldAccess::Typed => unsafe {
                access::set(&self.ctype, holder, self.offset, self.index, value, vm)
            },
            FieldAccess::Bits(bits) => {
                if value.downcast_ref_if_exact::<PyInt>(vm).is_none()
                    && CData::of(value).is_some_and(|given| !given.ctype().is(&self.ctype))
                {
                    return Err(convert::incompatible(&self.ctype, value, vm));
                }
                let value = bits_of(bits, value, vm)?;
                // SAFETY: the instance has the field; the bit field's unit is its type.
                unsafe { bits.store(self.address(holder), value) };
                Ok(())
            }
            // SAFETY: the instance has the field.
            FieldAccess::Characters(class) => unsafe {
                char_array::store_field(*class, self.address(holder), self.ctype.size(), value, vm)
            },
        }
    }

    /// Returns the field of a value that is known to have it.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    #[inline]
    pub fn get(&self, holder: &Py<CData>, vm: &VirtualMachine) -> PyResult {
        let address = self.address(holder);
        match &self.access {
            // SAFETY: the instance has the field.
            FieldAccess::Typed => unsafe { access::get(&self.ctype, address, holder, vm) },
            // SAFETY: the instance has the field; the bit field's unit is its type.
            FieldAccess::Bits(bits) => Ok(unsafe { load_bits(bits, address, vm) }),
            // SAFETY: the instance has the field.
            FieldAccess::Characters(class) => unsafe {
                char_array::load_string(*class, address, self.size, vm)
            },
        }
    }

    /// Returns the place in the unit, if this is a bit field.
    #[must_use]
    pub fn bits(&self) -> Option<&BitField> {
        match &self.access {
            FieldAccess::Bits(bits) => Some(bits),
            FieldAccess::Typed | FieldAccess::Characters(_) => None,
        }
    }
}

impl Constructor for CField {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Ok(Self::py_new(&class, args, vm)?
            .into_ref_with_type(vm, class)?
            .into())
    }

    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let args = CFieldArgs::new(&args, vm)?;
        if !args.internal_use {
            return Err(vm.new_type_error("cannot create type object"));
        }
        let name: PyStrRef = args.name.downcast().map_err(|name| {
            vm.new_type_error(format!(
                "CField() argument 'name' must be str, not {}",
                name.class().slot_name()
            ))
        })?;
        let quoted = name.as_object().repr(vm)?.to_string_lossy().into_owned();
        let Some(ctype) = CType::of(&args.ctype, vm) else {
            return Err(vm.new_type_error(format!("type of field {quoted} must be a C type")));
        };
        let Ok(byte_size) = usize::try_from(args.byte_size) else {
            return Err(vm.new_value_error(format!(
                "byte size of field {quoted} must not be negative, got {}",
                args.byte_size
            )));
        };
        if byte_size != ctype.size() {
            return Err(vm.new_value_error(format!(
                "byte size of field {quoted} ({byte_size}) does not match type size ({})",
                ctype.size()
            )));
        }
        let access = match (args.bit_size, args.bit_offset) {
            (Some(size), offset) => {
                let offset = vm.unwrap_or_none(offset);
                bit_access(&name, ctype, &size, &offset, vm)?
            }
            (None, None) => plain_access(ctype),
            (None, Some(_)) => {
                return Err(vm.new_value_error(format!(
                    "field {quoted}: bit_offset must be specified if bit_size is"
                )));
            }
        };
        let unsigned = |value: isize, what: &str| {
            usize::try_from(value).map_err(|_| {
                vm.new_value_error(format!(
                    "{what} of field {quoted} must not be negative, got {value}"
                ))
            })
        };
        Ok(Self {
            offset: unsigned(args.byte_offset, "byte offset")?,
            index: unsigned(args.index, "index")?,
            name,
            ctype: ctype.to_owned(),
            size: byte_size,
            access,
            anonymous: AtomicBool::new(false),
            owner: OnceLock::new(),
        })
    }
}

/// Attributes that are plain members in CPython.
const MEMBERS: [&str; 6] = [
    "name",
    "type",
    "offset",
    "byte_offset",
    "byte_size",
    "bit_offset",
];
const COMPUTED: [&str; 4] = ["size", "bit_size", "is_bitfield", "is_anonymous"];

impl SetAttr for CField {
    fn setattro(
        zelf: &Py<Self>,
        name: &Py<PyStr>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let text = name.to_string_lossy();
        if MEMBERS.contains(&&*text) {
            return Err(vm.new_attribute_error("readonly attribute"));
        }
        if COMPUTED.contains(&&*text) {
            return Err(vm.new_attribute_error(format!(
                "attribute '{text}' of '{}' objects is not writable",
                zelf.class().slot_name()
            )));
        }
        zelf.as_object().generic_setattr(name, value, vm)
    }
}

#[pyclass(
    flags(IMMUTABLETYPE),
    with(Constructor, GetDescriptor, Representable, SetAttr)
)]
impl CField {
    #[pyslot]
    fn descr_set(
        zelf: &PyObject,
        instance: PyObjectRef,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let field = zelf
            .downcast_ref::<Self>()
            .ok_or_else(|| vm.new_type_error("not a field"))?;
        match value {
            PySetterValue::Assign(value) => field.set(&instance, &value, vm),
            PySetterValue::Delete => {
                field.holder(&instance, vm)?;
                Err(vm.new_type_error("can't delete attribute"))
            }
        }
    }

    #[pygetset(name = "name")]
    fn get_name(zelf: &Py<Self>) -> PyStrRef {
        zelf.name.clone()
    }

    #[pygetset(name = "type")]
    fn get_type(zelf: &Py<Self>) -> PyTypeRef {
        zelf.ctype.python_class().clone()
    }

    #[pygetset(name = "offset")]
    fn get_offset(zelf: &Py<Self>) -> usize {
        zelf.offset
    }

    #[pygetset]
    fn byte_offset(zelf: &Py<Self>) -> usize {
        zelf.offset
    }

    #[pygetset]
    fn byte_size(zelf: &Py<Self>) -> usize {
        zelf.size
    }

    /// Bytes; of a bit field the width above the offset, in one number.
    #[pygetset(name = "size")]
    fn legacy_size(zelf: &Py<Self>) -> usize {
        match zelf.bits() {
            Some(bits) => (bits.width as usize) << 16 | bits.offset as usize,
            None => zelf.size,
        }
    }

    #[pygetset]
    fn bit_offset(zelf: &Py<Self>) -> u32 {
        zelf.bits().map_or(0, |bits| bits.offset)
    }

    #[pygetset]
    fn bit_size(zelf: &Py<Self>) -> u128 {
        match zelf.bits() {
            Some(bits) => bits.width.into(),
            None => 8 * zelf.size as u128,
        }
    }

    #[pygetset]
    fn is_bitfield(zelf: &Py<Self>) -> bool {
        zelf.bits().is_some()
    }

    #[pygetset(name = "is_anonymous")]
    fn get_is_anonymous(zelf: &Py<Self>) -> bool {
        zelf.is_anonymous()
    }
}

impl GetDescriptor for CField {
    fn descr_get(
        zelf: &PyObject,
        instance: Option<&PyObject>,
        class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        if instance.is_none_or(|instance| vm.is_none(instance))
            && class.is_none_or(|class| vm.is_none(class))
        {
            return Err(vm.new_type_error("__get__(None, None) is invalid"));
        }
        let field = zelf
            .downcast_ref::<Self>()
            .ok_or_else(|| vm.new_type_error("not a field"))?;
        let Some(instance) = instance.filter(|instance| !vm.is_none(instance)) else {
            return Ok(zelf.to_owned());
        };
        field.get(field.holder(instance, vm)?, vm)
    }
}

impl Representable for CField {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let name = zelf.name.as_object().repr(vm)?;
        let extent = match zelf.bits() {
            Some(bits) => format!("bit_size={}, bit_offset={}", bits.width, bits.offset),
            None => format!("size={}", zelf.size),
        };
        Ok(format!(
            "<{} {} type={}, ofs={}, {extent}>",
            "ctypes.CField",
            name.to_string_lossy(),
            zelf.ctype.name(),
            zelf.offset
        ))
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for CField {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.name.traverse(visit);
        self.ctype.traverse(visit);
        if let Some(owner) = self.owner.get() {
            owner.traverse(visit);
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        // The aggregate holds its fields. Nothing else is released, because it may be in use.
        out.extend(self.owner.take().map(PyObjectRef::from));
    }
}
