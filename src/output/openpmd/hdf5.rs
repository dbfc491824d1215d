//! Writes HDF5 files: as much of the format as openPMD frames need.
//!
//! An HDF5 file is a tree of objects: groups, which name other objects, and arrays of numbers. Each has attributes. An
//! object is known by its address, the place of its header in the file, so a tree is written from its leaves to its
//! root. Two names of one address are two names of one array (a hard link). The superblock, at the start of the file,
//! holds the address of the root and is written last.
//!
//! Of every part the version is one that HDF5 has read since 1.8 (2008) and that has no checksum. All numbers are
//! little-endian. Nothing here depends on time or machine: equal trees are equal bytes.
//!
//! | part | version | limit |
//! |---|---|---|
//! | superblock | 0 | |
//! | object header | 1 | 65,535 bytes a message |
//! | chunk index (B-tree) | 1 | one leaf: 64 chunks |
//!
//! Source: HDF5 File Format Specification 3.0, The HDF Group; sections are named at each part.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// An address that leads nowhere.
const UNDEFINED: u64 = u64::MAX;

const SUPERBLOCK_SIZE: u64 = 96;

/// Numbers in a chunk at least: 256 KiB, small enough for the chunk cache of every HDF5 (1 MiB).
const CHUNK: usize = 32_768;

/// Chunks that one leaf of a B-tree holds, as the superblock says (twice its K = 32). Long arrays get longer chunks.
const MOST_CHUNKS: usize = 64;

/// Deflate's level. Behind the byte shuffle, higher ones cost time and gain less than a hundredth on velocities.
const DEFLATE_LEVEL: u32 = 1;

/// A file being written.
pub struct File {
    file: BufWriter<fs::File>,
    end: u64,
}

/// The address of a group or an array.
#[derive(Clone, Copy)]
pub struct Object(u64);

/// The value of an attribute.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// ASCII, of fixed length, with the NUL that ends it in C.
    Text(&'a str),
    /// Several of one length, which is that of the longest.
    Texts(&'a [&'a str]),
    Float(f64),
    Floats(&'a [f64]),
    Count(u32),
    Counts(&'a [u64]),
}

/// A name and a value.
pub type Attribute<'a> = (&'a str, Value<'a>);

/// A number that arrays are made of.
pub trait Number: Copy {
    /// Its datatype message (IV.A.2.d).
    const DATATYPE: &'static [u8];
    fn bytes(self) -> [u8; 8];
}

impl Number for f64 {
    // Class 1, version 1; sign in bit 63; 8 bytes; 64 bits from bit 0; exponent of 11 bits at bit 52, mantissa of 52
    // bits at bit 0; bias 1023.
    const DATATYPE: &'static [u8] =
        &[0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 0x03, 0, 0];

    fn bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }
}

impl Number for u64 {
    // Class 0, version 1; unsigned; 8 bytes; 64 bits from bit 0.
    const DATATYPE: &'static [u8] = &[0x10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0];

    fn bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }
}

/// The datatype of [`Value::Count`], as that of u64 with 4 bytes and 32 bits.
const U32: &[u8] = &[0x10, 0, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0];

