import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// The length of a sound before an engine decodes it.
@Suite struct SoundHeadTests {
    private static func little(_ value: Int, _ count: Int) -> [UInt8] { ImageHeadTests.little(value, count) }

    private static func form(tag: Int = 1, channels: Int = 1, rate: Int = 16_000, bits: Int = 16, frameBytes: Int? = nil) -> [UInt8] {
        let frameBytes = frameBytes ?? channels * bits / 8
        return little(tag, 2) + little(channels, 2) + little(rate, 4) + little(rate * frameBytes, 4) + little(frameBytes, 2) + little(bits, 2)
    }

    private static func chunk(_ name: String, _ content: [UInt8], declared: Int? = nil) -> [UInt8] {
        Array(name.utf8) + little(declared ?? content.count, 4) + content + Array(repeating: 0, count: content.count % 2)
    }

    private static func riff(_ chunks: [UInt8], size: Int? = nil) -> [UInt8] {
        Array("RIFF".utf8) + little(size ?? chunks.count + 4, 4) + Array("WAVE".utf8) + chunks
    }

    /// Makes a WAV of 16,000 samples in a second.
    static func wave(samples: Int = 8000) -> [UInt8] {
        riff(chunk("fmt ", form()) + chunk("LIST", [1, 2, 3]) + chunk("data", Array(repeating: 0, count: 2 * samples)))
    }

    /// Makes frames of 417 bytes, 44,100 samples in a second.
    private static func frames(_ count: Int) -> [UInt8] {
        Array(repeatElement([0xFF, 0xFB, 0x90, 0x00] + Array(repeating: 0, count: 413), count: count).joined())
    }

    /// Makes the tag of an encoder in a frame.
    private static func tagged(_ name: String, frames: Int, at position: Int = 36) -> [UInt8] {
        var frame = self.frames(1)
        let tag = Array(name.utf8) + [0, 0, 0, 15] + ImageHeadTests.big(frames, 4)
        frame.replaceSubrange(position..<position + tag.count, with: tag)
        return frame
    }

    /// Makes a tag before the frames.
    private static func id3(_ content: [UInt8], size: [UInt8]? = nil) -> [UInt8] {
        Array("ID3".utf8) + [4, 0, 0] + (size ?? [0, 0, UInt8(content.count >> 7), UInt8(content.count & 127)]) + content
    }

    private static func length(_ frames: Int) -> Double { Double(frames * 1152) / 44_100 }

