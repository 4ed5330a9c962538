import HTTPServing
import ModelFormats
import NIOCore
import RoostAPI
import RoostCore

/// Parameters by Ollama's names, checked, as the fields of a body for an engine: the `options` of Ollama's API, and those
/// of a preset.
struct ModelParameters: Sendable {
    /// The fields by the engine's names, with JSON.
    private(set) var fields: [(name: String, json: [UInt8])] = []
    /// The context in tokens that they ask for.
    private(set) var context: Int?
    /// The names that have no effect here.
    private(set) var ignored: [String] = []
    /// Those of them that Ollama does not know either.
    private(set) var unknown: [String] = []

    private static let numbers: [String: ClosedRange<Double>] = [
        "temperature": 0...10, "top_p": 0...1, "min_p": 0...1, "typical_p": 0...1, "repeat_penalty": 0...10, "presence_penalty": -2...2,
        "frequency_penalty": -2...2, "mirostat_tau": 0...100, "mirostat_eta": 0...100,
    ]
    private static let wholes: [String: ClosedRange<Int>] = ["top_k": -1...1_000_000, "mirostat": 0...2]
    /// Options of Ollama that concern its own runner; their types are checked all the same.
    private static let numbersWithoutEffect: Set<String> = [
        "num_keep", "num_batch", "num_gpu", "main_gpu", "num_thread", "tfs_z", "draft_num_predict", "num_gqa", "rope_frequency_base",
        "rope_frequency_scale",
    ]
    private static let flagsWithoutEffect: Set<String> = [
        "numa", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mmap", "use_mlock", "penalize_newline", "embedding_only",
    ]
    private static let stopTexts = (most: 16, bytes: 256)

    /// Creates parameters that say nothing.
    init() {}

    /// Reads the options of a request.
    ///
    /// - Parameter options: The options. Unknown names have no effect.
    /// - Throws: `RoostError` with code `invalidRequest` for a value of a wrong type, or outside its range.
    init(_ options: RequestFields) throws {
        for (name, value) in options.members where !value.isNull { try read(name, value, of: options) }
    }

    /// Reads the parameters of a preset.
    ///
    /// - Throws: As `init(_:)` for options; the field is `parameters.NAME`.
    init(_ preset: ModelPreset) throws {
        guard let parameters = preset.parameters else {
            self.init()
            return
        }
        let body = JSON.buffer(["parameters": parameters])
        try self.init(RequestFields(body: body).object("parameters"))
    }

    /// Reads those parameters of a preset that are valid, for one of a file that others wrote.
    init(validOf preset: ModelPreset) {
        for (name, value) in (preset.parameters ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let one = try? ModelParameters(ModelPreset(parameters: [name: value])) else { continue }
            fields += one.fields
            context = one.context ?? context
        }
    }

    /// Writes the fields into a body.
    func write(to body: inout EngineBody) {
        for field in fields {
            body.next(field.name)
            body.write(json: field.json)
        }
        guard let context else { return }
        body.next("num_ctx")
        body.write(json: "\(context)".utf8)
    }

    private mutating func read(_ name: String, _ value: JSONValue, of options: RequestFields) throws {
        if let range = Self.numbers[name] {
            _ = try options.number(name, in: range, default: 0)
            return add(name, value)
        }
        if let range = Self.wholes[name] {
            _ = try options.optionalInt(name, in: range)
            return add(name, value)
        }
        switch name {
        case "seed": add(name, number: try options.optionalInt(name, in: .min ... .max).map { $0 < 0 ? -1 : $0 & 0xFFFF_FFFF })
        case "repeat_last_n":
            // -1 stands for the whole context.
            add(name, number: try options.optionalInt(name, in: -1...65_536).map { $0 < 0 ? 65_536 : $0 })
        case "num_predict":
            // Zero and less stand for no limit.
            add("max_tokens", number: try options.optionalInt(name, in: -2...1_000_000).flatMap { $0 > 0 ? $0 : nil })
        case "num_ctx":
            let tokens = try options.optionalInt(name, in: 0...(1 << 30))
            context = tokens.flatMap {
                $0 > 0 ? min(max($0, ServerSettings.contextLengthRange.lowerBound), ServerSettings.contextLengthRange.upperBound) : nil
            }
        case "stop": try readStop(value, of: options)
        case _ where Self.numbersWithoutEffect.contains(name):
            guard value.double != nil else { throw options.refusal(of: name, "must be a number; it is \(value.describedForPeople).") }
            ignored.append(name)
        case _ where Self.flagsWithoutEffect.contains(name):
            _ = try options.bool(name, default: false)
            ignored.append(name)
        default:
            ignored.append(name)
            unknown.append(name)
        }
    }

    private mutating func readStop(_ value: JSONValue, of options: RequestFields) throws {
        let texts = value.isString ? [value] : value.list
        guard value.isString || value.elements != nil, texts.count <= Self.stopTexts.most,
            texts.allSatisfy({ $0.string.map { $0.utf8.count <= Self.stopTexts.bytes } ?? false })
        else {
            throw options.refusal(
                of: "stop", "must be a string of at most \(Self.stopTexts.bytes) bytes, or an array of at most \(Self.stopTexts.most) such strings.")
        }
        if !texts.isEmpty { add("stop", value) }
    }

    private mutating func add(_ name: String, _ value: JSONValue) {
        var json: [UInt8] = []
        value.write(to: &json)
        fields.append((name, json))
    }

    private mutating func add(_ name: String, number: Int?) {
        if let number { fields.append((name, Array("\(number)".utf8))) }
    }
}