impl File {
    /// Creates a file, or empties the one that is there.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut file = BufWriter::new(fs::File::create(path)?);
        file.write_all(&[0; SUPERBLOCK_SIZE as usize])?;
        Ok(Self { file, end: SUPERBLOCK_SIZE })
    }

    /// Writes a group of `members`, whose names are ASCII and differ.
    pub fn group(&mut self, members: &[(&str, Object)], attributes: &[Attribute]) -> io::Result<Object> {
        let mut header = Header::default();
        // Links stand in this header: no heap and no index (IV.A.2.c).
        header.push(LINK_INFO, [&[0, 0], &bytes_of(&[UNDEFINED, UNDEFINED])[..]].concat());
        header.push(GROUP_INFO, vec![0, 0]);
        for (name, Object(address)) in members {
            // A hard link whose name's length has four bytes (IV.A.2.g).
            let length = (name.len() as u32).to_le_bytes();
            header.push(LINK, [&[1, 2], &length[..], name.as_bytes(), &address.to_le_bytes()].concat());
        }
        self.object(header, attributes, 1)
    }

    /// Writes an array that will have so many `names`. Its numbers are shuffled and deflated in chunks; none at all are
    /// stored plainly, as a chunk cannot be empty.
    pub fn array<T: Number>(
        &mut self,
        values: &[T],
        attributes: &[Attribute],
        names: u32,
    ) -> io::Result<Object> {
        let mut header = Header::default();
        header.push(DATASPACE, dataspace(Some(values.len())));
        header.push(DATATYPE, T::DATATYPE.to_vec());
        // The default fill value, which no number here needs (IV.A.2.f).
        header.push(FILL_VALUE, vec![3, 0b1011]);
        if values.is_empty() {
            header.push(LAYOUT, [&[3, 1], &bytes_of(&[UNDEFINED, 0])[..]].concat());
            return self.object(header, attributes, names);
        }
        let chunk = values.len().div_ceil(MOST_CHUNKS).max(CHUNK).min(values.len());
        let index = self.chunks(values, chunk)?;
        let size = size_of::<T>() as u32;
        let sizes = [chunk as u32, size].map(u32::to_le_bytes).concat();
        header.push(LAYOUT, [&[3, 2, 2], &index.to_le_bytes()[..], &sizes].concat());
        // Two filters, each with its number, a flag and one value: shuffle (2), deflate (1) (IV.A.2.l).
        let filters = [[2, 0, 1, size as u16, 0], [1, 0, 1, DEFLATE_LEVEL as u16, 0]].concat();
        let filters: Vec<u8> = filters.into_iter().flat_map(u16::to_le_bytes).collect();
        header.push(FILTERS, [&[2, 2], &filters[..]].concat());
        self.object(header, attributes, names)
    }

    /// Writes an array of rows of a length, which will have one name. Its numbers are stored plainly.
    pub fn rows(&mut self, values: &[f64], length: usize, attributes: &[Attribute]) -> io::Result<Object> {
        let mut header = Header::default();
        let shape = [values.len() / length.max(1), length].map(|count| count as u64);
        // Two dimensions of these sizes (IV.A.2.b).
        header.push(DATASPACE, [&[2, 2, 0, 1], &bytes_of(&shape)[..]].concat());
        header.push(DATATYPE, f64::DATATYPE.to_vec());
        header.push(FILL_VALUE, vec![3, 0b1011]);
        let bytes = bytes_of(values);
        let address = self.append(&bytes)?;
        // In one piece (IV.A.2.i).
        header.push(LAYOUT, [&[3, 1], &bytes_of(&[address, bytes.len() as u64])[..]].concat());
        self.object(header, attributes, 1)
    }

    /// Writes the superblock and makes the file outlast a power cut.
    pub fn close(mut self, Object(root): Object) -> io::Result<()> {
        // Addresses and lengths of 8 bytes; K of groups, which none here needs; no flags (II.A).
        let start = [&b"\x89HDF\r\n\x1a\n"[..], &[0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]].concat();
        // Base, free space, end, driver; the root's name, header and cache.
        let addresses = bytes_of(&[0, UNDEFINED, self.end, UNDEFINED, 0, root, 0, 0, 0]);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&[start, addresses].concat())?;
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    /// Writes the chunks of an array and the leaf that lists them (III.A.1); returns its address.
    fn chunks<T: Number>(&mut self, values: &[T], chunk: usize) -> io::Result<u64> {
        let count = values.len().div_ceil(chunk);
        let mut leaf = [b"TREE", &[1, 0][..], &(count as u16).to_le_bytes()].concat();
        leaf.extend(bytes_of(&[UNDEFINED, UNDEFINED]));
        for (index, values) in values.chunks(chunk).enumerate() {
            let shuffled = shuffled(values, chunk);
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(DEFLATE_LEVEL));
            encoder.write_all(&shuffled)?;
            let deflated = encoder.finish()?;
            // The key: size, filters that were left out (none), place of the first number and of its first byte.
            leaf.extend([deflated.len() as u32, 0].map(u32::to_le_bytes).concat());
            leaf.extend(bytes_of(&[(index * chunk) as u64, 0]));
            let address = self.append(&deflated)?;
            leaf.extend(address.to_le_bytes());
        }
        leaf.extend(bytes_of(&[0, (count * chunk) as u64, 0]));
        // Readers take the whole leaf, with its 64 addresses and the keys around them.
        leaf.resize(24 + MOST_CHUNKS * 8 + (MOST_CHUNKS + 1) * 24, 0);
        self.append(&leaf)
    }

    fn object(&mut self, mut header: Header, attributes: &[Attribute], names: u32) -> io::Result<Object> {
        for (name, value) in attributes {
            header.push(ATTRIBUTE, attribute(name, *value));
        }
        self.append(&header.bytes(names)?).map(Object)
    }

    /// Writes a part, filled up to a multiple of 8 bytes, and returns its address.
    fn append(&mut self, part: &[u8]) -> io::Result<u64> {
        let address = self.end;
        let padding = part.len().next_multiple_of(8) - part.len();
        self.file.write_all(part)?;
        self.file.write_all(&[0; 8][..padding])?;
        self.end += (part.len() + padding) as u64;
        Ok(address)
    }
}

