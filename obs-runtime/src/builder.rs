//! Puts the telemetry together and starts it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::baggage_fields;
use crate::clock::{self, ClockChoice};
use crate::collector::{self, Capacity, Collector, DynExporter, Erased, Stages, Tail, Threads, Watching};
use crate::exemplars;
use crate::exporter::{Exporter, Reader};
use crate::level::Level;
use crate::paths;
use crate::policy::{Filter, ParseFilterError};
use crate::profile_mode::ProfileMode;
use crate::propagation::{self, Propagators};
use crate::redact::Redact;
use crate::registry;
use crate::resource::Resource;
use crate::sampler::{self, Sampler};
use crate::span_memory::MEMORY;
use crate::start_error::StartError;
use crate::tail_sampler::TailSampler;
use crate::telemetry::Telemetry;
use crate::value::Value;

/// How long a start that failed waits for the exporters that had started.
const GIVING_UP: Duration = Duration::from_secs(2);

/// Puts the telemetry together. What is not set has the value of [`Preset::Production`].
///
/// # Examples
/// ```
/// use std::time::{Duration, Instant};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = obs_runtime::builder()
///     .service_name("shop")
///     .filter("shop::db = profile")?
///     .collect_interval(Duration::from_millis(20))
///     .start()?;
/// telemetry.shutdown(Duration::from_secs(1));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing happens before `start`"]
pub struct Builder {
    resource: Resource,
    exporters: Vec<Box<dyn DynExporter>>,
    clock: ClockChoice,
    interval: Duration,
    queue: Capacity,
    span_memory: usize,
    level: Level,
    sampler: Sampler,
    propagators: Propagators,
    tail_sampler: Option<TailSampler>,
    spans_per_second: Option<u32>,
    min_duration: Duration,
    redactor: Option<Box<dyn Redact>>,
    baggage_fields: Vec<&'static str>,
    live_spans: bool,
    exemplars: bool,
    profile: ProfileMode,
    filter: Filter,
    enabled: bool,
    watching: Watching,
}

/// Settings that belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Preset {
    /// Every span of every level, collected every 10 ms.
    Development,
    /// Spans of level info and above, collected every 50 ms.
    #[default]
    Production,
}

impl Default for Builder {
    fn default() -> Self {
        let builder = Self {
            resource: Resource::of_process(),
            exporters: Vec::new(),
            clock: ClockChoice::Auto,
            interval: Duration::ZERO,
            queue: Capacity { records: 65_536, bytes: 64 << 20 },
            span_memory: crate::span_memory::DEFAULT_MEMORY,
            level: Level::Info,
            sampler: Sampler::default(),
            propagators: Propagators::W3C,
            tail_sampler: None,
            spans_per_second: None,
            min_duration: Duration::ZERO,
            redactor: None,
            baggage_fields: Vec::new(),
            live_spans: false,
            exemplars: true,
            profile: ProfileMode::Off,
            filter: Filter::default(),
            enabled: true,
            watching: Watching { every: Duration::from_secs(1), max: None },
        };
        builder.preset(Preset::Production)
    }
}

impl Builder {
    /// Takes the settings of a preset; later calls change single ones.
    pub fn preset(mut self, preset: Preset) -> Self {
        (self.level, self.interval) = match preset {
            Preset::Development => (Level::Trace, Duration::from_millis(10)),
            Preset::Production => (Level::Info, Duration::from_millis(50)),
        };
        self
    }

    /// The service that all signals are about; `service.name`.
    pub fn service_name(self, name: impl Into<Box<str>>) -> Self {
        self.attribute("service.name", Value::Str(name.into()))
    }

    /// Where the service runs, for example `production`; `deployment.environment.name`.
    pub fn environment(self, name: impl Into<Box<str>>) -> Self {
        self.attribute("deployment.environment.name", Value::Str(name.into()))
    }

    /// An attribute of the process, that all signals carry.
    pub fn attribute(mut self, key: impl Into<Box<str>>, value: Value) -> Self {
        self.resource.set(key, value);
        self
    }

    /// The attributes of a resource, each replacing an earlier one of the same key; `obs::service!()` makes one of what
    /// the build knows.
    pub fn resource(mut self, resource: Resource) -> Self {
        self.resource.overlay(resource);
        self
    }

    /// Adds an exporter.
    pub fn exporter(mut self, exporter: impl Exporter) -> Self {
        self.exporters.push(Box::new(Erased(exporter)));
        self
    }

