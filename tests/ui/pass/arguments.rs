//! Destructured, `mut`, `ref`, unit-struct and unused arguments; names that the expansion might use itself.
#![deny(warnings)]

struct Point {
    x: i32,
    y: i32,
}

struct Unit;

#[obs::traced(fields(x, sum = %(x + y)))]
#[obs::counted(labels(which = if y > 1 { "big" } else { "small" }))]
fn structure(Point { x, y }: Point) -> Result<i32, ()> {
    Ok(x + y)
}

#[obs::profiled]
fn tuples((mut a, ref b): (i32, String), [c, _, ..]: [i32; 3], _: Unit, mut d: Vec<i32>) -> Vec<i32> {
    a += c;
    d.push(a);
    d.push(b.len() as i32);
    d
}

#[obs::counted]
fn unit(Unit: Unit, &e: &i32, (Ok(f) | Err(f)): Result<i32, i32>) -> Option<i32> {
    Some(e + f)
}

#[obs::traced]
fn whole(point @ Point { .. }: Point, _ignored: String) -> Option<Point> {
    Some(point)
}

#[obs::traced(fields(only_here))]
#[obs::counted(labels(too = too))]
fn only_in_attributes(only_here: u32, too: &str) -> Option<u32> {
    None
}

#[obs::traced(fields(span = ?span, guard, task, %display, ?debug, value))]
#[obs::counted(labels(labels = labels, fields = fields))]
#[allow(clippy::too_many_arguments)]
fn shadowing(
    span: u32,
    guard: u32,
    task: u32,
    display: u32,
    debug: u32,
    value: u32,
    labels: &str,
    fields: &str,
    __obs_guard: u32,
    __obs_value: u32,
) -> Option<u32> {
    Some(span + guard + task + display + debug + value + __obs_guard + __obs_value + (labels.len() + fields.len()) as u32)
}

#[obs::traced(fields(user.id = id, "http.route" = "/", r#type = r#type))]
async fn keys(id: u64, r#type: &str) -> Option<usize> {
    Some(id as usize + r#type.len())
}

// An argument that is not there on some platforms cannot be named by anything of ours.
#[obs::traced(fields(n))]
#[obs::counted]
fn conditional(n: u32, #[cfg(all())] mut there: u32, #[cfg(any())] not_there: u32) -> Option<u32> {
    there += n;
    Some(there)
}

#[obs::traced]
async fn conditional_async(#[cfg(all())] there: u32, #[cfg(any())] _not_there: u32) -> Option<u32> {
    Some(there)
}

fn main() {
    assert_eq!(conditional(1, 2), Some(3));
    drop(conditional_async(1));
    assert_eq!(structure(Point { x: 1, y: 2 }), Ok(3));
    assert_eq!(tuples((1, String::new()), [1, 2, 3], Unit, vec![]), [2, 0]);
    assert_eq!(unit(Unit, &1, Ok(1)), Some(2));
    assert_eq!(whole(Point { x: 1, y: 2 }, String::new()).map(|p| p.x + p.y), Some(3));
    assert_eq!(only_in_attributes(1, "a"), None);
    assert_eq!(shadowing(1, 1, 1, 1, 1, 1, "", "", 1, 1), Some(8));
    drop(keys(1, ""));
}
