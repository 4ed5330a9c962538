import Foundation
import ModelFormats
import ModelLibrary
import NIOCore
import RoostCore
import SystemPackage

/// How the vectors of an answer are shortened: the first numbers of each, brought back to length 1.
///
/// Only models that were trained for it (Matryoshka representations) give vectors whose first numbers mean something. They
/// say so in their `config.json`.
struct VectorForm: Sendable {
    private static let longestConfiguration = 1 << 20

    /// The number of numbers.
    let count: Int
    /// Whether the vectors are sent in base64, as little-endian floats.
    let isBase64: Bool
    /// Whether the engine gives vectors of length 1.
    let isNormalized: Bool

    /// Reads the wish; `nil` for none.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    init?(_ fields: RequestFields) throws {
        guard let count = try fields.optionalInt("dimensions", in: 1...1_000_000) else { return nil }
        self.count = count
        isBase64 = fields.value("encoding_format")?.string == "base64"
        isNormalized = try fields.int("embd_normalize", in: -1...100, default: 2) == 2
    }

    /// Refuses a length that the model's vectors do not have and cannot be shortened to. It reads files.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` and field `dimensions`, or an error of the files.
    func check(_ entry: ModelEntry, in catalog: ModelCatalog) throws {
        let metadata = try GGUFFile(opening: entry.modelFile).metadata
        guard let full = metadata.string("general.architecture").flatMap({ metadata.count("\($0).embedding_length") }), full != count else { return }
        let members = Self.configuration(of: entry, in: catalog)
        let lengths = members?["matryoshka_dimensions"]?.list.compactMap(\.int)
        if let lengths, lengths.contains(count) { return }
        if lengths == nil, members?["is_matryoshka"]?.bool == true, count < full { return }
        let offered = lengths.map { "may be one of \(($0 + [full]).map(String.init).joined(separator: ", "))" } ?? "may only be \(full)"
        throw RoostError(
            .invalidRequest,
            "`dimensions` \(offered) for \(entry.reference): its vectors have \(full) numbers, and its config.json \(lengths == nil ? "does not say that they can be shortened (`matryoshka_dimensions` or `is_matryoshka`)" : "names the shorter ones"). Leave `dimensions` out, or ask a model that was made for shorter vectors.",
            field: "dimensions")
    }

    /// The model's `config.json`; `nil` if there is none that can be read.
    private static func configuration(of entry: ModelEntry, in catalog: ModelCatalog) -> JSONValue? {
        var folder = entry.snapshotPath
        // A converted model's folder has the name of the commit whose snapshot has the configuration.
        if entry.isConverted, let commit = folder.lastComponent {
            folder = catalog.cacheDirectory.appending(entry.reference.repository.cacheFolderName).appending("snapshots").appending(commit)
        }
        guard let file = FileHandle(forReadingAtPath: folder.appending("config.json").string),
            let bytes = try? file.read(upToCount: longestConfiguration)
        else { return nil }
        return (try? JSONDocument(Array(bytes)))?.root
    }

    /// Returns an answer with shortened vectors.
    ///
    /// - Throws: `RoostError` with code `engineRefused` for an answer without vectors of at least that length.
    func shortened(_ json: ByteBuffer) throws -> ByteBuffer {
        guard let answer = try? JSONDocument(Array(json.readableBytesView), limits: JSONLimits()).root, let data = answer["data"]?.elements,
            let members = answer.members
        else { throw Self.strange }
        var body = EngineBody()
        body.begin("{")
        for (key, value) in members {
            guard let name = key.string else { continue }
            body.next(name)
            guard name == "data" else {
                body.write(value)
                continue
            }
            body.begin("[")
            for (index, element) in data.enumerated() {
                body.next(nil)
                try write(vector: element["embedding"]?.list.compactMap(\.double) ?? [], index, to: &body)
            }
            body.end("]")
        }
        body.end("}")
        return body.buffer
    }

    private func write(vector: [Double], _ index: Int, to body: inout EngineBody) throws {
        guard vector.count >= count else { throw Self.strange }
        var numbers = vector.prefix(count).map { Float($0) }
        let length = vector.prefix(count).reduce(0) { $0 + $1 * $1 }.squareRoot()
        if isNormalized, length > 0 { numbers = vector.prefix(count).map { Float($0 / length) } }
        body.begin("{")
        body.next("object")
        body.write(string: "embedding")
        body.next("index")
        body.write(number: index)
        body.next("embedding")
        if isBase64 {
            let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
            body.write(string: Data(bytes).base64EncodedString())
        } else {
            body.begin("[")
            for number in numbers {
                body.next(nil)
                body.write(number: number)
            }
            body.end("]")
        }
        body.end("}")
    }

    private static var strange: RoostError { RoostError(.engineRefused, "The engine sent vectors of another form than this server knows.") }
}
