import Foundation
import ModelFormats
import SystemPackage
import TestSupport

extension GGMLLibrary {
    /// The library beside the engine that the tests run with.
    static func ofTestEngine() throws -> GGMLLibrary {
        try GGMLLibrary(at: GGMLLibrary.locate(besideEngine: TestEnvironment.llamaServer, environment: [:]))
    }
}

extension GGMLEncoder {
    /// The rows' bytes.
    func encoded(_ rows: [Float], rowLength: Int, as type: TensorType) throws -> [UInt8] {
        let count = (type.byteCount(ofRow: rowLength) ?? 0) * (rows.count / rowLength)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let room = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            try rows.withUnsafeBufferPointer { try encode($0, rowLength: rowLength, as: type, into: room) }
            initialized = count
        }
    }
}

extension SeededGenerator {
    /// Numbers as weights have them: most are small, a few are not.
    mutating func weights(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            // Four numbers of sixteen bits, added: a bell. Its cube: long tails.
            let bits = next()
            let sum = Int(bits & 0xFFFF) + Int(bits >> 16 & 0xFFFF) + Int(bits >> 32 & 0xFFFF) + Int(bits >> 48)
            let unit = Float(sum - 2 * 0xFFFF) / 0x1p16
            return unit * unit * unit * 0.1
        }
    }
}
