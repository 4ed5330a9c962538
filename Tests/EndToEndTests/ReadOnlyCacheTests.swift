import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// A cache that others filled, and that this user may only read.
    @Suite(.serialized) struct ReadOnlyCacheTests {
        private static let model = "acme/noise"

        /// Permissions do not apply to root, so another user runs this.
        private static let asAnother =
            getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/env", "--"] : []

        @Test("a model that is all there can be pulled, with the Hub and without; one that is not says what is in the way", arguments: [false, true])
        func complete(isOffline: Bool) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise(Self.model, bytes: 6_000_000, to: files)
                try SampleHub.addNoise("acme/other", bytes: 500_000, to: files)
                try Data("# Noise\n".utf8).write(to: URL(fileURLWithPath: files.appending(Self.model).appending("README.md").string))
                try await FaultHub.run(files) { hub in
                    var site = Site(root: root, hubEndpoint: hub.endpoint)
                    let owner = try await site.serve()
                    #expect(try await owner.pull(Self.model).status == .succeeded)
                    #expect(await owner.stop() == 0)
                    let fetched = hub.meter.fileBytes
                    let other = root.appending("other")
                    try FileManager.default.createDirectory(atPath: other.string, withIntermediateDirectories: false)
                    _ = try Command.output(["/bin/chmod", "777", other.string])
                    _ = try Command.output(["/bin/chmod", "755", root.string])
                    _ = try Command.output(["/bin/chmod", "-R", "a+rX,a-w", root.appending("hf").string])
                    site.variables = [
                        "ROOST_HOME": other.appending("home").string, "HOME": other.string, "HF_HUB_OFFLINE": isOffline ? "1" : "0",
                        // The engine may lie where the other user may not look.
                        "ROOST_LLAMA_SERVER": "",
                    ]
                    let server = try await site.serve(wrapper: Self.asAnother)
                    let job = try await server.pull(Self.model)
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    #expect(hub.meter.fileBytes == fetched)
                    let missing = try await server.pull("acme/other")
                    let word = isOffline ? "HF_HUB_OFFLINE" : "HF_HUB_CACHE"
                    #expect(missing.status == .failed && missing.error?.contains(word) == true, "\(missing.error ?? "")")
                    #expect(await server.stop() == 0)
                    _ = try Command.output(["/bin/chmod", "-R", "u+w", root.appending("hf").string])
                }
            }
        }
    }
}