    /// Which clock times the calls; a [`crate::ManualClock`] in tests. The clock of a process is chosen once.
    pub fn clock(mut self, clock: impl Into<ClockChoice>) -> Self {
        self.clock = clock.into();
        self
    }

    /// How often the rings are drained, at the latest; a ring that fills fast wakes the collector.
    pub const fn collect_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Spans that may wait before each exporter; 65,536 by default.
    pub const fn queue_capacity(mut self, spans: usize) -> Self {
        self.queue.records = spans;
        self
    }

    /// Bytes of spans and events that may wait before each exporter, as far as they are known; 64 MiB by default. What has
    /// no room is refused and counted, as past [`Builder::queue_capacity`].
    pub const fn queue_memory(mut self, bytes: usize) -> Self {
        self.queue.bytes = bytes;
        self
    }

    /// Bytes that finished spans may take on their way to the collector; 64 MiB by default, a million spans.
    pub const fn span_memory(mut self, bytes: usize) -> Self {
        self.span_memory = bytes;
        self
    }

    /// Spans and events less important than this are not recorded. Counts and times are not affected.
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Which traces are recorded, decided when they begin; by default all, unless another process said otherwise.
    pub const fn sampler(mut self, sampler: Sampler) -> Self {
        self.sampler = sampler;
        self
    }

    /// Which traces are handed to exporters, decided when they have ended; by default all.
    pub fn tail_sampler(mut self, rules: TailSampler) -> Self {
        self.tail_sampler = Some(rules);
        self
    }

    /// Hands on at most so many spans a second, in whole traces; by default there is no limit.
    pub const fn max_spans_per_second(mut self, spans: u32) -> Self {
        self.spans_per_second = Some(spans);
        self
    }

    /// Leaves spans out that ended well, took less, have no children, no events and no links, and are not their trace's
    /// first. They are still in counts and histograms.
    pub const fn min_duration(mut self, duration: Duration) -> Self {
        self.min_duration = duration;
        self
    }

    /// What takes out of texts what may not leave the process.
    pub fn redactor(mut self, redactor: impl Redact) -> Self {
        self.redactor = Some(Box::new(redactor));
        self
    }

    /// Members of the baggage whose values become fields, under the same names: nothing of it is copied that is not named
    /// here.
    ///
    /// The spans that get them are the first of a trace in this process, and those whose `parent = ..` was named. What runs
    /// inside them is found by their trace.
    ///
    /// # Cost
    /// A root is opened step by step, some ten nanoseconds more; where a member is found it is one record in the thread's
    /// ring more. Children of the running span: nothing.
    /// # Examples
    /// ```
    /// let builder = obs_runtime::builder().baggage_fields(["obs.chain", "tenant"]);
    /// # drop(builder);
    /// ```
    pub fn baggage_fields(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.baggage_fields = names.into_iter().collect();
        self
    }

    /// Whether all traced calls are listed by [`crate::in_flight`] while they run, not only those of functions under
    /// `#[counted(in_flight)]`.
    ///
    /// # Cost
    /// Some thirty nanoseconds for each call.
    pub const fn live_spans(mut self, live: bool) -> Self {
        self.live_spans = live;
        self
    }

    /// Whether recorded calls are kept as exemplars for the exporters that show them; on by default.
    pub const fn exemplars(mut self, exemplars: bool) -> Self {
        self.exemplars = exemplars;
        self
    }

    /// Which calls are profiled at first; [`crate::profile`] changes it later, and [`crate::report`] tells what came of it.
    pub const fn profile(mut self, mode: ProfileMode) -> Self {
        self.profile = mode;
        self
    }

    /// The formats that contexts travel in between services; by default those of W3C.
    ///
    /// # Examples
    /// ```
    /// use obs_runtime::propagation::Propagator;
    ///
    /// let builder = obs_runtime::builder().propagators([Propagator::TraceContext, Propagator::B3]);
    /// # drop(builder);
    /// ```
    pub fn propagators(mut self, propagators: impl Into<Propagators>) -> Self {
        self.propagators = propagators.into();
        self
    }

    /// Switches functions, types and modules by name, as [`crate::control`] does later.
    ///
    /// # Errors
    /// The first rule that is not understood.
    pub fn filter(mut self, rules: &str) -> Result<Self, ParseFilterError> {
        self.filter = Filter::parse(rules)?;
        Ok(self)
    }

