import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// What `roost doctor` shows about the engine, with the real one and with a program that is none.
    @Suite(.serialized) struct DoctorCommandTests {
        private struct Finding: Decodable {
            let state: String
            let subject: String
            let message: String
        }

        private func findings(_ site: Site) async throws -> (code: Int32, bySubject: [String: Finding]) {
            let report = try await site.roost(["doctor", "--json"])
            let findings = try JSONDecoder().decode([Finding].self, from: Data(report.output.utf8))
            return (report.code, Dictionary(findings.map { ($0.subject, $0) }) { first, _ in first })
        }

        @Test func `the engine is shown with its version, its devices and its confinement`() async throws {
            try await withTemporaryDirectory { root in
                let (code, found) = try await findings(Site(root: root, hubEndpoint: "http://127.0.0.1:9"))
                #expect(code == 0)
                #expect(found["llama-server"]?.state == "ok" && found["llama-server"]?.message.contains(/build \d+/) == true)
                #expect(found["devices"]?.state == "ok")
                #expect(found["confinement"]?.message.contains(/^(active|off)\b/) == true)
            }
        }

        @Test func `without confinement there is a note, and with another program in place of the engine something is missing`() async throws {
            try await withTemporaryDirectory { root in
                let variables = ["ROOST_LLAMA_SERVER": "/bin/true", "ROOST_UNCONFINED_ENGINES": "true"]
                let (code, found) = try await findings(Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: variables))
                #expect(code == 1)
                #expect(found["llama-server"]?.state == "missing")
                #expect(found["llama-server"]?.message.contains("does not seem to be llama-server") == true)
                #expect(found["devices"] == nil)
                #expect(found["confinement"]?.state == "note")
                #expect(found["confinement"]?.message.hasPrefix("off, because unconfined_engines is set") == true)
            }
        }
    }
}
