/// A setting as it is in force: an element of the answer to `GET /settings`. A secret is shown as `•••`.
struct SettingView: Encodable, Sendable {
    let key: String
    let variable: String
    let value: String
    let fallback: String
    let summary: String

    init(_ setting: Setting, in settings: ServerSettings) {
        key = setting.key
        variable = setting.variable
        value = setting.inForce(settings)
        fallback = setting.fallback
        summary = setting.summary
    }

    private enum CodingKeys: String, CodingKey {
        case key, variable, value, summary
        case fallback = "default"
    }
}
