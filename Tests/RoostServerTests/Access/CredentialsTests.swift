import Access
import Foundation
import HTTPTypes
import RoostCore
import Testing

@testable import RoostServer

@Suite struct CredentialsTests {
    private func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    @Test func `a key is found in each of the headers that clients use`() throws {
        let key = try APIKey.make()
        let text = key.text.value
        let forms: [HTTPFields] = [
            [.authorization: "Bearer \(text)"], [.authorization: "bearer  \(text)"], [.apiKey: text], [.authorization: basic("ann:\(text)")],
            [.authorization: basic(":\(text)")], [.authorization: basic("\(text):")], [.authorization: "Bearer \(text)", .apiKey: "other"],
        ]
        for form in forms { #expect(Credentials.key(in: form).key == key, "\(form)") }
    }

    @Test func `what is no key is told from what was not sent`() throws {
        let text = try APIKey.make().text.value
        let nothing = Credentials.key(in: [:])
        #expect(nothing.key == nil && !nothing.sent)
        var twice: HTTPFields = [.authorization: "Bearer \(text)"]
        twice.append(HTTPField(name: .authorization, value: "Bearer \(text)"))
        let wrong: [HTTPFields] = [
            [.authorization: text], [.authorization: "Bearer"], [.authorization: "Bearer \(text) x"], [.authorization: "Digest \(text)"],
            [.authorization: basic(text)], [.authorization: "Basic \(text)"], [.authorization: "Bearer sk-123"], [.apiKey: "Bearer \(text)"],
            [.authorization: "Bearer " + String(repeating: text, count: 100)], [.authorization: "", .apiKey: text], twice,
        ]
        for form in wrong {
            let found = Credentials.key(in: form)
            #expect(found.key == nil && found.sent, "\(form)")
        }
    }
}