// Types of messages (IV.A.2).
const DATASPACE: u16 = 0x01;
const LINK_INFO: u16 = 0x02;
const DATATYPE: u16 = 0x03;
const FILL_VALUE: u16 = 0x05;
const LINK: u16 = 0x06;
const LAYOUT: u16 = 0x08;
const GROUP_INFO: u16 = 0x0a;
const FILTERS: u16 = 0x0b;
const ATTRIBUTE: u16 = 0x0c;

/// What is said of an object (IV.A.1.a).
#[derive(Default)]
struct Header {
    messages: Vec<(u16, Vec<u8>)>,
}

impl Header {
    fn push(&mut self, kind: u16, message: Vec<u8>) {
        self.messages.push((kind, message));
    }

    fn bytes(self, names: u32) -> io::Result<Vec<u8>> {
        let too_much = |_| io::Error::other("more names or longer ones than an HDF5 object has room for");
        let count = u16::try_from(self.messages.len()).map_err(too_much)?;
        let mut body = Vec::new();
        for (kind, mut message) in self.messages {
            message.resize(message.len().next_multiple_of(8), 0);
            let size = u16::try_from(message.len()).map_err(too_much)?;
            body.extend([kind, size, 0, 0].map(u16::to_le_bytes).concat());
            body.extend(message);
        }
        let start = [&[1, 0], &count.to_le_bytes()[..]].concat();
        Ok([start, [names, body.len() as u32, 0].map(u32::to_le_bytes).concat(), body].concat())
    }
}

/// The shape of an array, or of a single number (IV.A.2.b).
fn dataspace(length: Option<usize>) -> Vec<u8> {
    match length {
        None => vec![2, 0, 0, 0],
        Some(length) => [&[2, 1, 0, 1], &(length as u64).to_le_bytes()[..]].concat(),
    }
}

/// An attribute message, version 3 (IV.A.2.m).
fn attribute(name: &str, value: Value) -> Vec<u8> {
    let (datatype, shape, bytes) = match value {
        Value::Text(text) => {
            let bytes = [text.as_bytes(), &[0]].concat();
            // Class 3, version 1; ended by NUL, ASCII.
            let datatype = [&[0x13, 0, 0, 0], &(bytes.len() as u32).to_le_bytes()[..]].concat();
            (datatype, None, bytes)
        }
        Value::Texts(texts) => {
            let length = texts.iter().map(|text| text.len()).max().unwrap_or(0) + 1;
            let padded = |text: &&str| [text.as_bytes(), &vec![0; length - text.len()]].concat();
            let datatype = [&[0x13, 0, 0, 0], &(length as u32).to_le_bytes()[..]].concat();
            (datatype, Some(texts.len()), texts.iter().flat_map(padded).collect())
        }
        Value::Float(number) => (f64::DATATYPE.to_vec(), None, bytes_of(&[number])),
        Value::Floats(numbers) => (f64::DATATYPE.to_vec(), Some(numbers.len()), bytes_of(numbers)),
        Value::Count(number) => (U32.to_vec(), None, number.to_le_bytes().to_vec()),
        Value::Counts(numbers) => (u64::DATATYPE.to_vec(), Some(numbers.len()), bytes_of(numbers)),
    };
    let dataspace = dataspace(shape);
    let sizes = [name.len() + 1, datatype.len(), dataspace.len()].map(|size| (size as u16).to_le_bytes());
    [&[3, 0], &sizes.concat()[..], &[0], name.as_bytes(), &[0], &datatype, &dataspace, &bytes].concat()
}

fn bytes_of<T: Number>(numbers: &[T]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.bytes()).collect()
}

/// The first bytes of all numbers of a chunk, then the second ones and so on; zeros after the last number.
fn shuffled<T: Number>(values: &[T], chunk: usize) -> Vec<u8> {
    let mut shuffled = vec![0; chunk * 8];
    for (place, value) in values.iter().enumerate() {
        for (byte, &of_value) in value.bytes().iter().enumerate() {
            shuffled[byte * chunk + place] = of_value;
        }
    }
    shuffled
}
