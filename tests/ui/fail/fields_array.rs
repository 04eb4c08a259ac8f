#[obs::traced(fields(rows))]
fn nested(rows: &[Vec<u8>]) {}

#[obs::traced(fields(rows))]
fn nested_arrays(rows: [[u8; 2]; 2]) {}

#[obs::traced(fields(times = [time]))]
fn of_another_type(time: std::time::Duration) {}

fn main() {
    nested(&[]);
    nested_arrays([[1, 2], [3, 4]]);
    of_another_type(std::time::Duration::ZERO);
    obs::event!(obs::Level::Info, "nothing", optional = [Some(1)]);
}
