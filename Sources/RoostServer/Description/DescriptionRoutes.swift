import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /openapi.json`: the description of the API.
struct DescriptionRoutes: Sendable {
    private static let description = ByteBuffer(string: OpenAPIDescription.json)

    func add(to router: Router<RoostContext>) {
        router.get("openapi.json") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: Self.description))
        }
    }
}
