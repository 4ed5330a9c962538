import Foundation
import HTTPTypes
import RoostCore
import Testing

@testable import RoostServer

/// The list of codes in the source, the list in the code and the list in the documentation are one.
@Suite struct ErrorCodeTests {
    @Test func `every code that the source makes is in the list of all, once`() throws {
        let source = try Checkout.text("Sources/RoostCore/Errors/RoostError+Code.swift")
        let made = source.matches(of: /Self\(rawValue: "(\w+)"\)/).map { String($0.1) }
        #expect(made.count > 30 && RoostError.Code.all.map(\.rawValue).sorted() == made.sorted())
        for file in try Checkout.swiftFiles(in: "Sources") where file.name != "RoostError+Code.swift" {
            #expect(!file.text.contains("extension RoostError.Code"), "\(file.name) has codes of its own")
        }
    }

    /// `| 404 | `not_found` | … |`: the status and its codes.
    @Test func `the documentation names every code with its status, and no other`() throws {
        let document = try Checkout.text("Documentation/api.md")
        let section = try #require(document.components(separatedBy: "\n## Errors\n").last)
        var documented: [String: Int] = [:]
        for row in section.matches(of: /\n\| (\d{3}) \| ([^|]*) \|/) {
            for code in row.2.matches(of: /`(\w+)`/) {
                #expect(documented.updateValue(try #require(Int(row.1)), forKey: String(code.1)) == nil, "\(code.1) is there twice")
            }
        }
        let inAnswers = RoostError.Code.all.filter { ![.serverUnreachable, .invalidConfiguration].contains($0) }
        let expected = Dictionary(uniqueKeysWithValues: inAnswers.map { ($0.rawValue, RoostError($0, "").httpStatus.code) })
        #expect(documented == expected)
        for code in [RoostError.Code.serverUnreachable, .invalidConfiguration] { #expect(section.contains("`\(code.rawValue)`")) }
    }
}
