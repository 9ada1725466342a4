//! A peer to compare with: the video room of Janus, as Debian packages it, on the server's core and with the same load.
//! It is spoken to by its HTTP interface, which is open on the loopback address only.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::load::Load;
use crate::machine::{Cores, cpu_time_of};

const PATIENCE: Duration = Duration::from_secs(20);
const ROOM: u64 = 1;
const PROGRAM: &str = "janus";

/// A running Janus, and those who are at it.
pub(crate) struct Janus {
    process: Child,
    folder: PathBuf,
    api: SocketAddr,
    session: u64,
    asked: u64,
    /// The machine's own address at which everybody meets: Janus does not use the loopback one.
    address: IpAddr,
    load: Load,
    /// Who sends, as Janus counts them.
    feeds: Vec<u64>,
}

impl Janus {
    /// Whether it is installed.
    pub(crate) fn is_here() -> bool {
        Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    }

    /// Starts it on the server's core.
    pub(crate) fn start(cores: Cores) -> Result<Self, String> {
        let address =
            own_address().ok_or("this machine has no address but the loopback one, which Janus does not use")?;
        let folder = std::env::temp_dir().join(format!("sommet-bench-janus-{}", std::process::id()));
        // Left over from a run that was ended from outside; if it is not there, so much the better.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(text)?;
        let api = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(text)?;
        for (name, content) in settings(address, api.port()) {
            fs::write(folder.join(name), content).map_err(text)?;
        }
        let process = begin(cores, &folder, api)?;
        let (load, feeds) = (Load::default(), Vec::new());
        let mut janus = Self { process, folder, api, session: 0, asked: 0, address, load, feeds };
        janus.session = id_in(&janus.ask("/janus".to_owned(), json!({"janus": "create"}))?)?;
        Ok(janus)
    }

    /// Lets somebody come in who sends.
    pub(crate) fn add_speaker(&mut self) -> Result<(), String> {
        let handle = self.attach()?;
        let (person, sdp) = self.load.speaker(self.address)?;
        let joined = self.message(
            handle,
            json!({"request": "joinandconfigure", "room": ROOM, "ptype": "publisher"}),
            Some(json!({"type": "offer", "sdp": sdp})),
        )?;
        self.feeds.extend(joined.pointer("/plugindata/data/id").and_then(Value::as_u64));
        self.load.answered(person, sdp_in(&joined)?)
    }

    /// Lets somebody come in who receives what these speakers send.
    pub(crate) fn add_listener(&mut self, speakers: impl Iterator<Item = usize>) -> Result<(), String> {
        let handle = self.attach()?;
        let feeds: Vec<Value> = speakers.map(|speaker| json!({"feed": self.feeds[speaker]})).collect();
        let join = json!({"request": "join", "room": ROOM, "ptype": "subscriber", "streams": feeds});
        let offered = self.message(handle, join, None)?;
        let answer = self.load.listener(self.address, sdp_in(&offered)?)?;
        let answer = Some(json!({"type": "answer", "sdp": answer}));
        self.message(handle, json!({"request": "start"}), answer).map(drop)
    }

    /// Waits until everybody is connected, and a moment more: Janus lets nobody receive from whom it takes for new.
    pub(crate) fn until_connected(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while !self.load.is_connected() {
            if start.elapsed() > PATIENCE {
                return Err("not everybody is connected in time".to_owned());
            }
            self.load.run(Instant::now() + Duration::from_millis(50))?;
        }
        self.load.run(Instant::now() + Duration::from_millis(500))
    }

    /// Lets that time go by. The packets that arrived meanwhile, and the processor time that Janus spent.
    pub(crate) fn run(&mut self, time: Duration) -> Result<(u64, Duration), String> {
        let (packets, spent) = (self.load.packets(), cpu_time_of(self.process.id())?);
        self.load.run(Instant::now() + time)?;
        Ok((self.load.packets() - packets, cpu_time_of(self.process.id())?.saturating_sub(spent)))
    }

    fn attach(&mut self) -> Result<u64, String> {
        let path = format!("/janus/{}", self.session);
        id_in(&self.ask(path, json!({"janus": "attach", "plugin": "janus.plugin.videoroom"}))?)
    }

