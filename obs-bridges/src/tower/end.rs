//! How calls end.

use ::http::Response;
use obs_runtime::expand::{Fields, Task, Trace, seen};

use crate::call::{self, Grpc, Side};

/// What looks at the answer when a call ends.
pub type End<R, E> = fn(&mut Task<Trace, Fields>, Result<Response<R>, E>) -> Result<Response<R>, E>;

pub(super) fn server<R, E>(task: &mut Task<Trace, Fields>, answer: Result<Response<R>, E>) -> Result<Response<R>, E> {
    finish(Side::Server, task, answer)
}

pub(super) fn client<R, E>(task: &mut Task<Trace, Fields>, answer: Result<Response<R>, E>) -> Result<Response<R>, E> {
    finish(Side::Client, task, answer)
}

fn finish<R, E>(side: Side, task: &mut Task<Trace, Fields>, answer: Result<Response<R>, E>) -> Result<Response<R>, E> {
    let mut extra = Fields::empty();
    let seen = if let Ok(response) = &answer {
        extra.value("http.response.status_code", &response.status().as_u16());
        let of_grpc = Grpc::seen(side, response.headers(), &mut extra);
        of_grpc.unwrap_or_else(|| call::seen(side, response.status()))
    } else {
        seen!(&answer)
    };
    task.finish_with(seen, &extra);
    answer
}
