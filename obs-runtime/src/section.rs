//! The list of callsites that the linker makes, so that they are known before their first call.
//!
//! Each callsite has an entry: a pointer in a section of its own. The linker puts the entries of a program side
//! by side and names both ends. The section's name has the version, so that two versions of this crate in one program do
//! not read each other's entries (16 characters are the most that Mach-O takes). Where the linker cannot do that, callsites are listed when they are first called.

use crate::callsite::Callsite;

/// One entry of the list. `None` is the entry that is always there, so that the section exists.
pub type Entry = Option<&'static Callsite>;

#[cfg(all(not(miri), not(loom), any(target_os = "linux", target_os = "macos", target_os = "windows")))]
mod linked {
    use super::Entry;

    #[used]
    #[cfg_attr(target_os = "linux", unsafe(link_section = "obs_callsite_0_1"))]
    #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,obs_callsite_0_1"))]
    #[cfg_attr(target_os = "windows", unsafe(link_section = ".obs$b"))]
    static ALWAYS_THERE: Entry = None;

    #[cfg(target_os = "windows")]
    #[unsafe(link_section = ".obs$a")]
    static START: [Entry; 0] = [];

    #[cfg(target_os = "windows")]
    #[unsafe(link_section = ".obs$c")]
    static STOP: [Entry; 0] = [];

    #[cfg(not(target_os = "windows"))]
    unsafe extern "Rust" {
        #[cfg_attr(target_os = "linux", link_name = "__start_obs_callsite_0_1")]
        #[cfg_attr(target_os = "macos", link_name = "\x01section$start$__DATA$obs_callsite_0_1")]
        static START: [Entry; 0];

        #[cfg_attr(target_os = "linux", link_name = "__stop_obs_callsite_0_1")]
        #[cfg_attr(target_os = "macos", link_name = "\x01section$end$__DATA$obs_callsite_0_1")]
        static STOP: [Entry; 0];
    }

    pub(super) fn entries() -> &'static [Entry] {
        let (start, stop) = (&raw const START, &raw const STOP);
        let length = (stop.addr() - start.addr()) / size_of::<Entry>();
        // SAFETY: the linker puts both names at the ends of the section, which holds nothing but `Entry` statics:
        // they are aligned, initialised, never written, and live as long as the program.
        unsafe { std::slice::from_raw_parts(start.cast::<Entry>(), length) }
    }
}

#[cfg(any(miri, loom, not(any(target_os = "linux", target_os = "macos", target_os = "windows"))))]
mod linked {
    use super::Entry;

    pub(super) const fn entries() -> &'static [Entry] {
        &[]
    }
}

/// The callsites of the program, as far as the linker listed them.
pub(crate) fn callsites() -> impl Iterator<Item = &'static Callsite> {
    linked::entries().iter().copied().flatten()
}

/// Declares the callsite of the function it stands in, and gives its `&'static Callsite`.
#[doc(hidden)]
#[macro_export]
macro_rules! __callsite {
    (name: $name:expr, $($field:ident: $value:expr),* $(,)?) => {{
        struct Here;
        $crate::__callsite!(
            @declare name: $name,
            path: ::core::option::Option::Some(::core::any::type_name::<Here>),
            $($field: $value),*
        )
    }};
    ($($field:ident: $value:expr),* $(,)?) => {{
        struct Here;
        $crate::__callsite!(@declare name: $crate::expand::Name::Of(::core::any::type_name::<Here>), $($field: $value),*)
    }};
    (@declare $($field:ident: $value:expr),*) => {{
        static CALLSITE: $crate::Callsite = $crate::Callsite::new($crate::expand::Meta {
            $($field: $value,)*
            ..$crate::expand::Meta::EMPTY
        });
        #[used]
        #[cfg_attr(target_os = "linux", unsafe(link_section = "obs_callsite_0_1"))]
        #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,obs_callsite_0_1"))]
        #[cfg_attr(target_os = "windows", unsafe(link_section = ".obs$b"))]
        static ENTRY: $crate::expand::Entry = ::core::option::Option::Some(&CALLSITE);
        &CALLSITE
    }};
}
