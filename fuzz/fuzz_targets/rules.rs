//! Rules that switch functions, and names of propagators and levels.

#![no_main]

use obs_runtime::propagation::Propagator;

libfuzzer_sys::fuzz_target!(|text: &str| {
    // An error says something; which one is not looked at here.
    if let Err(error) = obs_runtime::builder().filter(text) {
        assert!(!error.to_string().is_empty());
    }
    if let Ok(level) = text.parse::<obs_runtime::Level>() {
        assert_eq!(level.to_string().parse(), Ok(level));
    }
    if let Ok(propagator) = text.parse::<Propagator>() {
        assert_eq!(propagator.name().parse(), Ok(propagator));
    }
});
