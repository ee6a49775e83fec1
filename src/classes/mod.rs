//! The Python classes: what Python code sees of types and values.

pub mod accessor;
pub mod aggregate;
pub mod argtypes;
pub mod array;
pub mod attributes;
pub mod char_array;
pub mod class_attribute;
pub mod construct;
pub mod field;
mod field_access;
mod field_arguments;
pub mod fields;
pub mod function;
pub mod metatype;
pub mod new_class;
pub mod pointer;
pub mod positional;
mod remembered;
pub mod simple;
mod slots;
pub mod type_attributes;
pub mod type_methods;
