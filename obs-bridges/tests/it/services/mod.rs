//! Two services in one process, on two ports: their spans form one trace.

mod ends;
mod pair;
mod traces;
