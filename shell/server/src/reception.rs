//! Where a TCP connection that carries media begins: its first frame is read, and each media thread is asked in turn
//! whether it is the check of one of its peers. Who proves nothing with it is sent away without a word.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

use crate::crowd::Guest;
use crate::frames;
use crate::media_thread::{Command, MediaThread};

/// The longest first frame, in bytes: a check of ICE, which is a STUN request with a few attributes.
const CHECK_BYTES_MAX: usize = 0x1ff;

/// How many connections are shown round at the same time. More wait, so that strangers do not fill the queues of the media
/// threads.
const AT_ONCE: usize = 16;

/// A TCP connection and its first frame; whose it is is not known yet.
pub(crate) struct Visitor {
    pub(crate) stream: std::net::TcpStream,
    pub(crate) check: Vec<u8>,
    pub(crate) from: SocketAddr,
    pub(crate) at: SocketAddr,
    pub(crate) guest: Guest,
}

/// Clones share the limits.
#[derive(Clone)]
pub(crate) struct Reception {
    threads: Arc<[Arc<MediaThread>]>,
    at_once: Arc<Semaphore>,
}

impl Reception {
    pub(crate) fn new(threads: &[Arc<MediaThread>]) -> Self {
        Self { threads: threads.into(), at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether a connection that begins with this byte carries media: it is the first of the length of a check. TLS begins
    /// with 0x16, HTTP with a letter.
    pub(crate) fn is_for(first: u8) -> bool {
        usize::from(first) <= CHECK_BYTES_MAX >> 8
    }

    /// Reads the first frame, and gives the connection to the media thread whose peer it is of. Where it is nobody's, it is
    /// closed.
    pub(crate) async fn receive(&self, mut stream: TcpStream, guest: Guest) -> io::Result<()> {
        let check = read_check(&mut stream).await?;
        let (from, at) = (stream.peer_addr()?, stream.local_addr()?);
        let mut visitor = Visitor { stream: stream.into_std()?, check, from, at, guest };
        let _turn = self.at_once.acquire().await.map_err(io::Error::other)?;
        for thread in self.threads.iter() {
            let (back, sent_back) = oneshot::channel();
            thread.say(thread.life(), Command::Visit(Box::new(visitor), back)).await.map_err(io::Error::other)?;
            // No answer: it stays there.
            visitor = match sent_back.await {
                Ok(stranger) => *stranger,
                Err(_) => return Ok(()),
            };
        }
        Ok(())
    }
}

async fn read_check(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await?;
    let length = frames::length(head).map_err(io::Error::other)?;
    if length > CHECK_BYTES_MAX {
        return Err(io::Error::other("its first frame is no check"));
    }
    let mut check = vec![0; length];
    stream.read_exact(&mut check).await?;
    Ok(check)
}
