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

    @Test func `the operator's table says what the declarations of the settings say`() throws {
        let rows = try Checkout.text("Documentation/operating.md").split(separator: "\n").filter { $0.contains(/^\| `\w+` \| `(ROOST|M)\w+` \|/) }
        for setting in Setting.all {
            let row = rows.first { $0.hasPrefix("| `\(setting.key)` |") }
            #expect(
                row?.hasPrefix(setting.documentation) == true,
                """
                Write this row into the table "Settings" of Documentation/operating.md; its last cell may go on:
                \(setting.documentation) |
                It has: \(row ?? "no row for this key")
                """)
        }
        let declared = Set(Setting.all.map(\.key))
        for row in rows {
            let key = String(row.dropFirst(3).prefix { $0 != "`" })
            #expect(declared.contains(key), "Delete the row of `\(key)` in Documentation/operating.md, or declare it in Setting+All.swift.")
        }
        #expect(rows.count == declared.count, "A key stands in two rows of Documentation/operating.md.")
    }

    @Test func `the first lines of an event stream are those that the documentation names`() throws {
        let opening = String(buffer: JobFrame.opening(after: 0))
        #expect(opening == "retry: 1000\nid: 0\n\n")
        let document = try Checkout.text("Documentation/api.md")
        for line in opening.split(separator: "\n") { #expect(document.contains("`\(line)`"), "\(line)") }
    }
}
