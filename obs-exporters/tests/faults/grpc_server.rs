//! A tiny gRPC server that does what a script says, on loopback.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use h2::server::SendResponse;
use http::{HeaderMap, Request, Response};

/// What the server does about one call.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Takes it, and answers this message.
    Take(Vec<u8>),
    /// Answers a status, and details of it.
    Refuse(i32, Vec<u8>),
    /// Says nothing.
    Hang,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    pub path: String,
    pub headers: HeaderMap,
    /// The message, without gRPC's five bytes before it.
    pub message: Vec<u8>,
}

/// A running server.
pub struct GrpcServer {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

type Script = Arc<dyn Fn(usize) -> Reply + Send + Sync>;

impl GrpcServer {
    pub fn start(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::on(([127, 0, 0, 1], 0).into(), script)
    }

    /// Starts on a port that is known, for a server that comes back.
    pub fn on(address: SocketAddr, script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (calls, stop) = (Arc::<Mutex<Vec<Call>>>::default(), Arc::new(AtomicBool::new(false)));
        let (seen, stopped, script): (_, _, Script) = (Arc::clone(&calls), Arc::clone(&stop), Arc::new(script));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                while !stopped.load(Ordering::SeqCst) {
                    let accepted = tokio::time::timeout(Duration::from_millis(10), listener.accept()).await;
                    if let Ok(Ok((stream, _))) = accepted {
                        tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&script)));
                    }
                }
            });
        });
        Self { address, calls, stop, thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for GrpcServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(stream: tokio::net::TcpStream, seen: Arc<Mutex<Vec<Call>>>, script: Script) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        tokio::spawn(answer(request, respond, Arc::clone(&seen), Arc::clone(&script)));
    }
}

async fn answer(
    request: Request<h2::RecvStream>,
    mut respond: SendResponse<bytes::Bytes>,
    seen: Arc<Mutex<Vec<Call>>>,
    script: Script,
) {
    let (head, mut body) = request.into_parts();
    let mut message = Vec::new();
    while let Some(Ok(piece)) = body.data().await {
        let _ = body.flow_control().release_capacity(piece.len());
        message.extend_from_slice(&piece);
    }
    let reply = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = script(seen.len());
        let message = message.get(5..).unwrap_or_default().to_vec();
        seen.push(Call { path: head.uri.path().to_owned(), headers: head.headers, message });
        reply
    };
    let response = Response::builder().header("content-type", "application/grpc");
    match reply {
        Reply::Take(message) => {
            let length = u32::try_from(message.len()).unwrap().to_be_bytes();
            let framed = [&[0], &length[..], &message].concat();
            let Ok(mut stream) = respond.send_response(response.body(()).unwrap(), false) else { return };
            let _ = stream.send_data(framed.into(), false);
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", "0".parse().unwrap());
            let _ = stream.send_trailers(trailers);
        }
        Reply::Refuse(status, details) => {
            let response = response.header("grpc-status", status).header("grpc-message", "as%20the%20script%20says");
            let response = response.header("grpc-status-details-bin", base64(&details));
            let _ = respond.send_response(response.body(()).unwrap(), true);
        }
        Reply::Hang => tokio::time::sleep(Duration::from_secs(60)).await,
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let pieces = bytes.chunks(3).flat_map(|piece| {
        let bits = piece.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - piece.len()));
        (0..=piece.len()).map(move |at| char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]))
    });
    pieces.collect()
}
