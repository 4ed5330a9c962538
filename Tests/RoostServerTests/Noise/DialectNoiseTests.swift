import Foundation
import TestSupport
import Testing

/// The dialects read damaged input without an accident: 500 random variants of each seed. `make fuzz` looks much longer.
@Suite struct DialectNoiseTests {
    private static let seeds = URL(filePath: Checkout.path("Tests/DialectFuzzing/Seeds"))

    @Test(arguments: DialectInput.allCases) func `damaged input is refused or read, and never breaks a rule`(input: DialectInput) throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.seeds.appending(path: input.rawValue), includingPropertiesForKeys: nil)
        let seeds = try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
        #expect(!seeds.isEmpty)
        var damage = Damage(seed: 20_261_128)
        for seed in seeds {
            input.run(seed)
            for _ in 0..<500 { input.run(damage.variant(of: seed, others: seeds)) }
        }
    }
}

/// Random changes of bytes, the same ones in each run.
private struct Damage {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func variant(of seed: [UInt8], others: [[UInt8]]) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...16, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 3: bytes.insert(contentsOf: Self.words.randomElement(using: &random)?.utf8 ?? "".utf8, at: min(place, bytes.count))
            default:
                let other = others.randomElement(using: &random) ?? []
                bytes.replaceSubrange(place..<end, with: other.dropFirst(place).prefix(32))
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    private static let words = [
        "null", "true", "-1", "1e999", "9223372036854775808", "\"\"", "{}", "[]", "[[[[", "\\u0000", "\\ud800", "\n\n", "\r", "data: ",
        "\"index\":-1", "\u{FEFF}", "é",
    ]
}
