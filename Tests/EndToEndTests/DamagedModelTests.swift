import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// Models that are damaged in the cache of a running server; `make chaos` damages hundreds.
    @Suite(.serialized) struct DamagedModelTests {
        /// What a chat with the model ends with: the code of the error; `nil` for an answer.
        private func chat(_ server: Server) async throws -> RoostError? {
            do {
                let request = ChatRequest(
                    model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Say hello.")], maxTokens: 2, temperature: 0)
                _ = try await server.client.chat(request)
                return nil
            } catch let error as RoostError {
                return error
            }
        }

        private func flip(_ file: FilePath, at offset: UInt64) throws {
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.string))
            try handle.seek(toOffset: offset)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: offset)
            try handle.write(contentsOf: [byte ^ 0x40])
            try handle.close()
        }

        @Test func `each damage is a sentence about the file, and the server and its other models stay`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint, variables: ["MODEL_LOAD_COOLDOWN": "0"]).serve()
                    try #require(try await server.pull(SampleHub.model).status == .succeeded)
                    let file = try server.site.snapshotFile(SampleHub.model, "SmolLM2-135M-Instruct-Q4_1.gguf")
                    // The magic, the version, the number of tensors, the number of fields, the length of the first key.
                    for offset: UInt64 in [1, 4, 14, 22, 30] {
                        try flip(file, at: offset)
                        let error = try #require(try await chat(server), "byte \(offset)")
                        #expect(error.code == .engineLoadFailed && error.message.contains("SmolLM2-135M-Instruct-Q4_1.gguf"), "\(error.message)")
                        try flip(file, at: offset)
                    }
                    #expect(try await chat(server) == nil, "the file is sound again")
                    try await server.client.unload(SampleHub.model)
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.string))
                    for length: UInt64 in [98_362_431, 50_000_000, 2_000_000, 100, 8, 3] {
                        try handle.truncate(atOffset: length)
                        let error = try #require(try await chat(server), "cut after \(length) bytes")
                        #expect(error.code == .engineLoadFailed && error.message.hasSuffix("."), "\(error.message)")
                    }
                    #expect(String(decoding: try await server.client.raw("/health"), as: UTF8.self).contains("ok"))
                    #expect(await server.stop() == 0)
                }
            }
        }
    }
}
