import RoostCore

/// The tokens that begin and end a text, and those that are added to every text.
///
/// tokenizer_config.json contains the names, tokenizer.json the ids, and the template for texts contains more about
/// both. Follows all rules of llama.cpp's converter (build 11434), including the unusual ones, so that the keys are the
/// same.
struct SpecialTokens {
    /// The tokens for `bos`, `eos`, …, in the order in which they were found.
    private(set) var ids: [(kind: String, id: Int)] = []
    /// Whether `bos`, `eos`, … are added, in the order in which this was found.
    private(set) var additions: [(kind: String, isAdded: Bool)] = []
    /// Notes for the user about ignored tokens.
    private(set) var notes: [String] = []

    private var kinds = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"]
    private var names: [String: SpecialTokenName] = [:]
    private let hasSettings: Bool

    /// Reads the tokens from the files.
    ///
    /// - Parameters:
    ///   - source: The files.
    ///   - added: The added tokens, for the ids if there is no tokenizer.json.
    ///   - count: The number of tokens in the model; greater ids are ignored.
    /// - Throws: `RoostError` if tokenizer.json is malformed.
    init(_ source: TokenizerSource, added: [AddedToken], count: Int) throws {
        hasSettings = source.settings != nil || !source.classNames.isEmpty
        for kind in kinds + ["eot", "eom"] {
            names[kind] = (source.settings?["\(kind)_token"] ?? source.classNames[kind]).flatMap(SpecialTokenName.init)
        }
        if let tokenizer = source.tokenizer {
            names["bos"] = names["bos"] ?? names["cls"]
            names["eos"] = names["eos"] ?? names["sep"]
            if let processor = tokenizer["post_processor"] { read(processor: processor) }
        }
        let lookup = Dictionary((source.tokenizer == nil ? added : try source.tokensOfTokenizer()).map { ($0.content, $0.id) }) { first, _ in first }
        for kind in kinds {
            if let isAdded = source.settings?["add_\(kind)_token"]?.bool, !additions.contains(where: { $0.kind == kind }) {
                additions.append((kind, isAdded))
            }
            if hasSettings, let name = names[kind], let id = lookup[name.text] { set(kind, id, count: count) }
        }
        for kind in kinds {
            let key = "\(kind)_token_id"
            let own = source.model?[key]
            let value = own == nil || own?.isNull == true ? source.model?["text_config"]?[key] : own
            if let id = value?.int { set(kind, id, count: count) }
        }
    }

    private mutating func set(_ kind: String, _ id: Int, count: Int) {
        guard (0..<count).contains(id) else {
            notes.append("The \(kind) token is ignored: its number is \(id), and the model has \(count) tokens.")
            return
        }
        if !ids.contains(where: { $0.kind == kind }) { ids.append((kind, id)) }
    }

    private mutating func setAddition(_ kind: String, _ isAdded: Bool) {
        if let index = additions.firstIndex(where: { $0.kind == kind }) {
            additions[index].isAdded = isAdded
        } else {
            additions.append((kind, isAdded))
        }
    }
}

// MARK: - The template for texts

extension SpecialTokens {
    private mutating func read(processor: JSONValue) {
        for processor in processor["processors"]?.list ?? [processor] {
            switch processor["type"]?.string {
            case "ByteLevel":
                for kind in ["bos", "eos"] where !additions.contains(where: { $0.kind == kind }) { setAddition(kind, false) }
            case "RobertaProcessing":
                for kind in ["bos", "eos", "sep"] { setAddition(kind, true) }
                guard hasSettings else { continue }
                for kind in ["cls", "sep"] where names[kind] == nil {
                    let fallback = names[kind == "cls" ? "bos" : "eos"]
                    names[kind] = processor[kind]?.list.first.flatMap(SpecialTokenName.init) ?? fallback
                }
            case "TemplateProcessing": read(template: processor)
            default: break
            }
        }
    }

    private mutating func read(template: JSONValue) {
        let single = template["single"]?.list ?? []
        let first = single.count > 1 ? single.first?.specialToken : nil
        let last = single.count > 1 ? single.last?.specialToken : nil
        if let first { begin(with: first) }
        if let last { end(with: last) }
        separate(template["pair"]?.list ?? [], first: first, last: last)
    }

    private mutating func begin(with first: SpecialTokenName) {
        if !hasSettings {
            names["bos"] = first
        } else if first != names["bos"], first != names["cls"] {
            names["bos"] = names["bos"] ?? first
            names["cls"] = names["cls"] ?? first
        }
        setAddition("bos", first == names["bos"] || first == names["cls"])
    }

    private mutating func end(with last: SpecialTokenName) {
        if last != names["eos"] {
            if hasSettings, let kind = ["eot", "eom"].first(where: { !kinds.contains($0) }) {
                kinds.append(kind)
                names[kind] = names["eos"]
            }
            names["eos"] = last
        }
        setAddition("eos", true)
    }

    /// Determines the separators: a pair of texts is A, one or two separators, and B, between the first and the last
    /// token.
    private mutating func separate(_ pair: [JSONValue], first: SpecialTokenName?, last: SpecialTokenName?) {
        var pair = pair[...]
        if let first, pair.first?.specialToken == first { pair.removeFirst() }
        if let last, pair.last?.specialToken == last { pair.removeLast() }
        guard pair.count > 2, pair.first?.sequence == "A", pair.last?.sequence == "B" else { return }
        let between = pair.dropFirst().dropLast().map(\.specialToken)
        func isSeparator(_ token: SpecialTokenName?) -> Bool { token.map { $0 == names["sep"] || $0 == names["eos"] } ?? false }
        let isAdded = isSeparator(between[0]) && last == nil || between.count == 2 && isSeparator(between[1])
        setAddition("sep", isAdded)
        if isAdded, names["sep"] == nil, hasSettings { names["sep"] = names["eos"] }
    }
}

/// The name of a special token. A name in the form of an object is not equal to any other, as in Python.
struct SpecialTokenName: Equatable {
    let text: ByteText
    private let isObject: Bool

    /// Creates a name; `nil` for a value that contains none.
    init?(_ value: JSONValue) {
        guard let text = value.tokenText, !text.bytes.isEmpty else { return nil }
        self.text = text
        isObject = !value.isString
    }
}

extension JSONValue {
    /// The special token of an item of a template.
    fileprivate var specialToken: SpecialTokenName? { self["SpecialToken"]?["id"].flatMap(SpecialTokenName.init) }

    /// The text, A or B, of an item of a template.
    fileprivate var sequence: ByteText? { self["Sequence"]?["id"]?.text }
}
