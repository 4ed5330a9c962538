import Foundation
import NIOCore
import RoostAPI
import RoostCore
import Testing

@testable import RoostServer

/// What the API tells and what can be set stands in the documentation.
@Suite struct DocumentedFieldsTests {
    @Test func `every field of a job is in the table of its fields`() throws {
        let view = JobView(job: Job(id: "x", model: "a/b", quantize: nil, initialize: nil, createdAt: Timestamp(rawValue: "")))
        let fields = try JSONSerialization.jsonObject(with: JSONEncoder().encode(view)) as? [String: Any] ?? [:]
        let documented = try Checkout.text("Documentation/api.md").matches(of: /\n\| ((?:`\w+`(?:, )?)+) \|/)
            .flatMap { $0.1.matches(of: /`(\w+)`/).map { String($0.1) } }
        #expect(fields.count > 30)
        for field in fields.keys { #expect(documented.contains(field), "\(field)") }
    }

    @Test func `every setting is in the operator's table, with its variable and its flag`() throws {
        let document = try Checkout.text("Documentation/operating.md")
        for key in SettingKey.allCases {
            let flag = key == .webhookSecret ? "–" : "`--\(key.rawValue.replacing("_", with: "-"))`"
            #expect(document.contains("\n| `\(key.rawValue)` | `\(key.environmentVariable)` | \(flag) | "), "\(key.rawValue)")
        }
    }

    @Test func `the first lines of an event stream are those that the documentation names`() throws {
        let opening = String(buffer: JobFrame.opening(after: 0))
        #expect(opening == "retry: 1000\nid: 0\n\n")
        let document = try Checkout.text("Documentation/api.md")
        for line in opening.split(separator: "\n") { #expect(document.contains("`\(line)`"), "\(line)") }
    }
}
