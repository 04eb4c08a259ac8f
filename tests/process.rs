//! What only a whole process shows: variables, the report at exit, threads that outlive `main`.
//!
//! Each test runs this binary again, with the name of a scene in `OBS_TEST_SCENE`.
#![cfg(all(feature = "enabled", feature = "console"))]

use std::process::{Command, Output};
use std::time::Duration;

use obs::{counted, profiled, traced};

#[traced]
#[profiled]
#[counted]
fn worked(input: u32) -> Result<u32, std::fmt::Error> {
    if input == 13 { Err(std::fmt::Error) } else { Ok(input) }
}

/// A process of its own that plays a scene.
fn scene(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["scenes", "--exact", "--nocapture", "--test-threads=1"]);
    command.env("OBS_TEST_SCENE", name).env("OTEL_METRICS_EXPORTER", "none");
    command
}

/// Plays a scene with these variables.
fn play(name: &str, variables: &[(&str, &str)]) -> Output {
    scene(name).envs(variables.iter().copied()).output().expect("the process runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn scenes() {
    match std::env::var("OBS_TEST_SCENE").as_deref() {
        Ok("report") => report(),
        Ok("outlive") => outlive(),
        Ok("abort") => abort(),
        Ok("service") => service(),
        Ok("init_with") => init_with(),
        Ok("govern") => govern(),
        Ok("over") => over_budget(),
        #[cfg(feature = "testing")]
        Ok("judged") => {
            let settings = obs::testing::Settings::of("process::judged", file!(), line!());
            obs::testing::__test(&settings, || ());
            obs::testing::__test(&settings, || ());
        }
        Ok("panic") => panic_with_a_guard_alive(),
        Ok(scene) => panic!("no scene {scene}"),
        // Run with the other tests: there is nothing to play.
        Err(_) => assert!(std::env::var_os("OBS_TEST_SCENE").is_none()),
    }
}

fn report() {
    let _telemetry = obs::init().expect("it starts");
    (0..20).for_each(|input| _ = worked(input));
}

#[cfg(feature = "testing")]
#[test]
fn a_mistake_in_how_tests_judge_time_is_told_once() {
    let errors = text(&play("judged", &[("OBS_TEST_TIME", "cpuu")]).stderr);
    assert_eq!(
        errors.matches("OBS_TEST_TIME=\"cpuu\" is not `wall`, `cpu` or `off`; `wall` is used").count(),
        1,
        "{errors}"
    );
}

#[obs::budget(ns = 1, on_exceed = warn)]
fn over_budget() {
    std::hint::black_box(vec![0_u8; 4096]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_warning_that_nobody_can_read_is_no_panic() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let output = scene("over").stderr(full).output().expect("the process runs");
    assert!(output.status.success(), "{}", text(&output.stdout));
}

fn service() {
    let console = obs::exporters::Console::new();
    let _telemetry = obs::builder().resource(obs::service!()).exporter(console).start().expect("it starts");
    worked(1).expect("it is not 13");
}

fn init_with() {
    let _telemetry = obs::init_with(obs::builder().service_name("said").enabled(false)).expect("it starts");
    worked(1).expect("it is not 13");
}

#[traced]
fn hot(takes: Duration) {
    let begin = std::time::Instant::now();
    while begin.elapsed() < takes {}
}

#[traced]
fn hotter(takes: Duration) {
    hot(takes);
}

fn govern() {
    let tick = Duration::from_millis(20);
    let memory = obs::exporters::Memory::bounded(1);
    let builder = obs::builder().overhead_interval(tick).collect_interval(tick / 4).exporter(memory);
    let _telemetry = obs::init_with(builder).expect("it starts");
    let begin = std::time::Instant::now();
    let mut takes = None;
    while obs::snapshot().health().turned_down_now < 2 {
        // Two calls that take a hundredth of what they do.
        takes = takes.or_else(|| Some(Duration::from_secs_f64(obs::overhead()?.call_costs().traced() * 100.0 / 1e9)));
        if let Some(takes) = takes {
            (0..100).for_each(|_| hotter(takes));
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", obs::overhead());
    }
}

fn abort() {
    let telemetry = obs::init().expect("it starts");
    (0..20).for_each(|input| _ = worked(input));
    telemetry.flush(Duration::from_secs(10));
    std::process::abort();
}

#[test]
fn init_prints_the_report_when_it_is_dropped() {
    let output = play("report", &[("OTEL_SERVICE_NAME", "kitchen")]);
    let stdout = text(&output.stdout);
    assert!(output.status.success());
    assert!(stdout.contains("obs: kitchen,"), "{stdout}");
    let row = stdout.lines().find(|line| line.contains("worked")).unwrap_or_else(|| panic!("no row in {stdout}"));
    let cells: Vec<_> = row.split_whitespace().collect();
    assert_eq!(cells[1..3], ["20", "1"], "calls and errors");
    // The harness puts the name of its test before the first line.
    let mut report = stdout.lines().filter(|line| !line.starts_with("test "));
    assert!(report.all(|line| line.chars().count() <= 80 && !line.contains('\x1b')), "{stdout}");
}

#[test]
fn a_variable_has_the_report_say_where_the_time_went() {
    let stdout = |mode| text(&play("report", &[("OBS_PROFILE", mode)]).stdout);
    let (traced, sampled, off) = (stdout("trace"), stdout("sample:10"), stdout("off"));
    assert!(traced.contains(" in 20 call trees\n"), "{traced}");
    assert!(sampled.contains(" in 2 call trees; 18 others were left out\n"), "{sampled}");
    assert!(!off.contains("where the time went"), "{off}");
    // Calls, and of the sample those that were kept; the first row is that of the table before.
    let cells = |stdout: &str| {
        let row = stdout.lines().filter(|line| line.starts_with("process::worked ")).nth(1).expect("a second row");
        row.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((&cells(&traced)[1], cells(&traced).len()), (&"20".to_owned(), 5));
    assert_eq!((&cells(&sampled)[1..3], cells(&sampled).len()), (&["20".to_owned(), "2".to_owned()][..], 6));
}

#[test]
fn variables_win_over_what_the_build_knows() {
    let header = |variables: &[(&str, &str)]| text(&play("service", variables).stdout);
    let package = format!("obs: {},", env!("CARGO_PKG_NAME"));
    assert!(header(&[]).contains(&package));
    let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=kitchen,team=a");
    assert!(header(&[attributes]).contains("obs: kitchen,"));
    assert!(header(&[attributes, ("OTEL_SERVICE_NAME", "till")]).contains("obs: till,"));
}

#[test]
fn init_with_adds_the_environment_to_a_builder() {
    let said = text(&play("init_with", &[]).stdout);
    assert!(said.contains("obs: said,") && !said.contains("worked"), "what the builder switched off stays off: {said}");
    assert!(text(&play("init_with", &[("OTEL_SERVICE_NAME", "till")]).stdout).contains("obs: till,"));
}

#[test]
fn a_mistake_in_a_variable_is_told_once_and_stops_nothing() {
    let output = play("report", &[("OBS_LEVEL", "loud"), ("OBS_FILTER", "worked"), ("OBS_CLOCK", "sundial")]);
    let stderr = text(&output.stderr);
    assert!(output.status.success());
    for line in [
        "obs: OBS_LEVEL is \"loud\", expected trace, debug, info, warn or error; using the preset's level",
        "obs: OBS_FILTER: found filter rule \"worked\", expected `path = off|count|profile|trace`; using no filter",
        "obs: OBS_CLOCK is \"sundial\", expected auto, tsc, os; using auto",
    ] {
        assert_eq!(stderr.lines().filter(|told| *told == line).count(), 1, "{stderr}");
    }
    let stdout = text(&output.stdout);
    assert!(stdout.contains("config_warnings"), "the report shows what was not understood: {stdout}");
}

#[test]
fn a_maximum_of_overhead_comes_from_a_variable_and_is_told_once_when_it_is_passed() {
    let output = play("govern", &[("OBS_MAX_OVERHEAD", "0.1%")]);
    let stderr = text(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let told: Vec<_> = stderr.lines().filter(|line| line.starts_with("obs: recording took ")).collect();
    let [told] = told[..] else { panic!("{stderr}") };
    assert!(told.contains("at most 0.10 % may") && told.contains("first process::hot"), "{told}");
}

#[test]
fn the_report_and_everything_can_be_switched_off_by_variables() {
    for variables in [[("OBS_CONSOLE", "off")], [("OTEL_SDK_DISABLED", "true")]] {
        let output = play("report", &variables);
        assert!(output.status.success());
        assert!(!text(&output.stdout).contains("obs:"), "{}", text(&output.stdout));
    }
}

#[test]
fn the_operating_systems_clock_can_be_chosen() {
    let output = play("report", &[("OBS_CLOCK", "os")]);
    assert!(text(&output.stdout).contains("clock os"), "{}", text(&output.stdout));
}

fn outlive() {
    let _telemetry = obs::init().expect("it starts");
    let (running, started) = std::sync::mpsc::channel();
    for _ in 0..4 {
        let running = running.clone();
        std::thread::spawn(move || {
            loop {
                let _ = worked(1);
                let _ = running.send(());
            }
        });
    }
    (0..100).for_each(|_| started.recv().expect("they run"));
}

#[test]
fn threads_that_outlive_main_do_no_harm() {
    for _ in 0..5 {
        let output = play("outlive", &[]);
        assert!(output.status.success(), "{output:?}");
        assert!(text(&output.stdout).contains("worked"));
    }
}

#[traced]
#[counted]
fn fails_badly() {
    panic!("on purpose");
}

fn panic_with_a_guard_alive() {
    let _telemetry = obs::init().expect("it starts");
    fails_badly();
}

#[test]
fn a_panic_with_a_guard_alive_still_gives_the_report() {
    let output = play("panic", &[]);
    assert!(!output.status.success());
    let stdout = text(&output.stdout);
    let row = stdout.lines().find(|line| line.contains("fails_badly")).unwrap_or_else(|| panic!("no row in {stdout}"));
    let cells: Vec<_> = row.split_whitespace().collect();
    assert_eq!(cells[1..3], ["1", "1"], "calls and errors: {row}");
}

#[cfg(all(feature = "chrome", feature = "flamegraph", feature = "json"))]
mod files {
    use std::fs;
    use std::path::PathBuf;

    use obs::exporters::JsonLines;

    use super::{play, text};

    fn directory(name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("process-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("it can be made");
        path
    }

    #[test]
    fn variables_ask_for_files_and_for_trees() {
        let dir = directory("files");
        let path = |name: &str| dir.join(name).into_os_string().into_string().expect("UTF-8");
        let (trace, graph, lines) = (path("trace.json"), path("graph.svg"), path("lines"));
        let variables =
            [("OBS_CHROME", &*trace), ("OBS_FLAMEGRAPH", &graph), ("OBS_JSON_DIR", &lines), ("OBS_CONSOLE", "tree")];
        let output = play("report", &variables);
        assert!(output.status.success());
        let trace = fs::read_to_string(trace).expect("a trace");
        assert_eq!(trace.matches("\"ph\":\"X\"").count(), 20);
        assert!(trace.ends_with("\n]\n"));
        assert!(fs::read_to_string(graph).expect("a graph").contains("process::worked"));
        let spans: Result<Vec<_>, _> = JsonLines::read_traces(lines).expect("lines").collect();
        assert_eq!(spans.expect("whole lines").len(), 20);
        let stdout = text(&output.stdout);
        assert_eq!(
            stdout.lines().filter(|line| line.contains("process::worked") && line.contains("  trace ")).count(),
            20
        );
    }

    #[test]
    fn what_was_flushed_is_there_after_an_abort() {
        let dir = directory("abort");
        let path = |name: &str| dir.join(name).into_os_string().into_string().expect("UTF-8");
        let (trace, lines) = (path("trace.json"), path("lines"));
        let output = play("abort", &[("OBS_CHROME", &trace), ("OBS_JSON_DIR", &lines)]);
        assert!(!output.status.success());
        let trace = fs::read_to_string(trace).expect("a trace");
        assert_eq!(trace.matches("\"ph\":\"X\"").count(), 20);
        assert!(trace.ends_with("}}"), "a whole entry, without the bracket");
        let spans: Result<Vec<_>, _> = JsonLines::read_traces(lines).expect("lines").collect();
        assert_eq!(spans.expect("whole lines").len(), 20);
    }
}
