import HTTPServing
import Hummingbird
import RoostCore

/// `/bandwidth`: shows and changes the download limit.
struct BandwidthRoutes: Sendable {
    let bandwidth: BandwidthService

    func add(to router: Router<RoostContext>) {
        router.get("bandwidth") { _, _ in JSON.response(bandwidth.view) }
        router.put("bandwidth", use: change)
        router.delete("bandwidth") { _, _ in
            bandwidth.change(to: nil)
            return JSON.response(bandwidth.view)
        }
    }

    private func change(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let (isClosed, rate) = try await request.readFields(upTo: context.maxUploadSize) { fields in
            (try fields.bool("closed", default: false), try fields.optionalRate("bytes_per_second"))
        }
        bandwidth.change(to: isClosed ? .closed : rate.map { .rate($0) } ?? .unlimited)
        return JSON.response(bandwidth.view)
    }
}
