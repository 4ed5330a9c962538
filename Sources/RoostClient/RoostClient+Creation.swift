import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
package import RoostAPI
package import RoostCore

extension RoostClient {
    /// The bytes of a file that are read at once.
    private static let block = 1 << 20

    private struct Creation: Encodable {
        let model: String
        let from: String?
        let files: [String: String]?
        let system: String?
        let template: String?
        let parameters: [String: ModelPreset.Value]?
        let stream = false

        private enum CodingKeys: CodingKey {
            case model, from, files, system, template, parameters, stream
        }
    }

    /// Makes a model: another name for one of the server's, with a preset.
    ///
    /// - Parameters:
    ///   - name: The new name.
    ///   - source: The model.
    ///   - preset: The system prompt and the parameters.
    /// - Throws: `RoostError`: the server's own, such as `modelNotFound`, or `serverUnreachable`.
    package func create(_ name: ModelReference, from source: ModelReference, _ preset: ModelPreset) async throws {
        try await create(name, from: source.description, files: nil, preset)
    }

    /// Makes a model of files that the server has got.
    ///
    /// - Parameters:
    ///   - name: The new name.
    ///   - digests: The SHA-256 of a GGUF model, and of its projector if it has one, in hexadecimal digits.
    ///   - preset: The system prompt and the parameters.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func create(_ name: ModelReference, files digests: [String], _ preset: ModelPreset) async throws {
        let files = Dictionary(digests.map { ("\($0).gguf", "sha256:\($0)") }) { first, _ in first }
        try await create(name, from: nil, files: files, preset)
    }

    private func create(_ name: ModelReference, from source: String?, files: [String: String]?, _ preset: ModelPreset) async throws {
        let body = Creation(
            model: name.description, from: source, files: files, system: preset.system, template: preset.template, parameters: preset.parameters)
        _ = try await collect(send(.POST, "/api/create", body: body, timeout: .minutes(10)))
    }

    /// Sends a file, unless the server has it.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - sha256: The SHA-256 of its bytes, in hexadecimal digits. The server checks it.
    ///   - size: The number of its bytes.
    /// - Throws: `RoostError`: the server's own, such as `insufficientSpace`, `fileSystem`, or `serverUnreachable`.
    package func send(file path: String, sha256: String, size: Int) async throws {
        let address = "/api/blobs/sha256:\(sha256)"
        do {
            _ = try await collect(send(.HEAD, address))
            return
        } catch let error as RoostError where error.code == .notFound {}
        let sentence = "\(path.quotedForPeople) cannot be read"
        let file: FileHandle
        do { file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) } catch { throw RoostError.wrapping(error, as: .fileSystem, sentence) }
        let blocks = AsyncThrowingStream<ByteBuffer, any Error> {
            do {
                let block = try await NIOThreadPool.singleton.runIfActive { try file.read(upToCount: Self.block) }
                guard let block, !block.isEmpty else { return nil }
                return ByteBuffer(bytes: block)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw RoostError.wrapping(error, as: .fileSystem, sentence)
            }
        }
        _ = try await collect(send(.POST, address, content: .stream(blocks, length: .known(Int64(size))), timeout: .hours(24)))
    }
}
