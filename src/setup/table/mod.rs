//! Particles in a CSV table: a header of `vx,vy[,vz],weight`, then a row for each particle.
//!
//! Columns may stand in any order and beside others. With a symmetry a table may have `vr,vz,weight` of rings, vz along the
//! axis, or `vr,weight` of shells. Weights are densities. Rows end as on any system; between the columns stand commas,
//! semicolons, tabs or blanks; lines that begin with # are comments, of which one may be the header. Semicolons, tabs and
//! blanks leave the comma to be a decimal comma.

mod header;
mod number;

use super::cloud_file::{Amount, CloudFile, Fault, MOST_PARTICLES, Wanted};
use crate::rules::excerpt;
use csv::{ByteRecord, Position, ReaderBuilder, Trim};
use header::{Columns, Header};
use number::DecimalMark;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// Beginning of a table that holds its header.
const HEAD: usize = 1 << 16;

/// A particle has four numbers of some 25 characters, with two bytes each in UTF-16; others may stand beside them.
const MOST_BYTES_OF_UTF16: u64 = 1 << 30;

/// Reads velocities and weights. The fault says the row, what was found and what is allowed.
pub fn read<const D: usize>(path: &Path, wanted: &Wanted) -> Result<CloudFile<D>, Fault> {
    let mut text = text(path)?;
    let mut head = Vec::new();
    let begin = |error: io::Error| Fault::of_path(format!("cannot be read: {error}"));
    text.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(begin)?;
    let header = Header::of(&head);
    let columns = header.columns::<D>(wanted).map_err(Fault::of_path)?;
    rows((path, Cursor::new(head).chain(text)), &header, &columns, wanted).map_err(Fault::of_path)
}

/// The text of the file in UTF-8, without the mark of its byte order.
fn text(path: &Path) -> Result<Box<dyn Read>, Fault> {
    let read = || -> io::Result<(File, [u8; 3])> {
        let mut file = File::open(path)?;
        let mut mark = [0; 3];
        let _ = file.read(&mut mark)?;
        Ok((file, mark))
    };
    let begin = |error: io::Error| Fault::of_path(format!("cannot be read: {error}"));
    let (mut file, mark) = read().map_err(begin)?;
    let skipped = match mark {
        [0xef, 0xbb, 0xbf] => 3,
        [0xff, 0xfe, _] | [0xfe, 0xff, _] => return of_utf16(file, mark[0] == 0xff),
        _ => 0,
    };
    file.seek(SeekFrom::Start(skipped)).map_err(begin)?;
    Ok(Box::new(io::BufReader::new(file)))
}

/// UTF-16, of which a spreadsheet writes "Unicode text".
fn of_utf16(mut file: File, little: bool) -> Result<Box<dyn Read>, Fault> {
    let mut bytes = Vec::new();
    let read = file
        .seek(SeekFrom::Start(2))
        .and_then(|_| file.take(MOST_BYTES_OF_UTF16 + 1).read_to_end(&mut bytes));
    let length = read.map_err(|error| Fault::of_path(format!("cannot be read: {error}")))?;
    if length as u64 > MOST_BYTES_OF_UTF16 {
        return Err(Fault::of_path("found more than 1 GiB of UTF-16; allowed: UTF-8 for tables as large"));
    }
    let unit = |pair: &[u8]| match little {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    };
    let text: Result<String, _> = char::decode_utf16(bytes.chunks_exact(2).map(unit)).collect();
    let text = text.map_err(|_| {
        Fault::of_path("found the mark of UTF-16 and bytes that are none; allowed: UTF-8 or UTF-16")
    })?;
    Ok(Box::new(Cursor::new(text.into_bytes())))
}

/// A word without the quotation marks around it, which are no quotes to the reader where a blank stands before them.
fn unquoted(word: &[u8]) -> &[u8] {
    let inside = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\""));
    inside.map_or(word, <[u8]>::trim_ascii)
}

/// A table whose lines all end with line feeds, since comments do not end otherwise. The empty lines that this makes of others are
/// skipped, and no byte changes its place.
struct LineFeeds<R>(R);

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.read(bytes)?;
        bytes[..count].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(count)
    }
}

