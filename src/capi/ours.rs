//! All functions and data of this module.

use super::{
    buffer, bytes, data, errors, exception, file, main_thread, memoryview, module, object,
    place::Place, protocols, source, strides, text, thread, variadic,
};

/// The tables of all files.
pub static OURS: &[&[(&str, Place)]] = &[
    buffer::FUNCTIONS,
    bytes::FUNCTIONS,
    errors::FUNCTIONS,
    exception::FUNCTIONS,
    file::FUNCTIONS,
    main_thread::FUNCTIONS,
    memoryview::FUNCTIONS,
    module::FUNCTIONS,
    object::FUNCTIONS,
    protocols::FUNCTIONS,
    source::FUNCTIONS,
    strides::FUNCTIONS,
    text::FUNCTIONS,
    thread::FUNCTIONS,
    thread::PLAIN,
    variadic::FUNCTIONS,
    data::DATA[0],
    data::DATA[1],
];
