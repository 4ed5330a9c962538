import Foundation

@testable import HubClient
@testable import ModelFormats
@testable import RoostCore
@testable import RoostServer

/// What this fuzzer fuzzes.
typealias FuzzedInput = ParserFuzzer

/// A parser of text that comes from outside, and what must hold of whatever it accepts. A broken rule ends the process, which the fuzzer reports.
enum ParserFuzzer: String, CaseIterable {
    case path, range, contentRange = "content-range", retryAfter = "retry-after", link, tree, pattern, gguf, safetensors, json, schema, events, image,
        sound
    case sentencePiece = "sentence-piece"

    /// Parses one input.
    func run(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch self {
        case .path: Self.path(text)
        case .range: Self.range(text)
        case .contentRange:
            guard let range = ContentRange(text) else { return }
            precondition(range.start >= 0 && range.end >= range.start && (range.total ?? .max) > range.end)
        case .retryAfter: Self.retryAfter(text)
        case .link: _ = LinkHeader.next(in: [text])
        case .tree: Self.tree(Data(bytes))
        case .pattern:
            let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            _ = GlobPattern(String(parts[0])).matches(parts.count > 1 ? String(parts[1]) : "")
        case .gguf: Self.gguf(bytes)
        case .safetensors: Self.safetensors(bytes)
        case .json: Self.json(Array(bytes))
        case .sentencePiece: Self.sentencePiece(Array(bytes))
        case .schema:
            _ = PatternSupport.problem(of: text)
            guard let schema = (try? JSONDocument(Array(bytes)))?.root, (try? GrammarBounds.check(schema: schema, "schema")) != nil else { return }
            try? SchemaSupport(schema).check("schema")
        case .events: Self.events(Array(bytes))
        case .image: Self.image(Array(bytes))
        case .sound: Self.sound(Array(bytes))
        }
    }

    /// What is accepted stays below the folder it is put in.
    private static func path(_ text: String) {
        // A name means the same when it is read again.
        if let model = try? ModelReference(parsing: text) {
            precondition((try? ModelReference(parsing: model.description)) == model)
        }
        guard let path = try? RepositoryFilePath(parsing: text) else { return }
        precondition(!path.segments.isEmpty && path.segments.joined(separator: "/") == path.description)
        for segment in path.segments {
            precondition(segment != "." && segment != ".." && !segment.isEmpty && segment.utf8.count <= 255)
            precondition(!segment.contains { $0 == "/" || $0 == "\0" })
        }
    }

    /// The events of a stream do not depend on where it is cut.
    private static func events(_ bytes: [UInt8]) {
        var (whole, cut) = (ServerSentEvents(limit: 512), ServerSentEvents(limit: 512))
        let events = try? whole.feed(bytes)
        let pieces = try? bytes.flatMap { try cut.feed([$0]) }
        precondition(events == pieces)
    }

    /// An image has pixels.
    private static func image(_ bytes: [UInt8]) {
        guard let head = ImageHead(bytes) else { return }
        precondition(head.pixels > 0)
        if head.format == .png, head.pixels <= 25_000_000 { _ = PNGPixels.fit(bytes) }
    }

    /// A sound is no longer than its bytes, or than what an MP3 declares.
    private static func sound(_ bytes: [UInt8]) {
        guard let sound = SoundHead(bytes) else { return }
        precondition(sound.seconds.lowerBound >= 0 && sound.seconds.upperBound.isFinite)
        precondition(sound.format == .mp3 || sound.seconds.upperBound * 8000 <= Double(bytes.count))
    }

    private static func range(_ text: String) {
        for size: Int64 in [0, 1, 1000, .max] {
            if case .part(let part) = RequestedRange(text, size: size) {
                precondition(part.lowerBound >= 0 && part.upperBound <= size && !part.isEmpty)
            }
        }
    }

    private static func retryAfter(_ text: String) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        for pause in [RetryAfter.parse(rateLimit: [], retryAfter: text, now: now), RetryAfter.parse(rateLimit: [text], retryAfter: nil, now: now)] {
            precondition(pause.map { $0 >= .zero && $0 <= .seconds(3600) } ?? true)
        }
    }

    /// Every tensor lies in the file and has the bytes that its shape needs.
    private static func gguf(_ bytes: UnsafeRawBufferPointer) {
        let head = GGUFHead(prefix: Array(bytes))
        guard let file = try? GGUFFile(parsing: bytes, fileSize: Int64(bytes.count), name: "fuzz") else { return }
        precondition(head != nil)
        for tensor in file.tensors {
            precondition(tensor.offset >= 0 && file.dataOffset + tensor.offset + tensor.byteCount <= bytes.count)
            precondition(tensor.type.byteCount(of: tensor.dimensions) == tensor.byteCount)
        }
        _ = ModelInspection(file)
        if let projector = try? ProjectorShape(file, name: "fuzz") { precondition(projector.computeBytes >= 0 && projector.weightBytes >= 0) }
        precondition(file.vocabularyDifference(to: file)?.hasPrefix("one of both files has no list") ?? true)
    }

    /// The tensors fill the file to its end.
    private static func safetensors(_ bytes: UnsafeRawBufferPointer) {
        guard let header = try? SafetensorsHeader(parsing: bytes, fileSize: Int64(bytes.count), name: "fuzz") else { return }
        let sizes = header.tensors.map { tensor in
            precondition(tensor.range.upperBound <= bytes.count && tensor.type.byteCount(of: tensor.shape) == Int64(tensor.range.count))
            return Int64(tensor.range.count)
        }
        precondition(header.tensors.isEmpty || header.tensors.map(\.range.upperBound).max() == Int64(bytes.count) && sizes.reduce(0, +) < bytes.count)
    }

    private static func tree(_ json: Data) {
        var listing = TreeListing()
        // As it comes from the network: in pieces.
        guard (try? add(json, to: &listing)) != nil, let files = try? listing.checked(ignoresCase: { true }).files else { return }
        precondition(files.allSatisfy { (0...1 << 60).contains($0.size) })
        precondition(Set(files.map(\.path.description)).count == files.count)
    }

    private static func add(_ json: Data, to listing: inout TreeListing) throws {
        var page = try listing.beginPage()
        for start in stride(from: 0, to: json.count, by: 64) { try listing.add(page.read(json[start..<min(start + 64, json.count)])) }
        try page.finish()
    }
}
