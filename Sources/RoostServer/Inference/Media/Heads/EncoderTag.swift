/// The tag of an encoder in the first frame of an MP3 (`Xing` or `Info`). A decoder believes it.
struct EncoderTag {
    /// The number of frames that it declares.
    let frames: Int
    /// The samples that the decoder leaves out at the begin and the end.
    let trimmed: Int

    /// What each decoder adds to the delay of the encoder.
    private static let ownDelay = 529

    /// Reads a tag; `nil` when there is none, or one without a number of frames.
    init?(_ reader: MediaReader<some RandomAccessCollection<UInt8>>, at position: Int) {
        guard let name = reader.big(position, 4), name == 0x5869_6E67 || name == 0x496E_666F, let flags = reader.big(position + 7, 1), flags & 1 == 1,
            let frames = reader.big(position + 8, 4)
        else { return nil }
        self.frames = frames
        // The number of bytes, the table of contents and the quality are optional; the encoder's name and more is 21 bytes long.
        let lengths = [2: 4, 4: 100, 8: 4].reduce(0) { $0 + (flags & $1.key == 0 ? 0 : $1.value) }
        let padding = reader.big(position + 12 + lengths + 21, 3) ?? 0
        trimmed = padding >> 12 + padding & 0xFFF + Self.ownDelay
    }
}
