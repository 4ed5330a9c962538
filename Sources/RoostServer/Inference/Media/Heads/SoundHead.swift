/// The format and the length of a sound, from its headers: only of forms whose decoded size these bound.
///
/// An engine's decoder reserves memory for the length that a file declares before it reads the sound, so the declared length must fit the bytes.
struct SoundHead: Sendable, Hashable {
    /// A format that llama-server decodes.
    enum Format: String, Sendable {
        case wav, mp3
    }

    let format: Format
    /// The least and the most seconds that a decoder may find.
    let seconds: ClosedRange<Double>

    /// Recognises a sound; `nil` for another format, and for a file whose declarations contradict its bytes.
    ///
    /// - Parameter bytes: The file; untrusted.
    init?(_ bytes: some RandomAccessCollection<UInt8>) {
        let reader = MediaReader(bytes: bytes)
        if let seconds = Self.waveSeconds(reader) {
            (format, self.seconds) = (.wav, seconds...seconds)
        } else if let seconds = Self.layer3Seconds(reader) {
            (format, self.seconds) = (.mp3, seconds)
        } else {
            return nil
        }
    }
}

/// WAV: what the decoder refuses it tries as MP3, so this accepts only what the decoder takes for WAV.
extension SoundHead {
    private static let rates = 8000...192_000
    private static let (riff, wave, format, data) = (0x5249_4646, 0x5741_5645, 0x666D_7420, 0x6461_7461)

    private static func waveSeconds(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> Double? {
        guard reader.big(0, 4) == riff, reader.big(8, 4) == wave, let size = reader.little(4, 4), size >= 36 else { return nil }
        var position = 12
        var form: (rate: Int, frameBytes: Int)?
        while let name = reader.big(position, 4), let size = reader.little(position + 4, 4) {
            if name == data {
                guard let form, size <= reader.count - position - 8 else { return nil }
                return Double(size / form.frameBytes) / Double(form.rate)
            }
            if name == format {
                guard form == nil, let found = waveForm(reader, at: position + 8, size) else { return nil }
                form = found
            }
            // Chunks begin at even positions.
            position += 8 + size + size % 2
        }
        return nil
    }

    private static func waveForm(
        _ reader: MediaReader<some RandomAccessCollection<UInt8>>, at start: Int, _ size: Int
    ) -> (rate: Int, frameBytes: Int)? {
        guard size >= 16, let tag = reader.little(start, 2), let channels = reader.little(start + 2, 2), let rate = reader.little(start + 4, 4),
            let frameBytes = reader.little(start + 12, 2), let bits = reader.little(start + 14, 2)
        else { return nil }
        let more = size == 16 ? 0 : reader.little(start + 16, 2) ?? size
        guard size == 16 || more <= size - 18 else { return nil }
        // The extended form has the tag at the begin of a GUID.
        let isExtended = tag == 0xFFFE && more == 22
        let isNumbers =
            switch isExtended ? reader.little(start + 24, 2) : tag {
            case 1: [8, 16, 24, 32].contains(bits)
            case 3: [32, 64].contains(bits)
            default: false
            }
        guard isNumbers, (1...8).contains(channels), rates.contains(rate), frameBytes == channels * bits / 8 else { return nil }
        return (rate, frameBytes)
    }
}

/// MP3: frames of one kind that follow each other.
extension SoundHead {
    /// The most bytes of a tag before the frames (ID3v2), and of what follows them. A decoder may find frames in both.
    private static let (mostBefore, mostAfter) = (512 << 10, 64 << 10)
    /// The most frames that a decoder compares before it takes the first one for a frame.
    private static let compared = 11

    private static func layer3Seconds(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> ClosedRange<Double>? {
        guard let start = layer3Start(reader), start <= mostBefore, let first = reader.big(start, 4), let kind = Layer3Frame(first) else {
            return nil
        }
        var position = start
        var starts: [Int] = []
        var tags: [EncoderTag] = []
        while let header = reader.big(position, 4), kind.resembles(header), let frame = Layer3Frame(header), frame.bytes <= reader.count - position {
            starts.append(position)
            if let tag = EncoderTag(reader, at: position + frame.tag) { tags.append(tag) }
            position += frame.bytes
        }
        guard let tail = starts.suffix(compared).first, reader.count - position <= mostAfter else { return nil }
        // Outside of the frames, and in the last ones, a decoder may take other bytes for a frame, wherever they are.
        for position in [0..<start, tail..<reader.count].joined() {
            if let tag = EncoderTag(reader, at: position) { tags.append(tag) }
        }
        let samples = [starts.count * kind.samples]
        let least = (samples + tags.map { $0.frames * kind.samples - $0.trimmed }).min() ?? 0
        let most = (samples + tags.map { $0.frames * kind.samples }).max() ?? 0
        return Double(max(0, least)) / Double(kind.rate)...Double(most) / Double(kind.rate)
    }

    /// The position of the first frame, after a tag (ID3v2) if there is one.
    private static func layer3Start(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> Int? {
        guard reader.text(0, 3) == "ID3" else { return 0 }
        guard let flags = reader.big(5, 1), let size = reader.slice(6, 4), size.allSatisfy({ $0 < 0x80 }) else { return nil }
        return 10 + size.reduce(0) { $0 << 7 | Int($1) } + (flags & 0x10 == 0 ? 0 : 10)
    }
}
