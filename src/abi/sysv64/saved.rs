//! Saving the registers that belong to the caller, and restoring them: the beginning and the end of the functions
//! in assembly, with the unwinding tables that belong to them.

/// Pushes the registers, the frame pointer first, behind which the others lie: at 40 below it the last of them.
macro_rules! save {
    () => {
        ".cfi_startproc
         push rbp
         .cfi_def_cfa_offset 16
         .cfi_offset rbp, -16
         mov rbp, rsp
         .cfi_def_cfa_register rbp
         push rbx
         .cfi_offset rbx, -24
         push r12
         .cfi_offset r12, -32
         push r13
         .cfi_offset r13, -40
         push r14
         .cfi_offset r14, -48
         push r15
         .cfi_offset r15, -56"
    };
}
pub(super) use save;

/// Pops them again, for which only the frame pointer must be what it was, and returns.
macro_rules! restore_and_return {
    () => {
        "lea rsp, [rbp - 40]
         pop r15
         pop r14
         pop r13
         pop r12
         pop rbx
         pop rbp
         .cfi_def_cfa rsp, 8
         ret
         .cfi_endproc"
    };
}
pub(super) use restore_and_return;
