//! gRPC: reads a message, answers with an empty one and status 0.

use std::net::SocketAddr;

use bytes::Bytes;
use h2::RecvStream;
use h2::server::{Builder, SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpStream};

/// What may be under way in one connection, as servers for telemetry have it.
const WINDOW: u32 = 1 << 24;

/// Listens on a free port, on a thread of its own.
pub(super) fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("a socket can do that");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    std::thread::spawn(move || runtime.block_on(listen(listener)));
    address
}

async fn listen(listener: std::net::TcpListener) {
    let listener = TcpListener::from_std(listener).expect("it does not block");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream));
    }
}

async fn connection(stream: TcpStream) {
    let mut builder = Builder::new();
    builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        tokio::spawn(answer(request, respond));
    }
}

async fn answer(request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
    let is_traces = request.uri().path().contains("TraceService");
    let mut body = request.into_body();
    let mut all = Vec::new();
    while let Some(Ok(part)) = body.data().await {
        all.extend_from_slice(&part);
        let _ = body.flow_control().release_capacity(part.len());
    }
    // Before the message: whether it is compressed, and its length in four bytes.
    if let Some((head, message)) = all.split_first_chunk::<5>()
        && is_traces
    {
        let plain = (head[0] == 1).then(|| super::gunzip(message));
        super::receive(plain.as_deref().unwrap_or(message), message.len());
    }
    let head = Response::builder().header("content-type", "application/grpc").body(()).expect("a head");
    let trailers = HeaderMap::from_iter([("grpc-status".parse().expect("a name"), HeaderValue::from_static("0"))]);
    if let Ok(mut stream) = respond.send_response(head, false)
        && stream.send_data(Bytes::from_static(&[0; 5]), false).is_ok()
    {
        let _ = stream.send_trailers(trailers);
    }
}