    /// Asks the video room, and waits for what comes of it.
    fn message(&mut self, handle: u64, body: Value, jsep: Option<Value>) -> Result<Value, String> {
        let mut request = json!({"janus": "message", "body": body});
        if let Some(jsep) = jsep {
            request["jsep"] = jsep;
        }
        self.ask(format!("/janus/{}/{handle}", self.session), request)?;
        let transaction = self.asked.to_string();
        loop {
            let event = http(self.api, "GET", &format!("/janus/{}?maxev=1", self.session), "")?;
            if event.get("transaction").and_then(Value::as_str) == Some(&transaction) {
                return match event.pointer("/plugindata/data/error") {
                    Some(why) => Err(format!("Janus says {why}")),
                    None => Ok(event),
                };
            }
        }
    }

    /// The reply to a request; of a message, that it was taken.
    fn ask(&mut self, path: String, mut request: Value) -> Result<Value, String> {
        self.asked += 1;
        request["transaction"] = self.asked.to_string().into();
        let reply = http(self.api, "POST", &path, &request.to_string())?;
        reply.get("error").map_or(Ok(()), |why| Err(format!("Janus says {why}")))?;
        Ok(reply)
    }
}

impl Drop for Janus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // Nothing in it is worth a failure.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Starts the program and waits until it can be asked. This version now and then finds none of its transports ready, and ends: it
/// is started again.
fn begin(cores: Cores, folder: &Path, api: SocketAddr) -> Result<Child, String> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let mut command = Command::new("taskset");
        command.arg("--cpu-list").arg(cores.server.id.to_string()).arg(PROGRAM).arg("--disable-stdout");
        command.arg("--configs-folder").arg(folder).arg("--log-file").arg(folder.join("log"));
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(text)?;
        while process.try_wait().map_err(text)?.is_none() && start.elapsed() < PATIENCE {
            if http(api, "GET", "/janus/info", "").is_ok() {
                return Ok(process);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // It may have ended by itself.
        let _ = process.kill();
        let _ = process.wait();
    }
    Err(format!("Janus does not start; see {}", folder.join("log").display()))
}

/// One request, and the JSON that is answered.
fn http(server: SocketAddr, method: &str, path: &str, body: &str) -> Result<Value, String> {
    let failed = |error: std::io::Error| format!("Janus does not answer: {error}");
    let mut socket = TcpStream::connect(server).map_err(failed)?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    // Of HTTP/1.0 the end of the answer is the end of the connection.
    let head = format!("{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    socket.write_all((head + body).as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).map_err(failed)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("Janus answers with something else than HTTP")?;
    serde_json::from_str(body).map_err(text)
}

/// Its settings: only the video room, and only the interface that is asked here.
fn settings(address: IpAddr, port: u16) -> [(&'static str, String); 3] {
    let libraries =
        |names: &str| names.split(' ').map(|name| format!("libjanus_{name}.so")).collect::<Vec<_>>().join(",");
    let plugins =
        libraries("audiobridge duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail");
    let transports = libraries("mqtt nanomsg pfunix rabbitmq websockets");
    [
        (
            "janus.jcfg",
            format!(
                "general: {{ debug_level = 3, session_timeout = 0 }}\nnat: {{ ice_enforce_list = \"{address}\" }}\n\
                 plugins: {{ disable = \"{plugins}\" }}\ntransports: {{ disable = \"{transports}\" }}\n"
            ),
        ),
        (
            "janus.transport.http.jcfg",
            format!(
                "general: {{ base_path = \"/janus\", http = true, port = {port}, ip = \"127.0.0.1\", https = false }}\n\
                 admin: {{ admin_http = false, admin_https = false }}\n"
            ),
        ),
        (
            "janus.plugin.videoroom.jcfg",
            format!(
                "room-{ROOM}: {{ description = \"measured\", publishers = 100, bitrate = 10000000, audiocodec = \"opus\", \
                 videocodec = \"vp8\", notify_joining = false }}\n"
            ),
        ),
    ]
}

/// The address with which this machine would reach others; nothing is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect(SocketAddr::from(([192, 0, 2, 1], 9))).ok()?;
    socket.local_addr().ok().map(|own| own.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

fn id_in(reply: &Value) -> Result<u64, String> {
    reply.pointer("/data/id").and_then(Value::as_u64).ok_or_else(|| format!("Janus says {reply}"))
}

fn sdp_in(reply: &Value) -> Result<&str, String> {
    reply.pointer("/jsep/sdp").and_then(Value::as_str).ok_or_else(|| format!("Janus says {reply}"))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
