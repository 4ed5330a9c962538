import Foundation
public import SystemPackage

/// The architecture and type from the first bytes of a GGUF file. Only the general keys are read, which writers put
/// first; the engine reads the whole head when it loads the file.
public struct GGUFHead: Sendable, Hashable {
    /// `general.architecture`, such as `llama`.
    public private(set) var architecture: String?
    /// `general.type`, such as `model` or `adapter`.
    public private(set) var type: String?

    /// The number of bytes that is enough for the general keys of every file.
    public static let prefixLength = 64 << 10

    /// Reads a file; `nil` when it cannot be read or is not a GGUF file of version 2 or 3.
    ///
    /// - Parameter path: The file.
    public init?(opening path: FilePath) {
        guard let file = FileHandle(forReadingAtPath: path.string) else { return nil }
        defer { try? file.close() }  // Only read; nothing can be lost.
        guard let bytes = try? file.read(upToCount: Self.prefixLength) else { return nil }
        self.init(prefix: Array(bytes))
    }

    /// Reads the first bytes of a file; `nil` when they are not the start of a GGUF file of version 2 or 3.
    ///
    /// - Parameter bytes: The bytes; untrusted, cut at any place.
    public init?(prefix bytes: [UInt8]) {
        var reader = Reader(bytes: bytes[...])
        guard reader.take(4)?.elementsEqual("GGUF".utf8) == true, let version = reader.integer(UInt32.self), (2...3).contains(version),
            reader.integer(UInt64.self) != nil, let count = reader.integer(UInt64.self)
        else { return nil }
        for _ in 0..<min(count, 1 << 16) {
            guard let key = reader.text(), let valueType = reader.integer(UInt32.self) else { break }
            // Only two texts are needed; all other values are skipped.
            guard valueType == Reader.textType, key == "general.architecture" || key == "general.type" else {
                guard reader.skip(valueType) else { break }
                continue
            }
            guard let value = reader.text() else { break }
            if key == "general.type" { type = value } else { architecture = value }
            if type != nil, architecture != nil { break }
        }
    }

    /// The kind of helper that the file is; `nil` for a model.
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

    /// Whether the head names an architecture or a type.
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
            // Each text needs at least eight bytes, so the number of bytes limits the work.
            guard count <= UInt64(bytes.count) else { return false }
            for _ in 0..<count { guard skip(Self.textType) else { return false } }
            return true
        }

        /// The number of bytes of a value of a fixed-size type, by its number in the file.
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