    /// Whether anything is recorded at first; [`crate::set_enabled`] changes it later.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Has functions record less while what they record costs more than a share of the process's CPU time: 0.01 is one
    /// percent. By default, and for a share that is not above 0, there is no limit.
    ///
    /// About once a second, while calls and the spans they became took more than that, functions are turned down until
    /// they take 80 % of it at most, those first where most is saved: their calls become no spans; then, where that is not
    /// enough, one of their calls in 16 is timed. A function with a budget on time keeps its times. All calls are counted.
    /// When there has been room for it for ten seconds, below half of the share, a function is turned up again by a step.
    ///
    /// What a rule of [`Builder::filter`] or [`crate::control`] names, by more than `*`, is left as the rule says, though it
    /// costs what it costs. What the exporters do at fixed times is in [`crate::Overhead::ratio`] and not in this: it would
    /// not become less. [`crate::set_enabled`] stays as immediate as it is.
    ///
    /// The first step of an episode is told on standard error and as an event of level warn; all are counted in
    /// [`crate::Health`], and [`crate::Overhead::hottest`] says who is turned down.
    ///
    /// # Examples
    /// ```
    /// let builder = obs_runtime::builder().max_overhead(0.01);
    /// # drop(builder);
    /// ```
    pub fn max_overhead(mut self, share: f64) -> Self {
        self.watching.max = (share > 0.0).then_some(share);
        self
    }

    /// How often overhead is measured: for tests, which do not wait for seconds.
    #[doc(hidden)]
    pub const fn overhead_interval(mut self, every: Duration) -> Self {
        self.watching.every = every;
        self
    }

    /// Starts the collector and the exporters.
    ///
    /// With the feature `enabled` off this starts nothing, and the handle does nothing. What [`crate::set_enabled`],
    /// [`crate::control`] and [`crate::profile`] said before is replaced by what the builder says.
    ///
    /// # Cost
    /// One thread, and one for each exporter. Nothing is waited for.
    /// # Errors
    /// When telemetry runs already, an exporter cannot start, or a thread cannot be made.
    pub fn start(mut self) -> Result<Telemetry, StartError> {
        if !cfg!(feature = "enabled") {
            return Ok(Telemetry::new(None));
        }
        let tail = Tail::new(self.tail_sampler.take(), self.spans_per_second, self.min_duration);
        let stages = Stages::new(tail, self.redactor.take());
        let resource = Arc::new(self.resource.clone());
        let collector = Arc::new(Collector::new(resource, self.interval, stages, self.watching));
        if !collector::claim(&collector) {
            return Err(StartError::AlreadyRunning);
        }
        let started = self.launch(&collector);
        if started.is_err() {
            // Those that did start are stopped again: they may hold ports and files.
            collector.abandon(Instant::now() + GIVING_UP);
            collector::release();
        }
        Ok(Telemetry::new(Some(started?)))
    }

    fn launch(self, collector: &Arc<Collector>) -> Result<Threads, StartError> {
        // What ended since the last shutdown was meant for its exporters, not for these.
        collector::count_left_over();
        clock::choose(&self.clock);
        crate::totals::started();
        MEMORY.set_limit(self.span_memory);
        sampler::set(self.sampler);
        propagation::set(self.propagators);
        baggage_fields::set(self.baggage_fields);
        crate::totals::set_resource(Arc::new(self.resource));
        let spans_wanted = self.exporters.iter().any(|exporter| exporter.wants().spans);
        let events_wanted = self.exporters.iter().any(|exporter| exporter.wants().events);
        exemplars::want(self.exemplars && self.exporters.iter().any(|exporter| exporter.wants().exemplars));
        for mut exporter in self.exporters {
            let name = exporter.name();
            let reader = Reader::default();
            exporter.start(reader.clone()).map_err(|source| StartError::Exporter { name, source })?;
            collector.add(exporter, reader, self.queue).map_err(StartError::Thread)?;
        }
        let run = Arc::clone(collector);
        let handle = std::thread::Builder::new().name("obs-collector".to_owned()).spawn(move || run.run());
        let handle = Some(handle.map_err(StartError::Thread)?);
        paths::keep_one_in(self.profile.one_in());
        registry::change_policy(|policy| {
            policy.enabled = self.enabled;
            policy.spans_wanted = spans_wanted;
            policy.events_wanted = events_wanted;
            policy.live_spans = self.live_spans;
            policy.profiling = self.profile.one_in() > 0;
            policy.level = self.level;
            policy.filter = self.filter;
        });
        Ok(Threads { collector: Arc::clone(collector), handle })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exporters: Vec<_> = self.exporters.iter().map(|exporter| exporter.name()).collect();
        f.debug_struct("Builder").field("exporters", &exporters).finish_non_exhaustive()
    }
}