fn rows<const D: usize>(
    (path, text): (&Path, impl Read),
    header: &Header,
    columns: &Columns,
    wanted: &Wanted,
) -> Result<CloudFile<D>, String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(header.delimiter)
        .trim(Trim::All)
        .from_reader(LineFeeds(text));
    let mut cloud = CloudFile { velocities: Vec::new(), weights: Vec::new(), notes: Vec::new() };
    if columns.weight.is_none() {
        cloud.notes.push("its table has no weights: all particles have the same".to_string());
    }
    let (mut record, mut mark) = (ByteRecord::new(), DecimalMark::new(header.delimiter));
    let mut skipped = !header.is_record;
    while reader.read_byte_record(&mut record).map_err(|error| format!("cannot be read: {error}"))? {
        let place = || format!("line {}", line_of(path, record.position().map_or(0, Position::byte)));
        let words: Vec<&[u8]> = match header.delimiter {
            b' ' => record
                .iter()
                .flat_map(|part| part.split(u8::is_ascii_whitespace))
                .filter(|w| !w.is_empty())
                .collect(),
            _ => record.iter().map(unquoted).collect(),
        };
        // Lines of blanks may stand anywhere, above the header too.
        if words.iter().all(|word| word.is_empty()) {
            continue;
        }
        if !skipped {
            skipped = true;
            continue;
        }
        if words.len() != header.names.len() {
            let (found, allowed) = (words.len(), header.names.len());
            return Err(format!("{}: found {found} numbers; allowed: {allowed}, as the header has", place()));
        }
        let mut number = |column: usize, name: &str, allowed: &str, allows: &dyn Fn(f64) -> bool| {
            let Ok(word) = std::str::from_utf8(words[column]) else {
                return Err(format!(
                    "{}: {name}: found bytes that are no UTF-8; allowed: {allowed}",
                    place()
                ));
            };
            let number = mark.number(word).map_err(|message| format!("{}: {name}: {message}", place()))?;
            number.filter(|&number| allows(number)).ok_or_else(|| {
                format!("{}: {name}: found \"{}\"; allowed: {allowed}", place(), excerpt(word))
            })
        };
        let mut velocity = [0.0; D];
        for (column, coordinate) in &columns.velocity {
            let name = format!("v{}", coordinate.name);
            velocity[coordinate.component] =
                number(*column, &name, coordinate.allowed(), &|value| coordinate.allows(value))?;
        }
        let weight = match columns.weight {
            Some(column) => number(column, "weight", "a finite number", &f64::is_finite)?,
            None => 1.0,
        };
        if weight < 0.0 {
            return Err(format!("{}: weight: found {weight}; allowed: a number ≥ 0", place()));
        }
        if cloud.weights.len() == MOST_PARTICLES {
            return Err(format!(
                "found more than {MOST_PARTICLES} particles; allowed: 2 to {MOST_PARTICLES}"
            ));
        }
        cloud.velocities.push(velocity);
        cloud.weights.push(weight);
    }
    if let Some(amount @ Amount::Density(_)) = wanted.amount
        && cloud.weights.iter().any(|&weight| weight > 0.0)
    {
        amount.apply(&mut cloud.weights);
    }
    Ok(cloud)
}

/// The line of the row that is read from this byte of the text, behind blank lines and comments. Lines end with LF, CR LF or
/// CR.
fn line_of(path: &Path, byte: u64) -> usize {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let read = text(path).map(|mut text| {
        text.by_ref().take(byte).read_to_end(&mut before)?;
        text.take(HEAD as u64).read_to_end(&mut after)
    });
    let Ok(Ok(_)) = read else { return 0 };
    let after = match before.ends_with(b"\r") {
        true => after.strip_prefix(b"\n").unwrap_or(&after),
        false => &after,
    };
    let lines = |text: &[u8]| String::from_utf8_lossy(text).replace("\r\n", "\n").replace('\r', "\n");
    let skipped = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    1 + lines(&before).matches('\n').count() + lines(after).split('\n').take_while(skipped).count()
}
