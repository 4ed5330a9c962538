public import Logging
public import ServiceLifecycle

/// Runs a service that tells when it is ready, and shuts it down gracefully afterwards.
///
/// - Parameters:
///   - make: Makes the service; it is handed a function to call with the value that tells how to reach it (a port, a URL).
///   - body: What to do while it runs.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, or why the service did not start.
public func withRunningService<Address: Sendable, Value>(
    _ make: (_ ready: @escaping @Sendable (Address) async -> Void) throws -> any Service, _ body: (Address) async throws -> Value
) async throws -> Value {
    let (addresses, ready) = AsyncStream<Address>.makeStream()
    let services = ServiceGroup(
        configuration: .init(services: [try make { ready.yield($0) }], logger: .silent))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { ready.finish() }
            try await services.run()
        }
        guard let address = await addresses.first(where: { _ in true }) else {
            try await group.waitForAll()
            throw ServiceEnded()
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(address)) } catch { result = .failure(error) }
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        return try result.get()
    }
}

/// The service ended without an error before it was ready.
public struct ServiceEnded: Error {}
