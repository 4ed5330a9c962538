import Foundation
public import SystemPackage

/// What the first bytes of a GGUF file say that it is. Reads no further than its general keys, which writers put first; a whole head is read by
/// whoever loads the file.
public struct GGUFHead: Sendable, Hashable {
    /// `general.architecture`, such as `llama`.
    public private(set) var architecture: String?
    /// `general.type`, such as `model` or `adapter`.
    public private(set) var type: String?

    /// So many bytes are enough for the general keys of every file.
    public static let prefixLength = 64 << 10

    /// Reads a file; `nil` when it cannot be read, or is no GGUF file of version 2 or 3.
    ///
    /// - Parameter path: The file.
    public init?(opening path: FilePath) {
        guard let file = FileHandle(forReadingAtPath: path.string) else { return nil }
        defer { try? file.close() }  // Only read; nothing can be lost.
        guard let bytes = try? file.read(upToCount: Self.prefixLength) else { return nil }
        self.init(prefix: Array(bytes))
    }

    /// Reads the first bytes of a file; `nil` when they are not the beginning of a GGUF file of version 2 or 3.
    ///
    /// - Parameter bytes: The bytes; hostile, and cut anywhere.
    public init?(prefix bytes: [UInt8]) {
        var reader = Reader(bytes: bytes[...])
        guard reader.take(4)?.elementsEqual("GGUF".utf8) == true, let version = reader.integer(UInt32.self), (2...3).contains(version),
            reader.integer(UInt64.self) != nil, let count = reader.integer(UInt64.self)
        else { return nil }
        for _ in 0..<min(count, 1 << 16) {
            guard let key = reader.text(), let valueType = reader.integer(UInt32.self) else { break }
            // Only texts are of interest; anything else is passed over.
            guard valueType == Reader.textType, key == "general.architecture" || key == "general.type" else {
                guard reader.skip(valueType) else { break }
                continue
            }
            guard let value = reader.text() else { break }
            if key == "general.type" { type = value } else { architecture = value }
            if type != nil, architecture != nil { break }
        }
    }

    /// What the file is beside a model, when it is no model.
    public var helper: ModelHelper? {
        switch type {
        case "adapter": return .adapter
        case "imatrix": return .importanceMatrix
        case "mmproj": return .projector
        default: break
        }
        guard let architecture = architecture?.lowercased() else { return nil }
        if architecture.hasSuffix("assistant") || ["eagle3", "dflash", "dspark"].contains(architecture) { return .draftHead }
        if architecture == "clip" { return .projector }
        return ["pig", "vae"].contains(architecture) ? .imagePart : nil
    }

    /// Whether the file says at all what it is.
    var isTelling: Bool { architecture != nil || type != nil }
}

extension GGUFHead {
    /// Reads little-endian values; `nil` at the end of the bytes.
    private struct Reader {
        static let textType: UInt32 = 8
        private static let arrayType: UInt32 = 9
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
            guard count <= UInt64(bytes.count) else { return nil }
            defer { bytes = bytes.dropFirst(Int(count)) }
            return bytes.prefix(Int(count))
        }

        mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
            take(UInt64(MemoryLayout<Value>.size))?.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }

        mutating func text() -> String? { integer(UInt64.self).flatMap { take($0) }.map { String(decoding: $0, as: UTF8.self) } }

        mutating func skip(_ type: UInt32) -> Bool {
            if type == Self.textType { return integer(UInt64.self).flatMap { take($0) } != nil }
            guard type == Self.arrayType else { return Self.width(type).flatMap { take($0) } != nil }
            guard let element = integer(UInt32.self), let count = integer(UInt64.self) else { return false }
            guard element == Self.textType else {
                guard let width = Self.width(element) else { return false }
                let (length, overflow) = count.multipliedReportingOverflow(by: width)
                return !overflow && take(length) != nil
            }
            // Each text takes eight bytes at least, so the bytes bound the work.
            guard count <= UInt64(bytes.count) else { return false }
            for _ in 0..<count { guard skip(Self.textType) else { return false } }
            return true
        }

        /// Bytes of a value of a plain type, by its number in the file.
        private static func width(_ type: UInt32) -> UInt64? {
            switch type {
            case 0, 1, 7: 1
            case 2, 3: 2
            case 4, 5, 6: 4
            case 10, 11, 12: 8
            default: nil
            }
        }
    }
}
