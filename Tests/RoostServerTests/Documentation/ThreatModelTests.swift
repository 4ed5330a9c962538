import Foundation
import Testing

/// Every claim of the threat model has a test.
@Suite struct ThreatModelTests {
    /// The rows of the tables with so many columns, without their heads.
    private func rows(columns: Int) throws -> [[String]] {
        try Checkout.text("Documentation/threat-model.md").split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| --- |") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }.filter { $0.count == columns }.dropFirst().map(\.self)
    }

    @Test func `every attack is tested by existing suites`() throws {
        let suites = try Set(
            Checkout.swiftFiles(in: "Tests").flatMap { $0.text.matches(of: /(?:struct|enum|class) (\w+Tests)\b/).map { String($0.1) } })
        #expect(suites.count > 100)
        let attempts = try rows(columns: 3).map { $0[1] }
        let tested = try rows(columns: 2)
        #expect(attempts.count > 20 && attempts == tested.map { $0[0] })
        for row in tested {
            let named = row[1].matches(of: /`(\w+)`/).map { String($0.1) }
            #expect(!named.isEmpty, "\(row[0])")
            for suite in named { #expect(suites.contains(suite), "\(suite), which is to \(row[0]), is no suite") }
        }
    }

    @Test func `everything that is built from elsewhere is pinned by content`() throws {
        struct Resolved: Decodable {
            struct Pin: Decodable {
                struct State: Decodable {
                    let revision: String
                    let version: String?
                }
                let identity: String
                let state: State
            }
            let pins: [Pin]
        }
        let pins = try JSONDecoder().decode(Resolved.self, from: Data(Checkout.text("Package.resolved").utf8)).pins
        #expect(pins.count > 10)
        for pin in pins { #expect(pin.state.version != nil && pin.state.revision.wholeMatch(of: /[0-9a-f]{40}/) != nil, "\(pin.identity)") }
        for script in ["scripts/engine", "scripts/sample-model"] {
            #expect(try Checkout.text(script).contains(/\nsha256=[0-9a-f]{64}\n/), "\(script)")
        }
    }
}