    @Test func `the length of a WAV is that of its data`() throws {
        let half = SoundHead(Self.wave())
        #expect(half?.format == .wav && half?.seconds == 0.5...0.5)
        let data = Self.chunk("data", Array(repeating: 0, count: 48_000))
        let extended = Self.form(tag: 0xFFFE, channels: 2, rate: 24_000) + Self.little(22, 2) + Self.little(0, 6) + Self.little(1, 16)
        let forms: [(form: [UInt8], seconds: Double)] = [
            (Self.form(channels: 2, rate: 8000, bits: 8), 3), (Self.form(tag: 3, rate: 48_000, bits: 32), 0.25),
            (Self.form(rate: 16_000, bits: 24) + Self.little(0, 2), 1), (Self.form(tag: 3, rate: 8000, bits: 64) + Self.little(2, 4), 0.75),
            (extended, 0.5),
        ]
        for (form, seconds) in forms {
            #expect(SoundHead(Self.riff(Self.chunk("fmt ", form) + data))?.seconds == seconds...seconds)
        }
        let seed = try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.testFile("../Fuzzing/Seeds/sound/extended").string))
        #expect(SoundHead(seed)?.format == .wav)
    }

    @Test func `a WAV that declares what it has not is no sound`() {
        let data = Self.chunk("data", Array(repeating: 0, count: 4000))
        for declared in [0xFFFF_FFFE, 0xFFFF_FFFF, 4001] {
            let lying = Self.chunk("data", Array(repeating: 0, count: 4000), declared: declared)
            #expect(SoundHead(Self.riff(Self.chunk("fmt ", Self.form()) + lying)) == nil, "\(declared)")
        }
        let forms: [[UInt8]] = [
            Self.form(rate: 100, bits: 8), Self.form(rate: 200_000), Self.form(channels: 0, frameBytes: 2), Self.form(channels: 9),
            Self.form(bits: 12, frameBytes: 2), Self.form(frameBytes: 1), Self.form(tag: 2, bits: 4, frameBytes: 1), Self.form(tag: 7, bits: 8),
            Self.form(tag: 3, bits: 16), Array(Self.form().dropLast()), Self.form() + [0], Self.form() + Self.little(1000, 2),
            Self.form(tag: 0xFFFE) + Self.little(0, 2),
        ]
        for form in forms { #expect(SoundHead(Self.riff(Self.chunk("fmt ", form) + data)) == nil, "\(form)") }
        let form = Self.chunk("fmt ", Self.form())
        // The decoder takes the last form before the data, and another decoder's try begins where it finds none.
        for chunks in [form + form + data, data + form, form, data, []] { #expect(SoundHead(Self.riff(chunks)) == nil) }
        #expect(SoundHead(Self.riff(form + data, size: 35)) == nil && SoundHead(Array("RIFX".utf8) + Self.wave().dropFirst(4)) == nil)
        let whole = Self.wave()
        for count in stride(from: 0, to: whole.count, by: 7) { #expect(SoundHead(whole.prefix(count)) == nil) }
    }

    @Test func `the length of an MP3 is that of its frames, or what its encoder declares`() throws {
        let plain = SoundHead(Self.frames(100))
        #expect(plain?.format == .mp3 && plain?.seconds == Self.length(100)...Self.length(100))
        let cut = Self.frames(100).dropLast(5)
        #expect(SoundHead(cut)?.seconds == Self.length(99)...Self.length(99))
        let ends = Self.frames(99) + Array("TAG".utf8) + Array(repeating: 0, count: 125)
        let named = try #require(SoundHead(Self.id3(Array(repeating: 0x41, count: 130)) + Self.tagged("Info", frames: 99) + ends)).seconds
        #expect(named.upperBound == Self.length(100) && (2.5...2.58).contains(named.lowerBound))
        for name in ["Xing", "Info"] {
            // Four thousand million frames, and none.
            let many = Self.tagged(name, frames: 0xFFFF_FFFF)
            #expect(SoundHead(Self.tagged(name, frames: 0) + Self.frames(20))?.seconds.lowerBound == 0)
            // In a frame that follows ones which cannot be decoded, in the last frames, and in the tag before them.
            let last = Self.frames(30) + Self.tagged(name, frames: 0xFFFF_FFFF, at: 99)
            for file in [many + Self.frames(20), Self.frames(30) + many + Self.frames(20), last, Self.id3(many) + Self.frames(20)] {
                #expect(SoundHead(file)?.seconds.upperBound == Self.length(0xFFFF_FFFF))
            }
        }
        let seed = try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.testFile("../Fuzzing/Seeds/sound/mp3").string))
        #expect(SoundHead(seed)?.seconds.upperBound == Double(41 * 576) / 24_000)
    }

    @Test func `what is no MP3 of frames that follow each other is no sound`() {
        let frames = Self.frames(20)
        let headers: [[UInt8]] = [
            [0xFF, 0xFB, 0x00, 0], [0xFF, 0xFB, 0xF0, 0], [0xFF, 0xFB, 0x9C, 0], [0xFF, 0xFD, 0x90, 0], [0xFF, 0xEB, 0x90, 0], [0xFE, 0xFB, 0x90, 0],
        ]
        for header in headers { #expect(SoundHead(header + frames.dropFirst(4)) == nil, "\(header)") }
        // A decoder looks for further frames in what follows, which may be of another kind.
        #expect(SoundHead(frames + Array(repeating: 7, count: 65_536)) != nil && SoundHead(frames + Array(repeating: 7, count: 65_537)) == nil)
        // FLAC behind the tag of an MP3, a tag without an end, and one that is too long.
        for file in [Self.id3([]) + Array("fLaC".utf8) + frames, Self.id3(frames, size: [127, 127, 127, 127]), Array("ID3".utf8)] {
            #expect(SoundHead(file) == nil)
        }
        for text in ["", "fLaC", "OggS", "FORM\u{0}\u{0}\u{0}\u{0}AIFF"] { #expect(SoundHead(Array(text.utf8)) == nil) }
    }

    @Test func `no bytes make it read beyond their end`() {
        var generator = SeededGenerator(seed: 23)
        let starts = [Self.wave(samples: 300), Self.tagged("Xing", frames: 3) + Self.frames(2), Self.id3([1, 2, 3]) + Self.frames(2)]
        for round in 0..<5000 {
            var bytes = starts[round % starts.count]
            for _ in 0..<3 { bytes[.random(in: 0..<min(64, bytes.count), using: &generator)] = .random(in: 0...255, using: &generator) }
            bytes.removeLast(.random(in: 0..<bytes.count, using: &generator))
            if let sound = SoundHead(bytes) { #expect(sound.seconds.lowerBound >= 0 && sound.seconds.upperBound.isFinite) }
        }
    }
}
