//! A headless Chromium, driven over its debugging pipe: keys, clicks and what the page makes of them
//! are the browser's own, and nothing is opened on a network port.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Long enough for a browser that starts beside many tests on a small machine.
const PATIENCE: Duration = Duration::from_secs(170);

pub struct Browser {
    child: Child,
    to: File,
    from: Receiver<Value>,
    session: String,
    calls: u64,
    /// What the browser told without being asked, since the page was opened.
    events: Vec<Value>,
    _home: tempfile::TempDir,
}

/// The first Chromium on the `PATH`.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| folders.iter().map(move |f| f.join(name)))
        .find(|p| p.is_file())
}

impl Browser {
    /// `None`, with a printed line, where there is no Chromium.
    pub fn start() -> Option<Self> {
        let Some(program) = program().filter(|_| cfg!(unix)) else {
            println!("skipped: no chromium on the PATH");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let pipes = ["in", "out"].map(|name| home.path().join(name));
        let made = Command::new("mkfifo").args(&pipes).status().unwrap();
        assert!(made.success());
        // Chromium reads commands from descriptor 3 and answers on 4.
        let child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<"$IN" 4>"$OUT""#])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-pipe",
                "about:blank",
            ])
            .arg(format!("--user-data-dir={}", home.path().display()))
            .envs([("IN", &pipes[0]), ("OUT", &pipes[1])])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = fs::OpenOptions::new().write(true).open(&pipes[0]).unwrap();
        let answers = File::open(&pipes[1]).unwrap();
        let (tell, from) = channel();
        thread::spawn(move || {
            for message in BufReader::new(answers).split(0) {
                let Ok(value) = message.map(|m| serde_json::from_slice(&m)) else {
                    break;
                };
                if tell.send(value.unwrap()).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            to,
            from,
            session: String::new(),
            calls: 0,
            events: Vec::new(),
            _home: home,
        };
        let targets = browser.call("Target.getTargets", &json!({}));
        let page = targets["targetInfos"].as_array().unwrap();
        let page = page.iter().find(|t| t["type"] == "page").unwrap();
        let attached = browser.call(
            "Target.attachToTarget",
            &json!({"targetId": page["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().unwrap().to_string();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// A command of the `DevTools` protocol and its answer.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        loop {
            let told = self.from.recv_timeout(PATIENCE);
            let told = told.unwrap_or_else(|e| panic!("{method}: {e}"));
            if told["id"] == self.calls {
                assert!(told.get("error").is_none(), "{method}: {told}");
                return told["result"].clone();
            }
            self.events.push(told);
        }
    }

    /// Opens a page in a window of a size and waits until all of it is there; ms that took.
    pub fn open(&mut self, address: &str, size: (u32, u32)) -> f64 {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": size.0, "height": size.1, "deviceScaleFactor": 1, "mobile": false}),
        );
        // A change of what follows # alone would not load the page anew.
        self.call("Page.navigate", &json!({"url": "about:blank"}));
        self.until("location.href === 'about:blank'");
        self.events.clear();
        self.call("Page.navigate", &json!({"url": address}));
        self.until("location.href !== 'about:blank' && document.readyState === 'complete'");
        self.js("performance.getEntriesByType('navigation')[0].loadEventEnd")
            .as_f64()
            .unwrap()
    }

    /// Light or dark, screen or paper.
    pub fn media(&mut self, media: &str, scheme: &str) {
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    }

    /// The value of an expression.
    pub fn js(&mut self, expression: &str) -> Value {
        let told = self.call(
            "Runtime.evaluate",
            &json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(
            told.get("exceptionDetails").is_none(),
            "{expression}: {told}"
        );
        told["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, expression: &str) {
        let begun = Instant::now();
        while self.js(expression) != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "never true: {expression}");
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// Presses and releases a key by its name: `Tab`, `Enter`, `ArrowRight`, `Space`.
    pub fn key(&mut self, name: &str) {
        let (code, text) = match name {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Space" => (32, " "),
            "ArrowLeft" => (37, ""),
            "ArrowRight" => (39, ""),
            other => panic!("no key {other}"),
        };
        let key = if name == "Space" { " " } else { name };
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({"type": kind, "key": key, "code": name, "windowsVirtualKeyCode": code});
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// The mouse from one place to another with its button held; a click where they are one. A page that
    /// is busy may throw away what comes before its next frame, so each step waits for one.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        // Which button an event is of, and which are down after it.
        let steps = [
            ("mouseMoved", from, "none", 0),
            ("mousePressed", from, "left", 1),
            ("mouseMoved", to, "left", 1),
            ("mouseReleased", to, "left", 0),
        ];
        for (kind, (x, y), button, buttons) in steps {
            self.call(
                "Input.dispatchMouseEvent",
                &json!({"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1}),
            );
            self.drawn();
        }
    }

    /// Waits until the page as it now is has been drawn: a click before would fall where things were.
    pub fn drawn(&mut self) {
        self.js("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))");
    }

    /// Clicks the middle of what a selector finds, after scrolling it into view.
    pub fn click(&mut self, selector: &str) {
        let find = format!("document.querySelector({selector:?})");
        self.js(&format!(
            "{find}.scrollIntoView({{block: 'center', behavior: 'instant'}})"
        ));
        self.drawn();
        let middle = self.js(&format!(
            "(() => {{ const r = {find}.getBoundingClientRect(); \
             return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        ));
        let at = (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap());
        self.drag(at, at);
    }

    /// Whether the first thing that a selector finds is shown.
    pub fn shown(&mut self, selector: &str) -> bool {
        let shown = self.js(&format!(
            "(() => {{ const s = getComputedStyle(document.querySelector({selector:?})); \
             return s.display !== 'none' && s.visibility !== 'hidden'; }})()"
        ));
        shown == json!(true)
    }

    /// Nothing went wrong since the page was opened.
    pub fn quiet(&mut self) {
        assert_eq!(self.faults(), Vec::<String>::new());
    }

    /// What went wrong since the page was opened: messages on the console, errors of the script, and
    /// every request that is not for the page itself or in it.
    fn faults(&mut self) -> Vec<String> {
        // An answer comes after all that was told before.
        let page = self.js("location.href.split('#')[0]");
        let page = page.as_str().unwrap();
        let mut faults = Vec::new();
        for event in &self.events {
            let told = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded" => {
                    faults.push(told.to_string());
                }
                "Network.requestWillBeSent" => {
                    let url = told["request"]["url"].as_str().unwrap_or_default();
                    if url.split('#').next() != Some(page) && !url.starts_with("data:") {
                        faults.push(format!("asks for {url}"));
                    }
                }
                _ => {}
            }
        }
        faults
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser whose pipe closes ends; one that hangs is ended.
        self.session.clear();
        let bytes = b"{\"id\":0,\"method\":\"Browser.close\"}\0";
        let _ = self.to.write_all(bytes);
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed().as_secs() < 20 {
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
