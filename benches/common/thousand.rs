//! A thousand annotated functions, each with a name of its own: one in each module of a tree of modules.
//!
//! The bench says with `crate::take` what a call does.

macro_rules! functions {
    ($($module:ident)*) => {
        $(pub(crate) mod $module {
            #[obs::profiled]
            #[obs::counted]
            #[inline(never)]
            pub(crate) fn call(i: u64) {
                crate::take(i);
            }
        })*

        pub(crate) fn call(i: u64) {
            $($module::call(i);)*
        }
    };
}

macro_rules! tens {
    ($($module:ident)*) => {
        $(pub(crate) mod $module { functions!(f0 f1 f2 f3 f4 f5 f6 f7 f8 f9); })*

        pub(crate) fn call(i: u64) {
            $($module::call(i);)*
        }
    };
}

macro_rules! hundreds {
    ($($module:ident)*) => {
        $(mod $module { tens!(t0 t1 t2 t3 t4 t5 t6 t7 t8 t9); })*

        /// Calls each of them once.
        pub(crate) fn call(i: u64) {
            $($module::call(i);)*
        }
    };
}

hundreds!(h0 h1 h2 h3 h4 h5 h6 h7 h8 h9);
