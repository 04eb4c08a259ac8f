//! Which of the attributes was written.

/// One of the attributes that instrument a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Traced,
    Profiled,
    Counted,
    Budget,
}

#[cfg_attr(not(feature = "enabled"), expect(dead_code, reason = "nothing is parsed"))]
impl Kind {
    /// The attribute's name as it is written.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Traced => "traced",
            Self::Profiled => "profiled",
            Self::Counted => "counted",
            Self::Budget => "budget",
        }
    }

    /// The attribute of that name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Traced, Self::Profiled, Self::Counted, Self::Budget].into_iter().find(|kind| kind.name() == name)
    }
}
