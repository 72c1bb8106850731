//! Names that want to be more than names, and files that are none: what is typed and what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use image::{Rgb, RgbImage};

/// A folder with two plain pictures under the names that are given.
fn desk(before: &str, after: &str) -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    for (name, shade) in [(before, 0), (after, 10)] {
        let picture = RgbImage::from_fn(80, 60, |x, y| {
            Rgb([200 - shade, 150 + (x % 7) as u8, 120 + (y % 5) as u8])
        });
        let path = desk.path().join(name);
        picture
            .save_with_format(path, image::ImageFormat::Png)
            .unwrap();
    }
    desk
}

struct Ended {
    status: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let output = Command::cargo_bin("scardepth")
        .unwrap()
        .current_dir(folder)
        .args(arguments)
        // A pipe must not be waited for.
        .timeout(Duration::from_secs(60))
        .output()
        .unwrap();
    Ended {
        status: output.status.code().expect("ends by itself"),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn a_name_is_text_wherever_it_is_written() {
    let names = [
        "<script>alert(1)<.png",
        "=cmd|' '!A0.png",
        "\" onload=\"alert(1)\" x=\".png",
        "`$(touch pwned)`.png",
        "-n.png",
    ];
    for name in names {
        let desk = desk(name, "after.png");
        let before = format!("./{name}");
        let ended = run(
            desk.path(),
            &["compare", &before, "after.png", "--out", "out"],
        );
        assert!(matches!(ended.status, 0 | 3), "{name}: {}", ended.err);
        let page = fs::read_to_string(desk.path().join("out/report.html")).unwrap();
        assert!(!page.contains("<script>alert"), "{name}");
        assert!(!page.contains("\" onload=\"alert"), "{name}");
        let json = fs::read_to_string(desk.path().join("out/result.json")).unwrap();
        let result: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(result["before"]["file"], name);
        let table = fs::read_to_string(desk.path().join("out/lesions.csv")).unwrap();
        assert!(table.starts_with("id,"), "{table}");
        assert!(!desk.path().join("pwned").exists());
    }
}

#[test]
fn no_folder_above_a_photo_is_told() {
    let desk = desk("before.png", "after.png");
    let secret = desk.path().join("Miller, Anna 1987-03-02");
    fs::create_dir(&secret).unwrap();
    for name in ["before.png", "after.png"] {
        fs::rename(desk.path().join(name), secret.join(name)).unwrap();
    }
    let [before, after] = ["before.png", "after.png"].map(|n| secret.join(n));
    let [before, after] = [&before, &after].map(|p| p.to_str().unwrap());
    let ended = run(desk.path(), &["compare", before, after, "--out", "out"]);
    assert!(matches!(ended.status, 0 | 3), "{}", ended.err);
    for file in files(&desk.path().join("out")) {
        let bytes = fs::read(&file).unwrap();
        let told = bytes.windows(6).any(|w| w == b"Miller");
        assert!(!told, "{}", file.display());
    }
}

#[cfg(unix)]
#[test]
fn what_is_written_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk("before.png", "after.png");
    let out = ["compare", "before.png", "after.png", "--out", "course/out"];
    assert!(matches!(run(desk.path(), &out).status, 0 | 3));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let written = files(&desk.path().join("course"));
    assert!(written.len() >= 5);
    for file in &written {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    for folder in ["course", "course/out"] {
        assert_eq!(mode(&desk.path().join(folder)), 0o700, "{folder}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let desk = desk("before.png", "after.png");
    let name = "a\u{1b}]0;owned\u{7}\u{1b}[2J.png";
    fs::write(desk.path().join(name), "no photo").unwrap();
    let ended = run(desk.path(), &["compare", name, "after.png", "--out", "out"]);
    assert_eq!(ended.status, 2);
    assert!(!ended.err.contains(['\u{1b}', '\u{7}']), "{:?}", ended.err);
    assert!(ended.err.contains("owned"));

    // Nor on the output stream: a photo's name, and what a manifest says (found by fuzzing it).
    fs::rename(desk.path().join("after.png"), desk.path().join(name)).unwrap();
    fs::write(
        desk.path().join("manifest.csv"),
        "file,patient,date\na\u{1b}[2Jb.jpg,\u{9b}2J\u{202e}anna,2026-01-10\n",
    )
    .unwrap();
    for arguments in [
        &["check", name][..],
        &["check", "--json", name],
        &["batch", ".", "--dry-run"],
        &["batch", ".", "--dry-run", "--json"],
    ] {
        let ended = run(desk.path(), arguments);
        let told = ended.out + &ended.err;
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!told.contains(obeyed), "{arguments:?}: {told:?}");
        assert!(told.contains("\\u001b"), "{arguments:?}: {told:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_folder_with_a_photos_name_is_refused_at_once() {
    let desk = desk("before.png", "after.png");
    let pipe = desk.path().join("pipe.jpg");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|s| s.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    fs::create_dir(desk.path().join("folder.jpg")).unwrap();
    for (file, said) in [
        ("pipe.jpg", "a pipe"),
        ("folder.jpg", "a folder"),
        ("/dev/zero", "a device"),
    ] {
        let ended = run(
            desk.path(),
            &["compare", "before.png", file, "--out", "out"],
        );
        assert_eq!(ended.status, 2);
        assert!(ended.err.contains(said), "{}", ended.err);
        assert!(!desk.path().join("out").exists());

        let usual = ["compare", "before.png", "after.png", "--out", "out"];
        for what in ["--points", "--roi"] {
            let ended = run(desk.path(), &[&usual[..], &[what, file]].concat());
            assert_eq!(ended.status, 2, "{what} {file}");
            assert!(ended.err.contains(said), "{what} {file}: {}", ended.err);
        }
        let ended = run(
            desk.path(),
            &["batch", ".", "--dry-run", "--manifest", file],
        );
        assert_eq!(ended.status, 2);
        assert!(ended.err.contains(said), "{}", ended.err);
    }
}

#[test]
fn the_limit_of_pixels_can_be_typed() {
    let desk = desk("before.png", "after.png");
    let with = |limit: &str| {
        let usual = ["compare", "before.png", "after.png", "--out", "out"];
        run(
            desk.path(),
            &[&usual[..], &["--max-megapixels", limit]].concat(),
        )
    };
    let ended = with("0.004");
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("80 x 60"), "{}", ended.err);
    for nonsense in ["0", "-3", "nan", "1e9"] {
        assert_eq!(with(nonsense).status, 2, "{nonsense}");
    }
    assert!(matches!(with("0.005").status, 0 | 3));

    let check = |limit: &str| {
        run(
            desk.path(),
            &["check", "before.png", "--max-megapixels", limit],
        )
    };
    let ended = check("0.004");
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("80 x 60"), "{}", ended.err);
    assert_eq!(check("nan").status, 2);
    assert!(matches!(check("0.005").status, 0 | 3));
}

#[test]
fn a_refusal_is_one_message_and_nothing_of_a_decoders_own() {
    // A TIFF whose profile says that it is a text of 4 GB: its decoder prints where it gave up.
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entries: [(u16, u16, u32, u32); 9] = [
        (256, 3, 1, 40),
        (257, 3, 1, 40),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 122),
        (277, 3, 1, 1),
        (279, 4, 1, 1600),
        (34_675, 2, 0xffff_fff0, 122),
    ];
    tiff.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        tiff.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        tiff.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    tiff.extend([0; 4 + 1600]);
    let desk = desk("before.png", "after.png");
    fs::write(desk.path().join("a.tif"), tiff).unwrap();
    let ended = run(desk.path(), &["check", "a.tif"]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.starts_with("scardepth: "), "{}", ended.err);
    assert!(ended.err.contains("damaged"), "{}", ended.err);
    assert!(!ended.err.contains("LimitsExceeded"), "{}", ended.err);
}

/// Numbers that look drawn at random: splitmix64 (Steele, Lea & Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// `file` with bits flipped (anywhere, or in its header), cut off, with a piece of `other` over it or
/// put in, a piece taken out, or a number of its header made extreme.
fn damaged(file: &[u8], other: &[u8], kind: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let header = bytes.len().min([64, 512, 4096][dice.below(3)]);
    let at = dice.below(bytes.len());
    let piece = |dice: &mut Dice| {
        let length = other.len().min([4, 256, 4096, 65_536][dice.below(4)]);
        let from = dice.below(other.len() - length + 1);
        other[from..from + length].to_vec()
    };
    match kind % 7 {
        0 | 1 => {
            let within = if kind.is_multiple_of(7) {
                bytes.len()
            } else {
                header
            };
            for _ in 0..[1, 2, 8, 64][dice.below(4)] {
                bytes[dice.below(within)] ^= 1 << dice.below(8);
            }
        }
        2 => bytes.truncate(at),
        3 => {
            let piece = piece(dice);
            let end = bytes.len().min(at + piece.len());
            bytes[at..end].copy_from_slice(&piece[..end - at]);
        }
        4 => {
            let at = dice.below(header);
            bytes.splice(at..at, piece(dice));
        }
        5 => {
            let end = bytes.len().min(at + [1, 4, 64, 4096][dice.below(4)]);
            bytes.drain(at..end);
        }
        _ => {
            let number =
                [0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX][dice.below(7)];
            let end = header.min(bytes.len() / 4 * 4);
            let at = dice.below(end.saturating_sub(4));
            for (b, n) in bytes[at..].iter_mut().zip(number.to_be_bytes()) {
                *b = n;
            }
        }
    }
    bytes
}

/// The promise of `check` for any file: it ends by itself, with little work, in little memory, with an
/// exit status of its own and without a panic. `DAMAGED=2000` takes more files than usual.
#[cfg(unix)]
#[test]
fn damaged_files_are_checked_or_refused() {
    /// Processor time, seconds: other than the clock's, it does not hang on what else the machine does.
    const WORK: u32 = 10;
    /// Address space, KiB.
    const MEMORY: u32 = 2 << 20;
    /// Every file of the folder once, and every kind of damage.
    const USUALLY: usize = 40;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/photos/formats");
    if !folder.is_dir() {
        println!("skipped: {} is missing", folder.display());
        return;
    }
    let mut paths = files(&folder);
    paths.sort();
    let originals: Vec<Vec<u8>> = paths.iter().map(|p| fs::read(p).unwrap()).collect();
    let desk = tempfile::tempdir().unwrap();
    let photo = desk.path().join("photo");
    let limited = format!("ulimit -v {MEMORY}; ulimit -t {WORK}; exec \"$0\" check --json \"$1\"");
    let many = std::env::var("DAMAGED").map_or(USUALLY, |n| n.parse().unwrap());
    let mut dice = Dice(1);
    let mut ends = std::collections::BTreeMap::new();
    for i in 0..many {
        let file = i % paths.len();
        let other = &originals[dice.below(paths.len())];
        let bytes = damaged(&originals[file], other, i + i / paths.len(), &mut dice);
        fs::write(&photo, &bytes).unwrap();
        let output = std::process::Command::new("sh")
            .args(["-c", &limited])
            .arg(env!("CARGO_BIN_EXE_scardepth"))
            .arg(&photo)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let name = paths[file].display();
        let status = output.status.code();
        assert!(
            matches!(status, Some(0 | 2 | 3)),
            "{i}, {name}: {status:?} {told}"
        );
        assert!(!told.contains("panicked"), "{i}, {name}: {told}");
        *ends.entry(status).or_insert(0) += 1;
    }
    println!("exit status and how often: {ends:?}");
}
