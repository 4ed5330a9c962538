import Foundation
import ModelFormats
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct GGMLEncoderTests {
    let encoder: GGMLEncoder

    init() throws { encoder = GGMLEncoder(try .ofTestEngine()) }

    /// The rules of Q8_0 are simple enough to be followed here: 32 numbers, their largest divided by 127 as a half, then each divided by that.
    @Test func `a block of Q8_0 has its scale and its numbers`() throws {
        let row: [Float] = (0..<32).map { Float($0) * 127 / 31 }
        let bytes = try encoder.encoded(row, rowLength: 32, as: .q8_0)
        let one: [UInt8] = [0x00, 0x3C]
        #expect(Array(bytes.prefix(2)) == one)
        let numbers: [Int8] = row.map { Int8($0.rounded()) }
        #expect(bytes.dropFirst(2).map { Int8(bitPattern: $0) } == numbers)
    }

    @Test(arguments: GGMLEncoder.types) func `rows may come in any portions and from any threads`(type: TensorType) async throws {
        var random = SeededGenerator(seed: 7)
        let rows = (0..<12).map { _ in random.weights(512) }
        let whole = try encoder.encoded(rows.flatMap(\.self), rowLength: 512, as: type)
        let parts = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for (index, row) in rows.enumerated() { group.addTask { [encoder] in (index, try encoder.encoded(row, rowLength: 512, as: type)) } }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect(rows.indices.flatMap { parts[$0] ?? [] } == whole)
    }

    @Test(arguments: GGMLEncoder.types) func `what no type can hold is refused, with its place`(type: TensorType) throws {
        for value in [Float.nan, -.nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude, 0x1p28] {
            var rows = [Float](repeating: 1, count: 1024)
            rows[517] = value
            let error = try #require(throws: RoostError.self) { try encoder.encoded(rows, rowLength: 512, as: type) }
            #expect(error.message.contains("hold \(value),"))
            #expect(error.context.map { "\($0.name) \($0.value)" } == ["row 1", "column 5"])
        }
    }

    @Test func `numbers beyond what a type's scale can hold are refused`() throws {
        let rows = [Float](repeating: 1e7, count: 256)
        #expect(throws: RoostError.self) { try encoder.encoded(rows, rowLength: 256, as: .q8_0) }
        _ = try encoder.encoded(rows, rowLength: 256, as: .q6_K)
    }

    @Test func `sizes that do not go together never reach the library`() throws {
        let rows = [Float](repeating: 1, count: 512)
        let needsImportance = try #require(TensorType(rawValue: 16))
        #expect(throws: RoostError.self) { try encoder.encoded(rows, rowLength: 512, as: needsImportance) }
        for (count, rowLength, room) in [(512, 128, 1000), (512, 0, 1000), (512, -256, 1000), (500, 256, 1000), (512, 256, 287)] {
            #expect(throws: RoostError.self) {
                try rows.withUnsafeBufferPointer { rows in
                    try withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { room in
                        try encoder.encode(.init(rebasing: rows[..<count]), rowLength: rowLength, as: .q4_K, into: room)
                    }
                }
            }
        }
    }
}
