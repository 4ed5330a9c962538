import ModelFormats
import RoostCore

extension ModelInspection {
    /// Returns the inspection as text: long values are shortened, and tensors are counted by type unless all are
    /// requested.
    func text(withTensors isFull: Bool) -> String {
        var lines = [
            "\((name ?? "a model without a name").plain): \((architecture ?? "of no architecture").plain), \(parameterCount.inWords) weights, "
                + "\(ByteCount(fileSize)), GGUF version \(version)"
        ]
        lines.append("context:     \(contextLength.map { "\($0) tokens" } ?? "not told")")
        lines.append("vocabulary:  \(vocabularySize.map { "\($0) tokens" } ?? "not told")")
        lines.append("memory:      \(memoryText)")
        lines.append("template:    \(chatTemplate.map { "\($0.utf8.count) bytes: \($0.quotedForPeople)" } ?? "none")")
        lines.append("\n\(TypeShare.table(types))")
        var keys = TextTable(columns: [.name("KEY"), .prose("VALUE")])
        for entry in metadata { keys.add([entry.key.plain, entry.value]) }
        lines.append("\n\(keys)")
        lines.append(isFull ? "\n\(Tensor.table(tensors))" : "\n\(tensors.count) tensors; --tensors lists them.")
        return lines.joined(separator: "\n")
    }

    private var memoryText: String {
        let weights = "\(ByteCount(memory.weightBytes)) of weights"
        guard let each = memory.bytesPerToken else { return weights }
        let lengths = [4096, contextLength].compactMap(\.self).filter { $0 <= max(4096, contextLength ?? 0) }
        let needs = Set(lengths).sorted().compactMap { length in
            memory.bytes(contextLength: length).map { "\(ByteCount($0)) with \(length) tokens of context" }
        }
        return ([weights, "\(ByteCount(each)) a token"] + needs).joined(separator: "; ")
    }
}

extension CheckpointInspection {
    /// Returns the inspection as text.
    func text(withTensors isFull: Bool) -> String {
        let files = files.count == 1 ? "" : " in \(files.count) files"
        var lines = ["\((architecture ?? "safetensors").plain): \(parameterCount.inWords) weights, \(ByteCount(fileSize))\(files)"]
        switch isConvertible {
        case true?: lines.append("It can be converted to a model with `roost pull`, or `roost models convert` when it is in the Hub cache.")
        case false?: lines.append("It cannot be converted to a model. \(obstacle ?? "")")
        case nil: break
        }
        lines.append("\n\(ModelInspection.TypeShare.table(types))")
        lines.append(isFull ? "\n\(ModelInspection.Tensor.table(tensors))" : "\n\(tensors.count) tensors; --tensors lists them.")
        return lines.joined(separator: "\n")
    }
}

extension ModelInspection.TypeShare {
    fileprivate static func table(_ shares: [Self]) -> TextTable {
        let all = max(1, shares.reduce(0) { $0 + $1.bytes })
        var table = TextTable(columns: ["TYPE", "TENSORS", "SIZE", "SHARE"])
        for share in shares {
            table.add([share.type, "\(share.tensors)", "\(ByteCount(share.bytes))", "\(Int((Double(share.bytes) * 100 / Double(all)).rounded())) %"])
        }
        return table
    }
}

extension ModelInspection.Tensor {
    fileprivate static func table(_ tensors: [Self]) -> TextTable {
        var table = TextTable(columns: ["TYPE", "SIZE", "SHAPE", .name("TENSOR")])
        for tensor in tensors {
            let shape = tensor.shape.isEmpty ? "-" : tensor.shape.map(String.init).joined(separator: " × ")
            table.add([tensor.type, "\(ByteCount(tensor.bytes))", shape, tensor.name.plain])
        }
        return table
    }
}

extension String {
    /// A value of the file for a terminal: quoted and escaped unless it is plain text.
    fileprivate var plain: String {
        let isPlain = utf8.count <= 80 && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        return isPlain ? self : quotedForPeople
    }
}

extension Int64 {
    /// The number in words, such as `494 million` or `8.03 billion`.
    fileprivate var inWords: String {
        switch self {
        case 1_000_000_000...:
            let hundredths = (self + 5_000_000) / 10_000_000
            return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) billion"
        case 1_000_000...: return "\((self + 500_000) / 1_000_000) million"
        default: return "\(self)"
        }
    }
}
