import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Flips one bit of each long answer about weights, so many times.
final class SpoiltWeights: RouterMiddleware {
    private let left: Mutex<Int>
    /// Early in the answer, so that it is converted before the fault is detected.
    private static let position = 600_000

    init(times: Int) { left = Mutex(times) }

    /// How often it may still happen.
    var remaining: Int { left.withLock { $0 } }

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        // The requests for heads are shorter.
        guard request.asksForWeights, response.headers[.contentLength].flatMap({ Int($0) }) ?? 0 > 1 << 20 else { return response }
        let isStruck = left.withLock { left in
            left -= 1
            return left >= 0
        }
        guard isStruck else { return response }
        let passed = Mutex(0)
        return response.changing { buffer in
            let begin = passed.withLock { passed in
                defer { passed += buffer.readableBytes }
                return passed
            }
            let index = buffer.readerIndex + Self.position - begin
            guard begin <= Self.position, let byte = buffer.getInteger(at: index, as: UInt8.self), index < buffer.writerIndex else { return }
            buffer.setInteger(byte ^ 1, at: index)
        }
    }
}

/// Changes a type in the header of weights in the first answer only, so that the plan of a pull differs from its files.
final class LyingHeads: RouterMiddleware {
    private let isToldOnce = Mutex(false)

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        guard request.asksForWeights,
            !isToldOnce.withLock({ isTold in
                defer { isTold = true }
                return isTold
            })
        else { return response }
        return response.changing { buffer in
            guard let place = buffer.readableBytesView.firstRange(of: Array("\"BF16\"".utf8)) else { return }
            buffer.setBytes(Array("\"F16\" ".utf8), at: place.lowerBound)
        }
    }
}

extension Request {
    fileprivate var asksForWeights: Bool { method == .get && uri.path.contains("/resolve/") && uri.path.hasSuffix(".safetensors") }
}

extension Response {
    /// The same answer with the pieces of the body changed, which keep their lengths.
    fileprivate func changing(_ change: @escaping @Sendable (inout ByteBuffer) -> Void) -> Response {
        let length = headers[.contentLength]
        var response = self
        response.body = body.map { buffer in
            var buffer = buffer
            change(&buffer)
            return buffer
        }
        response.headers[.contentLength] = length
        return response
    }
}
