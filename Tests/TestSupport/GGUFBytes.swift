/// The beginning of a GGUF file, version 3, as far as it says what the file is, padded to any size.
public func ggufBytes(architecture: String?, type: String? = nil, count: Int = 200) -> [UInt8] {
    func little(_ value: UInt64, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
    func text(_ value: String) -> [UInt8] { little(UInt64(value.utf8.count), 8) + Array(value.utf8) }
    let keys = [("general.architecture", architecture), ("general.type", type)].compactMap { key, value in value.map { (key, $0) } }
    // A list of texts goes first: readers have to find their way past it.
    let list = text("general.tags") + little(9, 4) + little(8, 4) + little(2, 8) + text("a") + text("bc")
    let pairs = list + keys.flatMap { text($0.0) + little(8, 4) + text($0.1) }
    let bytes = Array("GGUF".utf8) + little(3, 4) + little(0, 8) + little(UInt64(keys.count + 1), 8) + pairs
    return bytes + Array(repeating: 0, count: max(0, count - bytes.count))
}
