//! Blocks of memory: several at once, made and dropped in any order.

use crate::memory::Block;
use arbitrary::{Result, Unstructured};

pub fn check(bytes: &mut Unstructured<'_>) -> Result<()> {
    let mut held: Vec<(Block, u8)> = Vec::new();
    for mark in 1..=bytes.int_in_range(1..=8)? {
        if !held.is_empty() && bytes.ratio(1, 3)? {
            let index = bytes.choose_index(held.len())?;
            drop(held.swap_remove(index));
        }
        let size = bytes.int_in_range(0..=if cfg!(miri) { 200 } else { 5000 })?;
        let align = 1 << bytes.int_in_range(0..=12)?;
        let block = Block::new(size, align).expect("memory");
        assert_eq!(block.size(), size.max(1));
        assert_eq!(block.start().addr() % align.max(16), 0, "{align}");
        // SAFETY: the block's own memory, which no other code uses meanwhile.
        let memory = unsafe { std::slice::from_raw_parts_mut(block.start(), block.size()) };
        assert!(memory.iter().all(|&byte| byte == 0));
        memory.fill(mark);
        held.push((block, mark));
    }
    for (block, mark) in &held {
        // SAFETY: as above.
        let memory = unsafe { std::slice::from_raw_parts(block.start(), block.size()) };
        assert!(memory.iter().all(|byte| byte == mark));
    }
    // An alignment that no memory can have becomes that of any scalar; a size that cannot be allocated is
    // refused.
    let odd = Block::new(1, bytes.arbitrary::<u16>()?.into());
    assert!(odd.is_none_or(|block| block.start().addr().is_multiple_of(16)));
    let beyond = bytes.int_in_range(isize::MAX as usize - 31..=usize::MAX)?;
    assert!(Block::new(beyond, 32).is_none());
    Ok(())
}
